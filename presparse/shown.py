"""How results show themselves: as text on a terminal, as a table and a picture in a notebook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from presparse.errors import refusing
from software_ref.console.output import table_lines
from software_ref.figure import write_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "Shown", "Table"]

_NOTEBOOK_DPI = 80
"""Pixels an inch of a picture in a notebook, whose file holds them all."""


class Picture:
    """A picture: a notebook shows it, `save` writes it, `figure` is Matplotlib's."""

    def __init__(self, figure: Figure) -> None:
        self.figure = figure
        """The Matplotlib figure, to change or to go on with."""

    @refusing
    def save(self, path: str | Path) -> Path:
        """Write it as .png, .pdf or .svg, by the name's ending."""
        write_picture(Path(path), self.figure)
        return Path(path)

    def __repr__(self) -> str:
        width, height = self.figure.get_size_inches() * self.figure.dpi
        return f"picture, {width:.0f} x {height:.0f}: `save` writes it"

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        content = io.BytesIO()
        self.figure.savefig(content, format="png", dpi=_NOTEBOOK_DPI)
        return content.getvalue()


@dataclass(frozen=True)
class Table:
    """A small table of figures."""

    header: Sequence[str]
    """Titles of the columns."""
    rows: Sequence[Sequence[object]]
    """Cells, printed by `str`; None leaves one empty."""
    text: Sequence[int] = (0,)
    """Columns set to the left, by their numbers from 0."""

    def __str__(self) -> str:
        return "\n".join(table_lines(self.header, self.rows, text=self.text))

    def html(self) -> str:
        """The same for a notebook."""
        head = "".join(f"<th>{escape(title)}</th>" for title in self.header)
        body = "".join(f"<tr>{''.join(map(self._cell, enumerate(row)))}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cell(self, cell: tuple[int, object]) -> str:
        column, value = cell
        align = "left" if column in self.text else "right"
        text = "" if value is None else escape(str(value))
        return f'<td style="text-align: {align}">{text}</td>'


class Shown:
    """A result that shows itself: its `title` and its `tables`."""

    @property
    def title(self) -> str:
        """What it is, in one line."""
        raise NotImplementedError

    def tables(self) -> Sequence[Table]:
        """What there is to tell."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n\n".join([self.title, *map(str, self.tables())])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return "".join([f"<p>{escape(self.title)}</p>", *(t.html() for t in self.tables())])
