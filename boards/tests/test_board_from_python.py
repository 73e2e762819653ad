"""A board from Python: trained, predicted with, restored and reset, as `presparse host` does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import presparse

EPOCHS = 3


def test_a_board_trains_and_predicts_as_the_golden_model(
    port: str, iris: Path, tmp_path: Path
) -> None:
    network = presparse.load(iris)
    samples = network.samples(samples=30, test_samples=9)
    golden = network.train(epochs=EPOCHS, samples=30, test_samples=9, float_reference=False)
    with network.board(port) as board:
        board.reset()
        assert (board.room, board.clock_hz > 0) == (40, True)
        run = board.train(samples, epochs=EPOCHS)
        assert run.checkpoint.parameters == golden.checkpoint.parameters
        assert [e.test_accuracy for e in run.epochs] == [e.test_accuracy for e in golden.epochs]
        predicted = board.predictions(samples)
        wanted = golden.predictions()
        assert np.array_equal(predicted.predictions, wanted.predictions)
        assert predicted.outputs is not None and wanted.outputs is not None
        assert np.array_equal(predicted.outputs, wanted.outputs)
        board.reset()
        half = board.train(samples, epochs=1)
        board.restore(half.save(tmp_path / "half.npz"))
        rest = board.train(samples, epochs=EPOCHS, resume=tmp_path / "half.npz")
        assert rest.checkpoint.parameters == golden.checkpoint.parameters
        assert f"epoch {EPOCHS}" in str(rest) and rest.plot()._repr_png_()
        with pytest.raises(
            presparse.Error, match=r"^epochs must be above the 1 that are done, not 1$"
        ):
            board.train(samples, epochs=1, resume=tmp_path / "half.npz")
        with pytest.raises(
            presparse.Error, match=r"^there must be test samples to predict, not 0$"
        ):
            board.predictions(network.samples(samples=5, test_samples=0))


def test_a_port_without_a_board_is_refused(iris: Path) -> None:
    with pytest.raises(presparse.Error, match=r"^cannot open the port /dev/none: No such file"):
        presparse.load(iris).board("/dev/none")
