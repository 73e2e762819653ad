"""Which epoch is better, and which got on."""

from __future__ import annotations

from software_ref.mlp.epoch_figures import EpochFigures, progress_of


def figures(accuracy: float | None, loss: float | None) -> EpochFigures:
    return EpochFigures(
        epoch=0,
        loss=1.0,
        train_accuracy=0.5,
        validation_accuracy=accuracy,
        validation_loss=loss,
        seconds=0.0,
    )


def test_of_equal_accuracies_the_lower_loss_is_better() -> None:
    half = figures(0.5, 1.0)
    assert figures(0.6, 2.0).better_than(half)
    assert not figures(0.4, 0.1).better_than(half)
    assert figures(0.5, 0.9).better_than(half)
    assert not figures(0.5, 1.0).better_than(half)
    assert not figures(1.0, 0.1).better_than(figures(1.0, 0.2))  # nothing is better than all
    assert not figures(None, None).better_than(figures(None, None))


def test_a_lower_loss_is_progress_while_most_answers_are_wrong() -> None:
    slow = [(0.46, 3.0), (0.45, 2.9), (0.44, 2.95), (0.44, 2.8), (0.47, 2.9)]
    assert progress_of([figures(*each) for each in slow]) == [True, True, False, True, True]
    # Later, only the accuracy counts.
    late = [(0.5, 3.0), (0.5, 3.1), (0.5, 2.9), (0.49, 2.8), (0.7, 2.5), (0.69, 2.0)]
    found = progress_of([figures(*each) for each in late])
    assert found == [True, False, True, True, True, False]


def test_without_validation_only_the_first_epoch_is_progress() -> None:
    assert progress_of([figures(None, None)] * 3) == [True, False, False]
