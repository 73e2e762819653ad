"""Connections that move in minibatch training: the hardware's rule, free moves, and resuming."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.rewiring import rewire
from software_ref.mlp.kernels import DenseKernel, EdgeKernel
from software_ref.mlp.model import MlpModel
from software_ref.mlp.moves import ClashFreeMoves, FreeMoves, Moves
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.state_file import load_state, save_state
from software_ref.mlp.trainer import MlpTrainer, Samples

SHAPES = (
    JunctionShape(index=1, left=24, right=12, out_degree=3, parallelism=4),
    JunctionShape(index=2, left=12, right=6, out_degree=2, parallelism=3),
)
OPTIONS = RewireOptions(share=0.5, until=1, seed=4)


def drawn() -> tuple[ClashFreePattern, ...]:
    return tuple(generate_pattern(shape, ConnectionOptions(kind="free")) for shape in SHAPES)


def weights() -> list[np.typing.NDArray[np.float64]]:
    rng = np.random.default_rng(2)
    return [rng.normal(size=shape.weights) for shape in SHAPES]


def test_clash_free_moves_are_those_of_rewiring() -> None:
    patterns, values = drawn(), weights()
    wanted = rewire(OPTIONS, patterns, values, epoch=1, epochs=4)
    found = ClashFreeMoves(OPTIONS, patterns).step(
        [pattern.sparse for pattern in patterns], values, epoch=1, epochs=4
    )
    for i, before in enumerate(patterns):
        left = wanted.patterns[i].left_neurons
        assert found.patterns[i].left_neurons.tolist() == left.tolist()
        assert found.weights[i].tolist() == wanted.weights[i].tolist()
        assert found.moved[i].tolist() == (left != before.left_neurons).tolist()
        assert found.moved[i].any()


def test_free_moves_keep_in_degrees_and_the_largest_weights() -> None:
    patterns, values = [pattern.sparse for pattern in drawn()], weights()
    found = FreeMoves(OPTIONS).step(patterns, values, epoch=0, epochs=4)
    for before, after, old, new, moved in zip(
        patterns, found.patterns, values, found.weights, found.moved, strict=True
    ):
        smallest = np.sort(np.abs(old))[before.edges // 2]
        assert moved.tolist() == (np.abs(old) < smallest).tolist()
        assert after.in_degrees.tolist() == before.in_degrees.tolist()
        assert (new == np.where(moved, 0, old)).all()
        assert (after.left_neurons != before.left_neurons).tolist() == moved.tolist()
    assert len(set(found.patterns[0].out_degrees.tolist())) > 1


def trainer_of(
    moves: Moves | None, kernel: type[DenseKernel | EdgeKernel] = DenseKernel, epochs: int = 5
) -> MlpTrainer:
    rng = np.random.default_rng(1)
    features, labels = rng.random((120, 24), np.float32), rng.integers(0, 6, 120)
    options = MlpOptions(batch=20, rate=1e-2, epochs=epochs, optimiser="adam")
    model = MlpModel([pattern.sparse for pattern in drawn()], options, kernel)
    train, validation = (Samples(features=features[i::2], labels=labels[i::2]) for i in (0, 1))
    return MlpTrainer(model, train, validation, moves=moves)


@pytest.mark.parametrize(
    "moves",
    [
        ClashFreeMoves(OPTIONS, drawn()),
        ClashFreeMoves(OPTIONS, drawn(), by_worth=True),
        FreeMoves(OPTIONS),
    ],
    ids=["clash-free", "by worth", "free"],
)
@pytest.mark.parametrize("kernel", [DenseKernel, EdgeKernel])
def test_a_resumed_training_gives_the_bits_of_an_uninterrupted_one(
    moves: Moves, kernel: type[DenseKernel | EdgeKernel], tmp_path: Path
) -> None:
    whole = trainer_of(moves, kernel)
    list(whole.epochs())
    part = trainer_of(moves, kernel)
    for _, _ in zip(range(2), part.epochs(), strict=False):
        pass
    save_state(tmp_path / "state.npz", part)
    resumed = trainer_of(moves, kernel)
    load_state(tmp_path / "state.npz", resumed)
    list(resumed.epochs())
    for trainer in (whole, resumed):
        last = trainer.model.patterns
        assert any(
            (a.left_neurons != b.left_neurons).any()
            for a, b in zip(last, trainer.drawn, strict=True)
        )
        for each in trainer.model.kernels:
            if isinstance(each, DenseKernel):
                assert not each.weights[each.pattern.biadjacency == 0].any()
    for name, array in whole.state().items():
        if name != "history":  # which holds seconds
            assert np.array_equal(array, resumed.state()[name]), name
    best = whole.best_epoch
    assert best is not None
    whole.restore_best()
    resumed.restore_best()
    assert whole.validation is not None
    accuracy = whole.accuracy(whole.validation)
    assert accuracy == whole.history[best].validation_accuracy
    assert accuracy == resumed.accuracy(whole.validation)


def test_a_state_of_other_moves_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    save_state(path, trainer_of(FreeMoves(OPTIONS)))
    for other in (None, FreeMoves(replace(OPTIONS, seed=5)), ClashFreeMoves(OPTIONS, drawn())):
        with pytest.raises(ValueError, match="moves must be "):
            load_state(path, trainer_of(other))


def test_running_means_follow_their_edges() -> None:
    trainer = trainer_of(ClashFreeMoves(OPTIONS, drawn()), epochs=3)
    epochs = trainer.epochs()
    next(epochs)
    moments = trainer.optimiser.moments[0]
    before = [k.of_edges(m) for k, m in zip(trainer.model.kernels, moments, strict=False)]
    lefts = [pattern.left_neurons for pattern in trainer.model.patterns]
    moves = trainer.moves
    assert moves is not None
    trainer._move(moves)
    for i, kernel in enumerate(trainer.model.kernels):
        moved = trainer.model.patterns[i].left_neurons != lefts[i]
        assert moved.any()
        after = kernel.of_edges(trainer.optimiser.moments[0][i])
        assert (after == np.where(moved, 0, before[i])).all()
        assert not kernel.edge_weights[moved].any()
        assert trainer.optimiser.parameters[i] is kernel.weights
