"""What subcommands write: files and folders tried before the work, JSON, tables in plain text."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from software_ref.console.atomic_file import atomic_file, check_writable

__all__ = [
    "check_outputs",
    "make_folder",
    "percent",
    "print_notes",
    "table_lines",
    "wrapped",
    "write_json",
]


def check_outputs(outputs: Mapping[str, Path | None], *, inputs: Sequence[Path] = ()) -> None:
    """Refuse files that cannot be written, before any long work.

    Parameters
    ----------
    outputs : mapping
        File by the option that names it, such as "--json"; None where the user named none.
    inputs : sequence of Path
        Files that must not be overwritten, such as the network file.

    Raises
    ------
    OSError
        A file cannot be written: "cannot write X: No such file or directory".
    ValueError
        Two options name one file, or one names an input.
    """
    taken = {os.path.realpath(path): "an input" for path in inputs}
    for option, path in outputs.items():
        if path is None:
            continue
        real = os.path.realpath(path)
        if real in taken:
            raise ValueError(f"{option} must name a file of its own: {path} is {taken[real]}")
        taken[real] = f"the file of {option}"
        check_writable(path)


def make_folder(option: str, folder: Path | None) -> None:
    """Make the folder that an option such as "--build" names, with those above it, if need be.

    Raises
    ------
    OSError
        It cannot be made, or there is a file of its name.
    """
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"{option} must name a folder, and {folder} is none") from None
    except OSError as error:
        raise type(error)(f"cannot make the folder {folder}: {error.strerror}") from error


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document, whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        Some number is NaN or infinite, which JSON does not have.
    """
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    with atomic_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def table_lines(
    header: Sequence[str], rows: Sequence[Sequence[object]], *, text: Sequence[int] = (0,)
) -> list[str]:
    """Lines of a plain table.

    Parameters
    ----------
    header : sequence of str
        Titles of the columns.
    rows : sequence of sequences
        Cells, printed by `str`; None leaves a cell empty.
    text : sequence of int
        Columns set to the left, by their numbers from 0; the others are set to the right.

    Returns
    -------
    list of str
        The header and one line per row, without spaces at their ends.
    """
    cells = [["" if cell is None else str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column in text else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def wrapped(text: str, *, indent: int = 2) -> list[str]:
    """Lines of a long text, broken at 80 columns; all but the first are indented."""
    return textwrap.wrap(
        text,
        80,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def print_notes(notes: Sequence[str]) -> None:
    """Tell the user what is no error, but may not be what was meant."""
    for text in notes:
        print(f"note: {text}", flush=True)


def percent(share: float | None) -> str:
    """A share as a percentage with two decimals, "97.64"; "" for None."""
    return "" if share is None else f"{100 * share:.2f}"
