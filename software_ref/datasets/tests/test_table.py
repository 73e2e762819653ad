"""Tables of text: columns, first lines, labels, test samples, and lines that are wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.datasets import load_dataset
from software_ref.datasets.split import stratified_choice
from software_ref.datasets.table import load_table

# Eight flowers in [0, 1], of two kinds.
ROWS = [(0.1, 0.5, "b"), (0.2, 0.25, "a"), (0.75, 1.0, "b"), (0.0, 0.125, "a")] * 2
X = [list(row[:2]) for row in ROWS]
Y = [int(row[2] == "b") for row in ROWS]
HEADER = "width,length,class"


def lines(form: str = "{},{},{}", header: str | None = HEADER) -> str:
    return "\n".join([*([header] if header else []), *(form.format(*row) for row in ROWS)]) + "\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def whole(path: Path, **options: Any) -> tuple[list[Any], list[int]]:
    """All samples and labels of a table, in its order."""
    dataset = load_table(path, test_file=path.name, **options)
    assert dataset.x_test.tolist() == dataset.x_train.tolist()
    return dataset.x_train.tolist(), dataset.y_train.tolist()


def refused(error: type[Exception], message: str, path: Path, **options: Any) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        load_table(path, **{"test": 2} | options)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (lines(), {}),
        (lines(header=None), {}),
        (lines("{};{};{}", "width;length;class"), {}),
        (lines("{}\t{}\t{}", None), {}),
        (lines("{}   {} {}", None), {}),
        (lines("  {} {}  {}  ", None), {}),
        (lines('"{}", "{}", "{}"', '"width","length","class"'), {}),
        (lines().replace("\n", "\n\n"), {}),
        (lines("{2},{0},{1}", "class,width,length"), {}),
        (lines("{2},{0},{1}", "Target,width,length"), {}),
        (lines("{2},{0},{1}", None), {"label": 1}),
        (lines("{0},{2},{1}", None), {"label": -2}),
        (lines("{0},{2},{1}", "width,kind,length"), {"label": "kind"}),
        (lines("7,{0},{1},{2}", "number,width,length,kind"), {"ignore": ["number"]}),
        (lines("x{0},{0},{1},{2}", None), {"ignore": [1]}),
        (lines("{},{},{}", "0,1,2"), {"header": True}),
        (lines("{}|{}|{}", None), {"delimiter": "|"}),
    ],
)
def test_forms_of_one_table(tmp_path: Path, text: str, options: dict[str, Any]) -> None:
    assert whole(write(tmp_path / "a.csv", text), **options) == (X, Y)


def test_decimal_commas_where_commas_are_free(tmp_path: Path) -> None:
    for header in ("width;length;class", None):
        text = lines("{};{};{}", header).replace(".", ",")
        assert whole(write(tmp_path / "a.csv", text)) == (X, Y)


def test_tables_of_windows_editors(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(lines().replace("\n", "\r\n").encode("utf-8-sig"))
    dataset = load_table(path, test=2)
    assert dataset.class_names == ("a", "b")
    assert dataset.provenance == (
        "read from a.csv, labels in column 3 (class), 2 samples held out for the test with seed 1"
    )


def test_names_that_count_the_columns_are_a_first_line(tmp_path: Path) -> None:
    rows = [f"{i / 8},{i / 16},{i / 32},{i % 2}" for i in range(8)]
    path = write(tmp_path / "a.csv", "\n".join(["0,1,2,kind", *rows]))
    assert len(load_table(path, test=2).y_train) == 6
    write(path, "\n".join(["0,0.1,0.2,2", *rows]))
    assert len(load_table(path, test=2).y_train) == 7


def test_a_column_that_counts_the_lines_is_left_out(tmp_path: Path) -> None:
    counted = [f"{i},{x},{y},{label}\n" for i, (x, y, label) in enumerate(ROWS)]
    path = write(tmp_path / "a.csv", "".join([f",{HEADER}\n", *counted]))
    dataset = load_table(path, test_file="a.csv")
    assert dataset.x_train.tolist() == X
    assert dataset.notes[0] == "column 1 counts the lines and is left out"
    # With a name it may be a feature, and so may other numbers.
    write(path, "".join([f"n,{HEADER}\n", *counted]))
    assert load_table(path, test_file="a.csv", scale="feature").features == 3
    write(path, "".join([f",{HEADER}\n", *counted[::-1]]))
    assert load_table(path, test_file="a.csv", scale="feature").features == 3


def test_a_share_is_held_out_for_the_test(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", lines())
    dataset = load_table(path, test=0.25, seed=3)
    chosen = stratified_choice(np.array(Y), 2, 3, where="")
    assert dataset.x_test.tolist() == np.array(X)[chosen].tolist()
    assert dataset.y_train.tolist() == np.array(Y)[~chosen].tolist()
    missing = (
        f"{path} holds no test samples of its own; [data.options] test = 0.2 holds a fifth of the "
        "training samples out"
    )
    refused(ValueError, missing, path, test=None)


def test_a_file_of_test_samples(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", lines())
    write(tmp_path / "b.csv", f"{HEADER}\n0.5,0.5,a\n")
    dataset = load_table(path, test_file="b.csv", scale="feature")
    assert (len(dataset.y_train), dataset.y_test.tolist()) == (8, [0])
    assert np.allclose(dataset.x_test, [[2 / 3, 3 / 7]])
    both = f"{path} holds no test samples of its own; test and test_file must not both be given"
    refused(ValueError, both, path, test_file="b.csv")
    gone = f"there is no file {tmp_path / 'c.csv'}, which test_file names"
    refused(FileNotFoundError, gone, path, test=None, test_file="c.csv")
    write(tmp_path / "c.csv", "length,width,class\n0.5,0.5,a\n")
    other = f"{tmp_path / 'c.csv'} must have the same columns as {path}"
    refused(ValueError, other, path, test=None, test_file="c.csv")


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "{path} must have two columns or more in its first line, not ''"),
        ("0.5\n", {}, "{path} must have two columns or more in its first line, not '0.5'"),
        (f"{HEADER}\n", {}, "{path} must hold a sample, but has none below line 1"),
        (
            lines().replace("0.75,1.0,b", "0.75,1.0", 1),
            {},
            "{path}: line 4 must have 3 cells, as line 1 has, not 2",
        ),
        (
            lines().replace("0.75,1.0", "0.75,?", 1),
            {},
            "{path}: column 2 (length) of line 4 must be a number, not '?'",
        ),
        (
            lines(header=None).replace("0.75", "", 1),
            {},
            "{path}: column 1 of line 3 must be a number, not ''",
        ),
        (
            lines().replace("1.0", "nan", 1),
            {},
            "{path}: column 2 (length) of line 4 must be finite, not nan",
        ),
        (
            lines().replace("1.0", "3.5", 1),
            {"scale": [0, 2]},
            "{path}: column 2 (length) of line 4 must lie in scale = [0, 2], but is 3.5, and the "
            "whole spans 0 to 3.5; widen scale or set clip = true",
        ),
        (
            lines().replace("1.0", "40", 1),
            {},
            "{path}: the features must be uint8, or floats in [0, 1], not float64 from 0 to 40; "
            'say how to map it in [data.options]: scale = "feature" maps each feature by its own '
            "range, scale = [0, 40] all alike",
        ),
        (
            lines().replace(",a", ",0").replace(",b", ",1").replace("1.0,1", "1.0,1000000000", 1),
            {},
            "{path}: the label of line 4, column 3 (class), must not be the only sample of label "
            "1000000000, which comes after a gap; [data.options] labels = [...] lists the classes",
        ),
        (
            lines().replace(",b", ",", 1),
            {},
            "{path}: the label of line 2, column 3 (class), must be a label, not ''",
        ),
        (lines(), {"label": 4}, "{path} must have a column 4, but has 3"),
        (lines(), {"ignore": [-4]}, "{path} must have a column -4, but has 3"),
        (
            lines(),
            {"label": "clas"},
            "{path} must have a column called 'clas' (did you mean 'class'?); it has width, "
            "length, class",
        ),
        (
            lines(header=None),
            {"label": "class"},
            "{path} must name its columns in its first line to have one called 'class'; "
            "header = true takes the line for names",
        ),
        (
            lines(),
            {"ignore": ["width", "length"]},
            "{path} must have a column of features, but all others are ignored",
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_line(
    tmp_path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    path = write(tmp_path / "a.csv", text)
    refused(ValueError, message.replace("{path}", str(path)), path, **options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"label": 1.5}, TypeError, "label must be a column's number or name, not 1.5"),
        (
            {"label": 0},
            ValueError,
            "label must be a column's number from 1, or from -1 backwards, not 0",
        ),
        ({"ignore": "id"}, TypeError, "ignore must be a list of columns, not 'id'"),
        ({"ignore": [True]}, TypeError, "ignore must be a column's number or name, not True"),
        ({"header": 1}, TypeError, "header must be true or false, not 1"),
        ({"delimiter": 9}, TypeError, "delimiter must be a string, not 9"),
        ({"delimiter": "||"}, ValueError, "delimiter must be one character, not '||'"),
        ({"test_file": 9}, TypeError, "test_file must be a string, not 9"),
    ],
)
def test_wrong_options_are_refused(
    tmp_path: Path, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    refused(error, message, write(tmp_path / "a.csv", lines()), **options)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    refused(FileNotFoundError, f"there is no file {path}", path)
    message = f"there is no data set file {path}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_dataset("a.csv", options={}, data_dir=None, base_dir=tmp_path)


def test_no_output_takes_the_place_of_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.csv", "b.csv"):
        path = write(tmp_path / name, lines())
        options = ["--data", str(tmp_path), "--option", "test_file=b.csv", "--json", str(path)]
        assert main(["dataset", "a.csv", *options]) == 2
        line = f"presparse: error: --json must name a file of its own: {path} is an input\n"
        assert capsys.readouterr().err == line
        assert path.read_text() == lines()


def test_raw_wine_is_learnt_with_a_scale_for_each_feature(tmp_path: Path) -> None:
    from sklearn.datasets import load_wine

    wine = load_wine()
    rows = [
        ",".join([*map(str, x), str(wine.target_names[y])])
        for x, y in zip(wine.data.tolist(), wine.target, strict=True)
    ]
    write(tmp_path / "wine.csv", "\n".join([",".join([*wine.feature_names, "class"]), *rows]))
    path = write(
        tmp_path / "wine.toml",
        "[network]\nlayers = [13, 13, 3]\nout_degree = [13, 3]\nparallelism = [13, 13]\n"
        '[data]\nname = "wine.csv"\n[data.options]\nscale = "feature"\ntest = 0.2\n'
        "[training]\nepochs = 12\nshuffle = true\nrate_exponent = [[0, 2], [10, 4]]\n",
    )
    output = tmp_path / "out.json"
    assert main(["train", str(path), "--no-float", "--engine", "numpy", "--json", str(output)]) == 0
    # 35 of 36 samples; with one range for all features it is about 20.
    assert json.loads(output.read_text())["epochs"][-1]["test_accuracy"] > 0.97
