"""Every key of the network file, from the objects that it becomes: type, legal values, default."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

from software_ref.key_metadata import LEGAL, USUAL
from software_ref.network import Network
from software_ref.network_file import DATA_TABLES, SETTINGS, TABLES

__all__ = ["Key", "network_keys"]

_TYPES = {
    "int": "integer",
    "float": "number",
    "bool": "true or false",
    "str": "string",
    "tuple[int, ...]": "list of integers",
    "tuple[tuple[int, int], ...]": "list of [first epoch, k]",
    "InputOptions": "table",
    "Mapping[str, Any]": "table",
    "ReduceOptions": "table",
}
"""What annotations are called in TOML."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key."""

    table: str
    """The table that it is in."""
    name: str
    """Its name."""
    type: str
    """What TOML calls its type."""
    legal: str
    """Values that it may have."""
    default: str
    """Its default as TOML writes it, or what stands for it; "needed" where there is none."""
    literal: bool
    """Whether the default may be written like that."""
    meaning: str
    """What it is, in one or two sentences."""


def network_keys() -> Iterator[Key]:
    """All keys, table by table in the order of the network file."""
    yield from _keys("network", Network, without=SETTINGS)
    for name, kind in TABLES.items():
        yield from _keys(name, kind)
        if name == "data":
            for inner, (its_kind, _) in DATA_TABLES.items():
                yield from _keys(f"data.{inner}", its_kind)


def _keys(table: str, kind: type, without: tuple[str, ...] = ()) -> Iterator[Key]:
    said = _docstrings(kind)
    for field in fields(kind):
        if field.name not in without:
            annotation = str(field.type).removesuffix(" | None")
            boolean = _TYPES["bool"] if annotation == "bool" else ""
            yield Key(
                table=table,
                name=field.name,
                type=_TYPES[annotation],
                legal=boolean or field.metadata[LEGAL],
                default=_default(field),
                literal=field.metadata.get(USUAL) is None and field.default is not MISSING,
                meaning=said[field.name],
            )


def _default(field: Field[Any]) -> str:
    usual = field.metadata.get(USUAL)
    if usual is not None:
        return str(usual)
    if field.default is MISSING:
        return "needed"
    return _toml(field.default)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)


def _docstrings(kind: type) -> dict[str, str]:
    """The text under each field of a class."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for before, after in zip(definition.body, definition.body[1:], strict=False):
        if not (isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[before.target.id] = " ".join(str(after.value.value).split())
    return found
