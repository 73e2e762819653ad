"""`presparse train --seeds` and `--hold-out`: several seeds, and samples to choose by."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.tests.train_command import NETWORK, SURPLUS, points, refused, small_network, train
from software_ref.training_job import TrainingJob

SEEDED = """\
{network}seed = {seed}
shuffle = true

[connections]
seed = {seed}

[update]
random_bits = 4
seed = {seed}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A network file with its data beside it, in which every seed matters."""
    return small_network(tmp_path, SEEDED.format(network=NETWORK, seed=7))


def table(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What is printed, without the note that the file's surplus inputs stay 0."""
    title, note, *rows = capsys.readouterr().out.splitlines()
    assert note == f"note: {SURPLUS}"
    return [title, *rows]


def figures(epochs: list[dict[str, Any]]) -> list[Any]:
    """Accuracies of all epochs, without the times."""
    return [
        (each["train_accuracy"], each["test_accuracy"])
        for row in epochs
        for each in (row, row["float"])
    ]


def test_a_seed_is_that_of_weights_connections_order_and_rounding(path: Path) -> None:
    document = train(path, "--seeds", 3)
    assert [each["seed"] for each in document["seeds"]] == [1, 2, 3]
    runs = [figures(each["epochs"]) for each in document["seeds"]]
    assert len({str(run) for run in runs}) == 3
    for seed, run in enumerate(runs, start=1):
        path.write_text(SEEDED.format(network=NETWORK, seed=seed))
        assert figures(train(path)["epochs"]) == run


@pytest.mark.parametrize("tests", [20, 0])
def test_a_row_for_each_seed_and_the_spread_of_all(
    tests: int, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = train(path, "--seeds", 2, "--test-samples", tests)
    name = "test_accuracy" if tests else "train_accuracy"
    lasts = [each["epochs"][-1] for each in document["seeds"]]
    golden = [100 * each[name] for each in lasts]
    floats = [100 * each["float"][name] for each in lasts]
    lines = table(capsys)
    assert lines[0].endswith(f"60 training and {tests} test samples")
    assert lines[1] == "seed  golden train %  test %  float train %  test %"
    assert [line.split()[0] for line in lines[2:4]] == ["1", "2"]
    if tests:
        assert [float(line.split()[2]) for line in lines[2:4]] == pytest.approx(golden, abs=0.01)
    assert lines[4:] == [
        f"{'test' if tests else 'training'} accuracy of 2 seeds: "
        f"golden {fmean(golden):.2f} ± {stdev(golden):.2f} %, "
        f"float {fmean(floats):.2f} ± {stdev(floats):.2f} %"
    ]


def test_one_epoch_on_the_first_samples(path: Path) -> None:
    document = train(path, "--seeds", 2, "--samples", 20)
    assert document["training_samples"] == 20
    assert [len(each["epochs"]) for each in document["seeds"]] == [1, 1]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--save", "x.npz"), ("--resume", "x.npz"), ("--samples", "0")),
        *(("--predictions", "x.csv"), ("--confusion", "x.png")),
    ],
)
def test_what_several_seeds_cannot_have_is_refused(
    option: str, value: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = f"{option} 0" if value == "0" else option
    value = value if value == "0" else str(path.parent / value)
    message = refused(capsys, path, "--seeds", "2", option, value)
    assert message == f"--seeds must be given without {given}"


def test_ctrl_c_keeps_the_seeds_that_are_finished(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    epochs = TrainingJob.epochs

    def interrupted(self: TrainingJob, bar: Any) -> Any:
        if self.file.training.seed == 2:
            raise KeyboardInterrupt
        return epochs(self, bar)

    monkeypatch.setattr(TrainingJob, "epochs", interrupted)
    target = path.parent / "out.json"
    assert main(["train", str(path), "--seeds", "3", "--json", str(target)]) == 130
    assert capsys.readouterr().err == "presparse: interrupted with 1 of 3 seeds finished\n"
    text = target.read_text()
    assert '"interrupted": true' in text
    assert text.count('"seed"') == 1


def test_held_out_samples_take_the_place_of_the_test_samples(path: Path) -> None:
    document = train(path, "--hold-out", 12)
    assert (document["training_samples"], document["test_samples"]) == (48, 12)
    assert document["held_out"]
    arrays = points()
    arrays["x_test"] = 1 - arrays["x_test"]
    np.savez(path.parent / "points.npz", **arrays)  # type: ignore[arg-type]
    assert figures(train(path, "--hold-out", 12)["epochs"]) == figures(document["epochs"])
    arrays["x_train"] = 1 - arrays["x_train"]
    np.savez(path.parent / "points.npz", **arrays)  # type: ignore[arg-type]
    assert figures(train(path, "--hold-out", 12)["epochs"]) != figures(document["epochs"])


def test_held_out_samples_are_among_those_asked_for(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = train(path, "--hold-out", 10, "--samples", 30, "--seeds", 2)
    assert (document["training_samples"], document["test_samples"]) == (20, 10)
    lines = table(capsys)
    assert lines[0].endswith("20 training and 10 held-out samples")
    assert lines[1] == "seed  golden train %  held-out %  float train %  held-out %"
    assert lines[4].startswith("held-out accuracy of 2 seeds: golden ")


def test_too_many_held_out_samples_are_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, path, "--hold-out", "60") == (
        "points.npz: the number of samples held out must lie in 0 to 59 (all but one), not 60"
    )
