"""`presparse dataset`: its figures against counts of its own, exports, and wrong input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.datasets import load_dataset
from software_ref.datasets.difficulty import difficulty
from software_ref.datasets.redundancy import METHODS, principal_components
from software_ref.datasets.registry import NAMES, option_names
from software_ref.tests.train_command import NETWORK, points, write_points

ROOT = Path(__file__).parents[2]


def described(tmp_path: Path, *arguments: object) -> dict[str, Any]:
    """Run with `--json`, and return what it holds."""
    target = tmp_path / "out.json"
    assert main(["dataset", *map(str, arguments), "--json", str(target)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that wrong input ends with, without its start."""
    assert main(["dataset", *map(str, arguments)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    line, end = output.err.split("\n", 1)
    assert end == ""
    assert line.startswith("presparse: error: ")
    return line.removeprefix("presparse: error: ")


def test_figures_are_counted_from_the_arrays(tmp_path: Path) -> None:
    write_points(tmp_path)
    document = described(tmp_path, "points.npz", "--data", tmp_path)
    arrays = points()
    assert (document["name"], document["features"], document["classes"]) == ("points.npz", 10, 3)
    assert document["type"] == "float64"
    for split in ("train", "test"):
        labels = arrays[f"y_{split}"].tolist()
        assert document["splits"][split] == {
            "samples": len(labels),
            "samples_of_class": [labels.count(label) for label in range(3)],
        }
    assert document["splits"]["validation"] == {"samples": 0, "samples_of_class": [0, 0, 0]}
    values = [value for row in arrays["x_train"].tolist() for value in row]
    assert (document["least"], document["greatest"]) == (min(values), max(values))
    assert document["zeros"] == pytest.approx(values.count(0) / len(values))
    assert document["constant_features"] == 0
    data = load_dataset("points.npz", options={}, data_dir=tmp_path, base_dir=None)
    assert document["difficulty"]["v_upper"] == difficulty(data).v_upper
    assert document["difficulty_reason"] is None


def test_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x = np.array([[0, 128, 7], [0, 0, 7], [255, 0, 7]], dtype=np.uint8)
    path = tmp_path / "a.npz"
    np.savez(path, x_train=x, y_train=[0, 1, 1], x_test=x[:1], y_test=[1])
    assert main(["dataset", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    metrics = difficulty(load_dataset(str(path), options={}, data_dir=None, base_dir=None))
    assert lines == [
        "a.npz: 3 features, 2 classes, uint8",
        "read from a.npz",
        "",
        "split       samples  smallest class  largest class",
        "train             3               1              2",
        "validation        0               0              0",
        "test              1               0              1",
        "",
        "training values     0/256 to 255/256",
        "zeros               44.44 %",
        "constant features   1 of 3",
        f"V_lower             {metrics.v_lower:.6g}",
        f"V_upper             {metrics.v_upper:.6g}",
        f"V_dist              {metrics.v_dist:.6g}",
        f"V_thresh            {metrics.v_thresh}",
    ]


def test_the_manual_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    manual = (ROOT / "docs" / "datasets.md").read_text().splitlines()
    assert main(["dataset", "digits"]) == 0
    lines = [f"    {line}".rstrip() for line in capsys.readouterr().out.splitlines()]
    start = manual.index("    $ presparse dataset digits") + 1
    assert manual[start : start + len(lines)] == lines


def test_the_manual_names_every_data_set_and_option() -> None:
    manual = (ROOT / "docs" / "datasets.md").read_text()
    for name in NAMES:
        assert f"| `{name}` |" in manual
    for name in (*NAMES, "x.npz", "x.csv"):
        for option in option_names(name):
            assert f"`{option}`" in manual, (name, option)
    for method in METHODS:
        assert f"| `{method}` |" in manual


def test_a_class_without_samples_is_told_in_place_of_the_metrics(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, x_train=np.eye(2), y_train=[0, 2], x_test=np.eye(2), y_test=[0, 1])
    document = described(tmp_path, path)
    reason = "a.npz: every class must have a training sample, but of 0 to 2 these have none: 1"
    assert (document["difficulty"], document["difficulty_reason"]) == (None, reason)
    assert f"difficulty          not measured: {reason}" in capsys.readouterr().out


def test_an_infinite_metric_is_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.npz"
    np.savez(
        path, x_train=np.eye(2)[[0, 1, 0, 1]], y_train=[0, 0, 1, 1], x_test=np.eye(2), y_test=[0, 1]
    )
    metrics = described(tmp_path, path)["difficulty"]
    assert metrics == {"v_lower": 0.5, "v_upper": 0.5, "v_dist": None, "v_thresh": 2}
    assert "V_dist              infinite" in capsys.readouterr().out


def test_options_and_reduction_reach_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = [f"{split}_per_class={n}" for n, split in enumerate(("train", "validation", "test"), 2)]
    options = [word for option in few for word in ("--option", option)]
    document = described(
        tmp_path, "morse", *options, "--option", "dash=[4, 5]", "--option", "style=gray"
    )
    assert [each["samples"] for each in document["splits"].values()] == [128, 192, 256]
    assert document["provenance"] == (
        "generated with seed 1, dash = [4, 5], train_per_class = 2, validation_per_class = 3, "
        "test_per_class = 4"
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "generated with seed 1, dash = [4, 5], train_per_class = 2, validation_per_class",
        "  = 3, test_per_class = 4",
    ]
    assert max(map(len, lines)) <= 80
    document = described(tmp_path, "iris", "--option", "seed=3", "--reduce", "pca=2")
    assert document["features"] == 2
    assert document["provenance"].endswith("seed 3; first 2 principal components")


def test_a_network_file_names_data_and_reduction(tmp_path: Path) -> None:
    write_points(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(
        NETWORK.replace("[training]", '[data.reduce]\nmethod = "tokens"\nfeatures = 4\n[training]')
    )
    assert described(tmp_path, path)["features"] == 4
    assert described(tmp_path, path, "--reduce", "spectrum=5")["features"] == 5
    scaled = described(tmp_path, path, "--option", "scale=[0, 2]")
    assert scaled["greatest"] == 0.5


def test_an_export_is_read_as_the_same_samples(tmp_path: Path) -> None:
    path = tmp_path / "digits20.npz"
    described(tmp_path, "digits", "--reduce", "pca=20", "--npz", path)
    expected = principal_components(
        load_dataset("digits", options={}, data_dir=None, base_dir=None), 20
    )
    found = load_dataset(str(path), options={}, data_dir=None, base_dir=None)
    for key in ("x_train", "y_train", "x_test", "y_test", "x_validation"):
        assert np.array_equal(getattr(found, key), getattr(expected, key))
    assert found.x_train.dtype == np.float32


def test_an_export_keeps_classes_without_samples_and_their_names(tmp_path: Path) -> None:
    path, copy = tmp_path / "a.npz", tmp_path / "copy.npz"
    y = np.array(["c", "a", "c"])
    np.savez(path, x_train=np.eye(3), y_train=y, x_test=np.eye(3), y_test=y)
    described(tmp_path, path, "--option", 'labels=["a", "b", "c", "d"]', "--npz", copy)
    found = load_dataset(str(copy), options={}, data_dir=None, base_dir=None)
    assert (found.y_train.tolist(), found.classes) == ([2, 0, 2], 4)
    assert (found.class_names, found.notes) == (("a", "b", "c", "d"), ())


def test_what_the_samples_were_made_of_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{i},7,{'yes' if i % 2 else 'no'}\n" for i in range(8)))
    scaled = ("--option", "scale=feature", "--option", "test=2")
    document = described(tmp_path, path, *scaled)
    assert document["class_names"] == ["no", "yes"]
    assert document["notes"] == ["labels no, yes are classes 0 to 1"]
    assert capsys.readouterr().out.splitlines()[-1] == f"note: {document['notes'][0]}"
    low, high = document["scale"]["low"], document["scale"]["high"]
    assert (low[1], high[1]) == (7, 7)
    dataset = load_dataset(
        str(path), options={"scale": "feature", "test": 2}, data_dir=None, base_dir=None
    )
    assert dataset.scale is not None
    assert (low, high) == (dataset.scale.low.tolist(), dataset.scale.high.tolist())
    assert described(tmp_path, "iris")["scale"] is None


def test_an_export_has_validation_samples_where_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "morse.npz"
    sizes = ("train_per_class=1", "validation_per_class=2", "test_per_class=1")
    options = [word for size in sizes for word in ("--option", size)]
    described(tmp_path, "morse", *options, "--npz", path)
    assert load_dataset(str(path), options={}, data_dir=None, base_dir=None).x_validation.shape == (
        128,
        64,
    )


def test_a_picture_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.png"
    described(tmp_path, "iris", "--png", path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert f"picture: {path}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["iris", "--option", "seed"],
            "--option must be KEY=VALUE, such as noise_sigma=2, not 'seed'",
        ),
        (["iris", "--option", "=3"], "--option must be KEY=VALUE, such as noise_sigma=2, not '=3'"),
        (
            ["iris", "--option", "seed=1", "--option", "seed=2"],
            "--option must give each key once, not seed again",
        ),
        (
            ["iris", "--option", "seed=" + 20000 * "["],
            "--option seed must not nest brackets this deeply",
        ),
        (["iris", "--option", "seed=one"], "seed must be an integer, not str"),
        (
            ["iris", "--option", "sead=1"],
            "data set iris has no option 'sead' (did you mean 'seed'?); its options are seed",
        ),
        (["iris", "--reduce", "pca"], "--reduce must be METHOD=N, such as pca=20, not 'pca'"),
        (
            ["iris", "--reduce", "pca=2.5"],
            "--reduce must be METHOD=N, such as pca=20, not 'pca=2.5'",
        ),
        (
            ["iris", "--reduce", "svd=2"],
            'data.reduce method must be one of "pca", "tokens", "chi2", "spectrum", not \'svd\'',
        ),
        (
            ["iris", "--reduce", "pca=9"],
            "iris: features must lie in 1 to 4 (the most that the training samples can vary in), "
            "not 9",
        ),
        (["iris", "--data", "nowhere"], "--data must name a folder; there is no folder nowhere"),
        (["nowhere.toml"], "cannot read nowhere.toml: No such file or directory"),
        (["iris", "--png", "no/a.png"], "cannot write no/a.png: No such file or directory"),
    ],
)
def test_wrong_input_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, *arguments) == message


def test_no_input_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_points(tmp_path)
    archive, path = tmp_path / "points.npz", tmp_path / "small.toml"
    path.write_text(NETWORK)
    before = archive.read_bytes()
    message = f"--npz must name a file of its own: {archive} is an input"
    assert refused(capsys, path, "--npz", archive) == message
    assert refused(capsys, archive, "--npz", archive) == message
    assert refused(capsys, "points.npz", "--data", tmp_path, "--npz", archive) == message
    assert archive.read_bytes() == before
    assert "is an input" in refused(capsys, path, "--json", path)
