"""A search from Python."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import presparse


def test_a_search_gives_networks(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = tmp_path / "points.npz"
    x, y = rng.integers(0, 256, (90, 12), np.uint8), np.arange(90) % 3
    np.savez(path, x_train=x, y_train=y, x_test=x[:60], y_test=y[:60])
    front = presparse.search(
        str(path),
        output=tmp_path / "out",
        trials=3,
        limits={"weights": 400},
        fixed={"format": "(1,3,8)", "epochs": 2},
        quick=True,
    )
    assert len(front) >= 1
    network = front.network()
    assert network.file.network.weights <= 400
    assert front.figures()["weights"] == network.file.network.weights
    assert str(front).startswith("points: 3 trials")
    assert len(front.findings) == 4
    assert front.plot().figure.axes
    assert front.report(tmp_path / "page.html").exists()
    assert len(front.save(tmp_path / "out")) == 2 + len(front)
    assert all(0 <= seeds[0] <= 1 for seeds in front.test(1))


def test_what_cannot_be_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(presparse.Error, match=r"^weights must be allowed to be \d+ or more"):
        presparse.search("digits", output=tmp_path, limits={"weights": 9})
