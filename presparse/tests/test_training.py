"""Training from Python: the figures of the commands, resumed and interrupted, with predictions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import presparse
from presparse.cli import main
from software_ref.checkpoint import load_checkpoint
from software_ref.tests.train_command import points, small_network, train
from software_ref.training import Training as EpochLoop


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small_network(tmp_path)


def test_it_trains_as_the_command_does(path: Path, tmp_path: Path) -> None:
    document = train(path, "--save", tmp_path / "command.npz")
    network = presparse.load(path)
    training = network.train(save=tmp_path / "python.npz")
    command, python = (
        load_checkpoint(tmp_path / f"{name}.npz", network.file.network)
        for name in ("command", "python")
    )
    assert command.parameters == python.parameters == training.checkpoint.parameters
    for row, golden, floating in zip(
        document["epochs"], training.epochs, training.float_epochs, strict=True
    ):
        assert row["test_accuracy"] == golden.test_accuracy
        assert row["float"]["test_accuracy"] == floating.test_accuracy
    assert training.test_accuracy == document["epochs"][-1]["test_accuracy"]


def test_it_goes_on_to_the_bit(path: Path, tmp_path: Path) -> None:
    network = presparse.load(path)
    whole = network.train(float_reference=False)
    half = network.train(epochs=1, float_reference=False)
    rest = network.train(resume=half.save(tmp_path / "half.npz"))
    assert rest.checkpoint.parameters == whole.checkpoint.parameters
    assert rest.epochs[0].epoch == 1 and rest.float_epochs == ()


def test_an_interrupt_keeps_the_whole_epochs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = EpochLoop._train_epoch

    def interrupted(self: EpochLoop, epoch: int, progress: Any) -> Any:
        if epoch == 1:
            raise KeyboardInterrupt
        return real(self, epoch, progress)

    one = presparse.load(path).train(epochs=1, float_reference=False)
    monkeypatch.setattr(EpochLoop, "_train_epoch", interrupted)
    broken_off = presparse.load(path).train(float_reference=False)
    assert broken_off.checkpoint.parameters == one.checkpoint.parameters
    assert broken_off.checkpoint.epoch == len(broken_off.epochs) == 1


def test_predictions_come_from_a_training_a_file_or_parameters(path: Path, tmp_path: Path) -> None:
    network = presparse.load(path)
    training = network.train(float_reference=False)
    saved = training.save(tmp_path / "s.npz")
    test = points()["x_test"], points()["y_test"]
    for given in (training, saved, str(saved), training.checkpoint.parameters):
        found = network.predictions(given, test)
        assert found.accuracy == training.test_accuracy
        assert network.predict(given, test[0]).tolist() == found.predictions.tolist()
    own = training.predictions()
    assert own.confusion.sum() == 20
    assert np.trace(own.confusion) / 20 == own.accuracy
    assert "most taken for" in str(own) and "<td" in own._repr_html_()
    assert own.save(tmp_path / "p.csv").read_text().startswith("index,label,prediction,output_0")
    assert own.plot().save(tmp_path / "c.png").is_file()
    with pytest.raises(presparse.Error, match=r"a picture's name must end in"):
        own.plot().save(tmp_path / "c.jpg")


def test_floats_and_profiles_are_those_of_the_commands(path: Path, tmp_path: Path) -> None:
    network = presparse.load(path)
    fit, profile = tmp_path / "fit.json", tmp_path / "profile.json"
    assert main(["fit", str(path), "--epochs", "2", "--json", str(fit)]) == 0
    assert main(["profile", str(path), "--epochs", "1", "--json", str(profile)]) == 0
    floating = network.fit_float(epochs=2)
    assert floating.test_accuracy == json.loads(fit.read_text())["test_accuracy"]
    assert [each.loss for each in floating.epochs] == [
        each["loss"] for each in json.loads(fit.read_text())["epochs"]
    ]
    found = network.profile(epochs=1)
    wanted = json.loads(profile.read_text())
    assert found.recommended.integer == wanted["recommended"]["integer"]
    assert found.epochs[0].document()["junctions"] == wanted["epochs"][0]["junctions"]
    assert found.plot()._repr_png_() and floating.plot()._repr_png_()
    assert "recommended: " in str(found) and "density" in str(floating)


def test_wrong_input_is_refused(path: Path) -> None:
    network = presparse.load(path)
    with pytest.raises(presparse.Error, match=r"^cannot read .*none\.npz"):
        network.train(resume=path.with_name("none.npz"))
    with pytest.raises(presparse.Error, match=r"^unexpected|unknown|unexpected keyword"):
        network.fit_float(epoch=3)
    with pytest.raises(presparse.Error, match=r"^--data must name a folder"):
        network.train(data_dir=path.with_name("none"))
