"""Loads a data set of the user's from tables of text, such as CSV files."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from software_ref.console.errors import Mistakes
from software_ref.datasets.dataset import Dataset
from software_ref.datasets.sample_options import TEST_ADVICE, SampleOptions
from software_ref.datasets.samples import SamplePlaces, make_dataset
from software_ref.datasets.table_options import TableOptions
from software_ref.datasets.text_table import TextTable, read_table

__all__ = ["TABLE_ENDINGS", "check_table_options", "load_table"]

TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".data")
"""Endings of the names of tables."""


def load_table(path: Path, **options: Any) -> Dataset:
    """Load a table: a line a sample, a column a feature, and a column of labels.

    Parameters
    ----------
    path : Path
        As `read_table` takes it.
    **options
        Fields of `TableOptions` and `SampleOptions`.

    Returns
    -------
    Dataset
        float64 features.

    Raises
    ------
    TypeError
        An option has the wrong type.
    ValueError
        The table is broken, or the options do not suit; the message names the line.
    FileNotFoundError
        There is no such file.
    """
    samples, layout = check_table_options(**options)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if (samples.test is None) == (layout.test_file is None):
        both = "test and test_file must not both be given" if layout.test_file else TEST_ADVICE
        raise ValueError(f"{path} holds no test samples of its own; {both}")
    train = read_table(path, layout)
    tables = {"train": train}
    if layout.test_file is not None:
        tables["test"] = _read_test(path.with_name(layout.test_file), train, layout)
    notes: tuple[str, ...] = ()
    index = _index_column(train)
    if index is not None:
        tables = {split: table.without(index) for split, table in tables.items()}
        notes = (f"column {index + 1} counts the lines and is left out",)
    return make_dataset(
        path.name,
        {split: table.values for split, table in tables.items()},
        {split: table.labels for split, table in tables.items()},
        options=samples,
        places=_places(tables),
        provenance=f"read from {' and '.join(table.path.name for table in tables.values())}, "
        f"labels in {train.column(train.label)}",
        notes=notes,
    )


def check_table_options(**options: Any) -> tuple[SampleOptions, TableOptions]:
    """The options of `load_table`, checked."""
    own = {field.name for field in fields(TableOptions)}
    mistakes = Mistakes()
    layout, samples = TableOptions(), SampleOptions()
    with mistakes.noted():
        layout = TableOptions(**{key: value for key, value in options.items() if key in own})
    with mistakes.noted():
        samples = SampleOptions(**{key: options[key] for key in options.keys() - own})
    mistakes.raise_any()
    return samples, layout


def _read_test(path: Path, train: TextTable, layout: TableOptions) -> TextTable:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}, which test_file names")
    test = read_table(path, layout)
    if (test.names, test.columns, test.label) != (train.names, train.columns, train.label):
        raise ValueError(f"{path} must have the same columns as {train.path}")
    return test


def _index_column(table: TextTable) -> int | None:
    """A column without a name that counts the lines from 0, as pandas writes it."""
    for place, column in enumerate(table.columns):
        unnamed = table.names is not None and not table.names[column]
        if unnamed and np.array_equal(table.values[:, place], np.arange(len(table.lines))):
            return column
    return None


def _places(tables: dict[str, TextTable]) -> SamplePlaces:
    def feature(split: str, index: tuple[int, int] | None) -> str:
        table = tables[split]
        if index is None:
            return f"{table.path}: the features"
        column = table.column(table.columns[index[1]])
        return f"{table.path}: {column} of line {table.lines[index[0]]}"

    def label(split: str, sample: int) -> str:
        table = tables[split]
        column = table.column(table.label)
        return f"{table.path}: the label of line {table.lines[sample]}, {column},"

    return SamplePlaces(source=str(tables["train"].path), feature=feature, label=label)
