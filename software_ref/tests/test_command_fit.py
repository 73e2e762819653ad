"""`presparse fit`: training, resuming, pictures, and wrong input."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.mlp.recommended import RATES, SCHEDULE, recommended
from software_ref.mlp.trainer import MlpTrainer
from software_ref.tests.train_command import NETWORK, small_network

EXAMPLES = Path(__file__).parents[2] / "examples"
FAST = ("--optimiser", "adam", "--batch", "10", "--rate", "0.01", "--epochs", "4")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A network file with its data beside it."""
    return small_network(tmp_path)


def fit(path: Path, *arguments: object) -> dict[str, Any]:
    """Run `fit` with `--json`, and return what it holds."""
    target = path.parent / "fit.json"
    words = ["fit", str(path), *FAST, *map(str, arguments), "--json", str(target)]
    assert main(words) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def losses(document: dict[str, Any]) -> list[float]:
    return [each["loss"] for each in document["epochs"]]


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a refused command prints, without its prefix."""
    assert main(["fit", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("presparse: error: ").rstrip()


@pytest.mark.parametrize("kind", ["clash_free", "structured", "random", "fully_connected"])
def test_it_learns_with_any_kind_of_connections(
    kind: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = fit(path, "--kind", kind, "--epochs", "60", "--rate", "0.03")
    assert losses(document)[-1] < losses(document)[0] / 2
    assert document["parameters"] == (
        12 * 8 + 8 * 4 + 12 if kind == "fully_connected" else 12 * 2 + 8 * 4 + 12
    )
    assert document["kept_epoch"] < 60
    out = capsys.readouterr().out
    assert out.startswith(f"small: 12-8-4, {kind} connections, density ")
    assert "54 samples" in out  # one in ten is held out
    assert f"epoch {document['kept_epoch'] + 1}" in out


def untimed(document: dict[str, Any]) -> dict[str, Any]:
    """All that `--json` says but for the seconds."""
    epochs = [
        {name: value for name, value in each.items() if name != "seconds"}
        for each in document["epochs"]
    ]
    return document | {"epochs": epochs}


def assert_same_state(path: Path, other: Path) -> None:
    """Compare all that two saved states hold, but for the seconds."""
    with np.load(path) as ours, np.load(other) as theirs:
        assert ours.files == theirs.files
        for name in ours.files:
            part = np.s_[:, :3] if name == "history" else np.s_[...]
            assert np.array_equal(ours[name][part], theirs[name][part]), name


@pytest.mark.parametrize("optimiser", ["momentum", "adam"])
def test_a_resumed_training_is_the_uninterrupted_one(path: Path, optimiser: str) -> None:
    wanted, state, rest = (path.parent / f"{name}.npz" for name in ("wanted", "state", "rest"))
    options = ("--optimiser", optimiser, "--schedule", "step,0.5,3")
    whole = fit(path, *options, "--save", wanted)
    fit(path, *options, "--epochs", "2", "--save", state)
    resumed = fit(path, *options, "--resume", state, "--save", rest)
    assert [each["epoch"] for each in resumed["epochs"]] == [0, 1, 2, 3]
    assert untimed(resumed) == untimed(whole)
    assert_same_state(rest, wanted)


def test_ctrl_c_keeps_the_epochs_that_were_saved(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    train_epoch = MlpTrainer._train_epoch

    def interrupted(self: MlpTrainer, epoch: int, progress: Any) -> Any:
        if epoch == 2:
            raise KeyboardInterrupt
        return train_epoch(self, epoch, progress)

    state = path.parent / "state.npz"
    with monkeypatch.context() as patch:
        patch.setattr(MlpTrainer, "_train_epoch", interrupted)
        assert main(["fit", str(path), *FAST, "--save", str(state)]) == 130
        message = f"interrupted after epoch 2, whose state is in {state}\n"
        assert capsys.readouterr().err == f"presparse: {message}"
        assert main(["fit", str(path), *FAST]) == 130
        assert "after epoch 2; without --save, nothing is kept" in capsys.readouterr().err
    assert untimed(fit(path, "--resume", state)) == untimed(fit(path))


def described(path: Path, *arguments: object) -> dict[str, Any]:
    """What `--json` holds of a training with no settings but those named."""
    target = path.parent / "fit.json"
    assert main(["fit", str(path), *map(str, arguments), "--json", str(target)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_settings_that_nobody_names_suit_activation_and_samples(
    hidden: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(f'{NETWORK}\n[activation]\nhidden = "{hidden}"\n')
    suited = recommended(hidden, 54) | {"schedule": asdict(SCHEDULE)}
    document = described(path)
    assert {name: document["options"][name] for name in suited} == suited
    assert len(document["epochs"]) == 100
    line = f"{suited['optimiser']} at a rate of {suited['rate']:g}, inverse_time, minibatches of 32"
    assert line in capsys.readouterr().out.splitlines()
    document = described(path, "--optimiser", "sgd", "--epochs", "2", "--schedule", "constant")
    options = document["options"]
    assert (options["optimiser"], options["rate"]) == ("sgd", RATES[hidden]["sgd"])
    assert (options["epochs"], options["schedule"]["kind"]) == (2, "constant")
    assert described(path, "--rate", "0.125", "--epochs", "2")["options"]["rate"] == 0.125


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_the_digits_are_learnt_without_any_setting(hidden: str, tmp_path: Path) -> None:
    path = tmp_path / "digits.toml"
    text = (EXAMPLES / "digits.toml").read_text()
    path.write_text(f'{text}\n[activation]\nhidden = "{hidden}"\n')
    assert described(path)["test_accuracy"] > 0.95


@pytest.mark.real_data
def test_the_original_network_learns_mnist_without_any_setting(
    data_dir: Path, tmp_path: Path
) -> None:
    path = tmp_path / "original.toml"
    path.write_text((EXAMPLES / "mnist_original.toml").read_text())
    assert described(path, "--data", data_dir)["test_accuracy"] > 0.9


def test_early_stopping_and_schedule(path: Path) -> None:
    document = fit(path, "--epochs", "200", "--rate", "0.2", "--patience", "3")
    assert len(document["epochs"]) == document["kept_epoch"] + 4 < 200
    document = fit(path, "--schedule", "step,0.5,2", "--hold-out", "0", "--optimiser", "momentum")
    assert document["options"]["schedule"] == {"kind": "step", "factor": 0.5, "every": 2}
    assert document["kept_epoch"] == 3
    assert document["epochs"][0]["validation_accuracy"] is None


def test_features_are_centred_unless_taken_as_they_are(path: Path) -> None:
    state = path.parent / "state.npz"
    documents = [fit(path, *words, "--save", state) for words in ((), ("--no-centre",))]
    assert [document["options"]["centre"] for document in documents] == [True, False]
    assert losses(documents[0]) != losses(documents[1])
    assert not np.load(state)["input_mean"].any()


def test_the_rate_shown_falls_on_a_plateau(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = fit(path, "--epochs", "6", "--rate", "0.5", "--schedule", "plateau,0.5,1")
    shown = [
        float(line.split()[1])
        for line in capsys.readouterr().out.splitlines()
        if line.split()[:1] and line.split()[0].isdigit()
    ]
    best = [-1.0, 0.0]
    expected = [0.5]
    for epoch in document["epochs"]:
        found = [epoch["validation_accuracy"], -epoch["validation_loss"]]
        better = found > best and best[0] < 1
        best = max(best, found)
        expected.append(expected[-1] if better else expected[-1] / 2)
    assert shown == pytest.approx(expected[:-1], rel=0.05)
    assert shown[-1] < 0.5


def test_a_cosine_goes_on_to_the_epoch_that_it_falls_to(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.parent / "state.npz"
    fit(path, "--schedule", "cosine", "--epochs", "2", "--save", state)
    line = refused(capsys, path, *FAST, "--schedule", "cosine", "--resume", state)
    assert line == f"{state}: epochs must be 2, as saved, not 4"


def test_a_picture_is_drawn(path: Path) -> None:
    png = path.parent / "fit.png"
    fit(path, "--png", png)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_a_state_of_other_settings_is_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.parent / "state.npz"
    fit(path, "--save", state)
    line = refused(capsys, path, *FAST, "--batch", "5", "--resume", state)
    assert line == f"{state}: batch must be 10, as saved, not 5"
    line = refused(capsys, path, *FAST, "--kind", "structured", "--resume", state)
    assert line.startswith(f"{state}: connections must be '")
    np.savez(state, x=np.zeros(2))
    assert refused(capsys, path, "--resume", state).startswith(f"{state}: layers must be None")
    state.write_text("nothing")
    message = f"{state}: state must be an .npz file that `presparse fit` saved"
    assert refused(capsys, path, "--resume", state) == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rate", "0"], "rate must be above 0, not 0.0"),
        (["--rate", "fast"], "argument --rate: must be a number, not 'fast'"),
        (["--rate", "inf"], "argument --rate: must be finite, not inf"),
        (["--momentum", "1"], "momentum must lie in [0, 1), not 1.0"),
        (["--schedule", "linear"], "argument --schedule: schedule kind must be one of"),
        (["--schedule", "step,1,2,3"], "argument --schedule: must be KIND[,FACTOR[,EVERY]]"),
        (["--hold-out", "60"], "points.npz: the number of samples held out must lie in 0 to 59"),
        (["--patience", "2", "--hold-out", "0"], "patience must come with validation samples"),
        (["--resume", "none.npz"], "cannot read none.npz: No such file or directory"),
        (["--save", "none/x.npz"], "cannot write none/x.npz: No such file or directory"),
        (["--epochs", "0"], "argument --epochs: must be at least 1, not 0"),
    ],
)
def test_wrong_input_is_one_line(
    arguments: list[str], message: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, path, *arguments).startswith(message)


@pytest.mark.parametrize("argument", ["--l2", "--bias"])
def test_a_training_that_diverges_is_one_line_and_keeps_the_state_before(
    argument: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.parent / "state.npz"
    state.write_text("the one before")
    line = refused(capsys, path, *FAST, argument, "1e300", "--save", state)
    message = "the training must stay finite, but diverged in epoch 1; lower rate, l2 or bias"
    assert line == message
    assert state.read_text() == "the one before"


def test_what_is_read_is_never_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points, state = path.parent / "points.npz", path.parent / "state.npz"
    before = points.read_bytes()
    line = refused(capsys, path, *FAST, "--json", points)
    assert line == f"--json must name a file of its own: {points} is an input"
    assert points.read_bytes() == before
    fit(path, "--epochs", "2", "--save", state)
    line = refused(capsys, path, *FAST, "--resume", state, "--json", state)
    assert line == f"--json must name a file of its own: {state} is an input"
    fit(path, "--resume", state, "--save", state)


def test_a_state_of_other_samples_is_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.parent / "state.npz"
    fit(path, "--epochs", "2", "--save", state)
    line = refused(capsys, path, *FAST, "--hold-out", "5", "--resume", state)
    assert line.startswith(f"{state}: train must be '")
    points = dict(np.load(path.parent / "points.npz"))
    points["x_train"] = points["x_train"] / 2
    np.savez(path.parent / "points.npz", **points)
    line = refused(capsys, path, *FAST, "--resume", state)
    assert line.startswith(f"{state}: train must be '")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("settings", "[]", "settings must be a JSON object, not []"),
        ("best_epoch", 9, "best_epoch of the state must be one of its 4 epochs, not 9"),
        ("history", [1.0], "history of the state must have shape (epochs, 5), not (1,)"),
        ("steps", [1, 2], ""),
        ("input_mean", [0.5], "input_mean of the state must have shape (12,), not (1,)"),
        ("input_scale", 0.0, "input_scale of the state must be above 0, not 0"),
    ],
)
def test_a_damaged_state_is_named(
    name: str, value: Any, message: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.parent / "state.npz"
    fit(path, "--save", state)
    arrays = dict(np.load(state)) | {name: np.array(value)}
    np.savez(state, **arrays)
    assert refused(capsys, path, *FAST, "--resume", state).startswith(f"{state}: {message}")


def test_classes_that_cannot_be_predicted_are_refused(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(NETWORK.replace("classes = 3", "classes = 2"))
    line = refused(capsys, path, *FAST)
    assert line == f"{path}: [network] classes must be at least the 3 of points.npz, not 2"


def test_a_capped_relu_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(NETWORK + '\n[activation]\nhidden = "relu"\nrelu_cap = 2.0\n')
    assert "relu_cap must be left out for `fit`" in refused(capsys, path)
