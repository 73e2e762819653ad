"""What a key of the network file may be: said at its field, from the constants that check it."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

__all__ = ["LEGAL", "USUAL", "legal"]

LEGAL, USUAL = "legal", "usual"
"""Keys of a field's metadata: its legal values, and what None stands for, both as text."""


def legal(values: str | Iterable[str], *, usual: str | None = None) -> MappingProxyType[str, Any]:
    """Metadata of a field.

    Parameters
    ----------
    values
        Its range as text, or the names that it may have.
    usual
        What stands in its place where the file does not name it.
    """
    text = values if isinstance(values, str) else ", ".join(f'"{name}"' for name in values)
    return MappingProxyType({LEGAL: text, USUAL: usual})
