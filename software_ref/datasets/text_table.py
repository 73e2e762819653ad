"""Reads a table of text: numbers in all columns but the one of labels, a line a sample."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from io import StringIO
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from software_ref.console.text_file import read_text
from software_ref.datasets.table_options import Column, TableOptions

__all__ = ["TextTable", "read_table"]

_DELIMITERS = ";\t,"  # of equally many the first: where it is no comma, that is a point
_SHOWN = 40
"""Characters of a line that a message shows at most."""
_LABEL_NAMES = ("class", "label", "target")


@dataclass(frozen=True, kw_only=True, eq=False)
class TextTable:
    """A table as read."""

    path: Path
    """The file."""
    names: tuple[str, ...] | None
    """Names of all columns; None where the file has none."""
    columns: tuple[int, ...]
    """Columns of the features, from 0."""
    label: int
    """Column of the labels, from 0."""
    values: NDArray[np.float64]
    """Features (n, features)."""
    labels: NDArray[np.str_]
    """Labels (n,), as they are written."""
    lines: Sequence[int]
    """Line of each sample in the file, from 1."""

    def column(self, number: int) -> str:
        """What to call a column, counted from 0, in a message."""
        return _column_title(number, self.names)

    def without(self, column: int) -> TextTable:
        """The table with one feature less: that in a column, counted from 0."""
        place = self.columns.index(column)
        return replace(
            self,
            columns=self.columns[:place] + self.columns[place + 1 :],
            values=np.delete(self.values, place, axis=1),
        )


def read_table(path: Path, options: TableOptions) -> TextTable:
    """Read a table.

    Parameters
    ----------
    path : Path
        UTF-8 text. Cells may stand in quotation marks; empty lines are skipped. Where no comma
        stands between cells, a number may have one for its point.
    options : TableOptions

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        A line has another number of cells, a feature is no number, or there is no such column; the
        message names the line.
    """
    text = read_text(path)
    delimiter = options.delimiter or _delimiter(text)
    rows = _rows(text, delimiter, path)
    line, first = next(rows, (0, []))
    if len(first) < 2:
        only = "".join(first)[:_SHOWN]
        raise ValueError(f"{path} must have two columns or more in its first line, not {only!r}")
    comma = delimiter != ","
    named = _is_header(first, comma) if options.header is None else options.header
    names = tuple(cell.strip() for cell in first) if named else None
    label = _label_column(names, len(first), options.label, path)
    left_out = {_column(each, names, len(first), path) for each in options.ignore} | {label}
    columns = tuple(number for number in range(len(first)) if number not in left_out)
    if not columns:
        raise ValueError(f"{path} must have a column of features, but all others are ignored")
    values, labels, lines = array("d"), [], array("q")
    for number, cells in chain([] if named else [(line, first)], rows):
        if len(cells) != len(first):
            raise ValueError(
                f"{path}: line {number} must have {len(first)} cells, as line {line} has, "
                f"not {len(cells)}"
            )
        try:
            values.extend([float(cells[column]) for column in columns])
        except ValueError:
            del values[len(lines) * len(columns) :]
            for column in columns:
                value = _value(cells[column], comma)
                if value is None:
                    raise ValueError(
                        f"{path}: {_column_title(column, names)} of line {number} must be a "
                        f"number, not {cells[column].strip()!r}"
                    ) from None
                values.append(value)
        labels.append(cells[label])
        lines.append(number)
    if not lines:
        raise ValueError(f"{path} must hold a sample, but has none below line {line}")
    return TextTable(
        path=path,
        names=names,
        columns=columns,
        label=label,
        values=np.frombuffer(values, np.float64).reshape(len(lines), len(columns)),
        labels=np.array(labels, dtype=np.str_),
        lines=lines,
    )


def _delimiter(text: str) -> str:
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(_DELIMITERS, key=first.count) if any(d in first for d in _DELIMITERS) else " "


def _rows(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Cells of each line that is not empty, with the line's number."""
    if delimiter == " ":
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield number, line.split()
        return
    reader = csv.reader(StringIO(text), delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise ValueError(f"{path}: line {reader.line_num}: {error}") from None


def _column_title(number: int, names: Sequence[str] | None) -> str:
    return f"column {number + 1}" + (f" ({names[number]})" if names else "")


def _is_header(cells: Sequence[str], comma: bool) -> bool:
    """Whether cells name columns: none is a number, or those that are count the columns."""
    numbers = [(i, cell) for i, cell in enumerate(cells) if _value(cell, comma) is not None]
    if not numbers:
        return True
    counted = any(all(cell == str(i + start) for i, cell in numbers) for start in (-1, 0, 1))
    return counted and 2 < len(numbers) < len(cells)


def _value(text: str, comma: bool) -> float | None:
    """A cell's number, with a decimal comma where commas are free for it; None where it is none."""
    try:
        return float(text.replace(",", ".") if comma else text)
    except ValueError:
        return None


def _label_column(
    names: Sequence[str] | None, count: int, chosen: Column | None, path: Path
) -> int:
    if chosen is not None:
        return _column(chosen, names, count, path)
    usual = [i for i, name in enumerate(names or ()) if name.lower() in _LABEL_NAMES]
    return usual[0] if len(usual) == 1 else count - 1


def _column(column: Column, names: Sequence[str] | None, count: int, path: Path) -> int:
    """Number of a column, from 0."""
    if isinstance(column, int):
        if not 1 <= abs(column) <= count:
            raise ValueError(f"{path} must have a column {column}, but has {count}")
        return column - 1 if column > 0 else count + column
    if names is None:
        raise ValueError(
            f"{path} must name its columns in its first line to have one called {column!r}; "
            "header = true takes the line for names"
        )
    if column not in names:
        close = get_close_matches(column, names, n=1)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise ValueError(
            f"{path} must have a column called {column!r}{hint}; it has {', '.join(names)}"
        )
    return names.index(column)
