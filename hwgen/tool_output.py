"""Reads what design tools wrote, whose texts name files in any way their system spells them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from software_ref.console.errors import ToolError

__all__ = ["read_json", "read_text"]


def read_text(path: Path) -> str:
    """A tool's text, whatever a name in it is encoded in: that is not what is looked for."""
    return path.read_text(encoding="utf-8", errors="replace")


def read_json(path: Path, failure: type[ToolError] = ToolError) -> Any:
    """A tool's JSON document.

    Raises
    ------
    failure
        It is none: the message has the file and the place.
    """
    try:
        return json.loads(read_text(path), strict=False)
    except json.JSONDecodeError as error:
        raise failure(f"{path} must be a JSON document, but is none: {error}") from None
