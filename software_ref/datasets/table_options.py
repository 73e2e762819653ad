"""The options of a table of text: its columns, its first line and its test samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from software_ref.console.errors import Mistakes

__all__ = ["Column", "TableOptions"]

Column = int | str
"""A column by its number, from 1, or from -1 for the last one backwards; or by its name."""


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How a table of text is read.

    Raises
    ------
    TypeError
        A field has the wrong type.
    ValueError
        A field is out of range.
    """

    label: Column | None = None
    """Column of the labels; by default the one called class, label or target, or else the last."""
    ignore: tuple[Column, ...] = ()
    """Columns that are no features, such as a running number."""
    header: bool | None = None
    """Whether the first line names the columns; by default where no cell of it is a number."""
    delimiter: str | None = None
    """What stands between cells; by default the most frequent of comma, semicolon and tab in the
    first line, or else spaces."""
    test_file: str | None = None
    """A file beside this one with the test samples, in the same columns."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        columns: Any = self.ignore
        with mistakes.noted():
            if not isinstance(columns, list | tuple):
                raise TypeError(f"ignore must be a list of columns, not {columns!r}")
            for column in columns:
                _check_column("ignore", column)
            object.__setattr__(self, "ignore", tuple(columns))
        with mistakes.noted():
            if self.label is not None:
                _check_column("label", self.label)
        with mistakes.noted():
            if not isinstance(self.header, bool | None):
                raise TypeError(f"header must be true or false, not {self.header!r}")
        for name in ("delimiter", "test_file"):
            with mistakes.noted():
                if not isinstance(getattr(self, name), str | None):
                    raise TypeError(f"{name} must be a string, not {getattr(self, name)!r}")
        mistakes.raise_any()
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '\r\n"'):
            raise ValueError(f"delimiter must be one character, not {self.delimiter!r}")


def _check_column(what: str, column: object) -> None:
    if isinstance(column, bool) or not isinstance(column, int | str):
        raise TypeError(f"{what} must be a column's number or name, not {column!r}")
    if column == 0:
        raise ValueError(f"{what} must be a column's number from 1, or from -1 backwards, not 0")
