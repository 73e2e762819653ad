"""Networks from Python: constructed, changed, saved, and given samples of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import presparse
from software_ref.connections.rewire_options import RewireOptions
from software_ref.datasets import Dataset
from software_ref.network_file import read_network_file
from software_ref.tests.train_command import points, small_network

DIGITS = Path(__file__).parents[2] / "examples" / "digits.toml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small_network(tmp_path)


def test_a_constructed_network_is_the_files() -> None:
    network = presparse.Network(
        [64, 40, 10],
        np.array([10, 10]),
        [32, 20],
        data="digits",
        training={"epochs": 12, "shuffle": True, "rate_exponent": [[0, 3], [6, 4], [9, 5]]},
    )
    file = read_network_file(DIGITS)
    assert network.file.network == file.network
    assert (network.file.data, network.file.training) == (file.data, file.training)


def test_parallelism_is_chosen_for_the_clocks() -> None:
    network = presparse.Network([64, 40, 10], [10, 10], clocks=20)
    assert network.file.network.parallelism == (32, 20)


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        (([64, 40], [7]), {}, "nearest legal out_degree: 5 or 10"),
        (([64, 40], [10], [5]), {}, "nearest legal parallelism: 4 or 8"),
        (([64, 40], [10]), {"clocks": 0}, "clocks must be at least 1, not 0"),
        (([64, 40], [10]), {"format": {"fractions": 3}}, "did you mean fraction?"),
        (([64, 40], [10]), {"formats": {}}, "unknown table 'formats'; did you mean format?"),
        (([64, 40], [10]), {"training": 3}, "training must be a mapping of its keys, not 3"),
    ],
)
def test_what_is_not_legal_is_refused(sizes: Any, options: Any, message: str) -> None:
    with pytest.raises(presparse.Error) as told:
        presparse.Network(*sizes, **options)
    assert message in str(told.value)


def test_tables_are_changed_in_a_copy(path: Path) -> None:
    network = presparse.load(path)
    other = network.with_tables(
        network={"parallelism": (6, 4)},
        format={"fraction": 6},
        training={"epochs": 5},
        target={"pipeline": "medium"},
    )
    assert other.file.network.parallelism == (6, 4)
    assert other.file.network.format.fraction == 6
    assert (other.file.training.epochs, other.file.target.pipeline) == (5, "medium")
    assert network.file == read_network_file(path)
    with pytest.raises(presparse.Error, match=r"^unknown key 'epoch'; known: epochs, seed"):
        network.with_tables(training={"epoch": 5})
    with pytest.raises(presparse.Error, match=r"^unknown table 'traning'; known: network, format"):
        network.with_tables(traning={"epochs": 5})


def test_a_saved_network_is_the_same(path: Path, tmp_path: Path) -> None:
    network = presparse.load(path)
    (tmp_path / "elsewhere").mkdir()
    saved = network.save(tmp_path / "elsewhere" / "other.toml")
    again = presparse.load(saved)
    assert again.file.network == network.file.network
    given, found = network.samples(), again.samples()
    assert np.array_equal(given.train_features, found.train_features)
    with pytest.raises(presparse.Error, match=r"^cannot write .*none/a\.toml: No such file"):
        network.save(tmp_path / "none" / "a.toml")


def test_arrays_and_data_sets_take_the_place_of_the_files_samples(path: Path) -> None:
    network, arrays = presparse.load(path), points()
    own = network.samples()
    x_train, y_train, x_test, y_test = (
        arrays[name] for name in ("x_train", "y_train", "x_test", "y_test")
    )
    given = network.samples((x_train, y_train, x_test, y_test))
    dataset = Dataset(
        name="points",
        classes=3,
        provenance="made up",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
    )
    for other in (given, network.samples(dataset)):
        for part in ("train_features", "train_labels", "test_features", "test_labels"):
            assert np.array_equal(getattr(own, part), getattr(other, part))
    alone = network.samples((arrays["x_train"], arrays["y_train"]), samples=7)
    assert (len(alone.train_labels), len(alone.test_labels)) == (7, 0)
    with pytest.raises(presparse.Error, match=r"^data must be a Dataset, \(x_train, y_train\) or"):
        network.samples([1, 2])  # type: ignore[arg-type]
    with pytest.raises(presparse.Error, match="x_train"):
        network.samples((arrays["x_train"] + 1, arrays["y_train"]))


def test_it_describes_itself(path: Path) -> None:
    network = presparse.load(path)
    assert network.title == "small: 12-8-4, 56 weights, density 43.8 %, (1,3,8)"
    found = network.describe()
    assert found.document["network"]["weights"] == 56
    assert "overall density   44 %" in str(found)
    assert "<table>" in found._repr_html_()
    assert network.plot_connections()._repr_png_().startswith(b"\x89PNG")


def test_connections_are_told_to_move() -> None:
    network = presparse.Network([12, 8, 4], [2, 4], [4, 2], connections={"kind": "free"})
    moving = network.with_tables(rewire={"share": 0.5})
    assert moving.file.network.moving == (1,)
    assert moving.with_tables(rewire={"until": 1}).file.network.rewire == RewireOptions(
        share=0.5, until=1
    )
    assert (
        presparse.Network(
            [12, 8, 4], [2, 4], [4, 2], connections={"kind": "free"}, rewire={}
        ).file.network.rewire
        == RewireOptions()
    )
