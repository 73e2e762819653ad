"""Finds the commands that the documentation shows, with what they print."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

__all__ = ["PAGES", "ROOT", "Shown", "section", "shown_commands"]

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "boards").rglob("*.md")),
)

Line: TypeAlias = tuple[int, str]
"""A line's number on its page, from 1, and its text."""

PROGRAMS = ("presparse", "python", "python3", "make", "pytest", "pip", "verilator")
"""What a line or a code span must begin with to be a command, unless a prompt stands before it."""
CODE_SPAN = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A command as a page shows it."""

    page: str
    """The page's name, from the project's folder."""
    line: int
    """Where it is on the page, from 1."""
    text: str
    """The command with its comment, lines that a backslash joins made one."""
    output: tuple[str, ...] = field(default=(), compare=False)
    """What the page shows below it."""

    @property
    def words(self) -> tuple[str, ...]:
        """Its words, without the comment and the environment's folder."""
        words = shlex.split(self.text, comments=True)
        return tuple(word.removeprefix(".venv/bin/") for word in words)

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {' '.join(self.words)}"


def shown_commands(page: Path) -> list[Shown]:
    """All commands of a page: lines of its blocks, and spans of code in its text."""
    name = str(page.relative_to(ROOT))
    found: list[Shown] = []
    for is_code, lines in _parts(page.read_text(encoding="utf-8")):
        found += _of_block(name, lines) if is_code else _of_text(name, lines)
    return found


def section(page: Path, heading: str) -> str:
    """The text from a heading to the next one of its level."""
    level = heading.split(" ", maxsplit=1)[0]
    lines = page.read_text(encoding="utf-8").splitlines()
    start = lines.index(heading) + 1
    end = next(
        (n for n in range(start, len(lines)) if lines[n].startswith(f"{level} ")), len(lines)
    )
    return "\n".join(lines[start:end])


def _parts(text: str) -> list[tuple[bool, list[Line]]]:
    """Blocks of commands (True) and paragraphs of text, in order; other blocks are left out."""
    parts: list[tuple[bool, list[Line]]] = [(False, [])]
    fence = None

    def start(is_code: bool) -> None:
        parts.append((is_code, []))

    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            fence = line.removeprefix("```").strip() if fence is None else None
            start(fence is not None)
        elif fence is not None:
            if fence in ("", "sh"):
                parts[-1][1].append((number, line))
        elif line.startswith("    ") or (parts[-1][0] and not line):
            if not parts[-1][0]:
                start(True)
            parts[-1][1].append((number, line.removeprefix("    ")))
        else:
            if parts[-1][0] or not line:
                start(False)
            parts[-1][1].append((number, line))
    return parts


def _of_text(page: str, lines: list[Line]) -> list[Shown]:
    """Commands that are spans of code, over the ends of lines too."""
    text = "\n".join(line for _, line in lines)
    return [
        Shown(
            page=page,
            line=lines[text.count("\n", 0, span.start())][0],
            text=re.sub(r"\s+", " ", span[1]),
        )
        for span in CODE_SPAN.finditer(text)
        if _is_command(re.sub(r"\s+", " ", span[1]))
    ]


def _of_block(page: str, lines: list[Line]) -> list[Shown]:
    """Commands of a block: lines that are ones, and prompts with what is printed after them."""
    found: list[Shown] = []
    output: list[str] | None = None
    joined = ""
    for number, line in [*lines, (0, "$ ")]:
        text = joined + line.strip() if joined else line
        if text.endswith("\\"):
            joined = text.removesuffix("\\")
            continue
        joined = ""
        if text.startswith("$ "):
            if output is not None:
                while output and not output[-1]:
                    output.pop()
                found[-1] = replace(found[-1], output=tuple(output))
            found.append(Shown(page=page, line=number, text=text.removeprefix("$ ")))
            output = []
        elif output is not None:
            output.append(text)
        elif _is_command(text):
            found.append(Shown(page=page, line=number, text=text))
    return found[:-1]


def _is_command(text: str) -> bool:
    first, *others = text.removeprefix(".venv/bin/").split(" ")
    return first in PROGRAMS and bool(others)
