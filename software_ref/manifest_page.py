"""The table of docs/manifest.md, made from the schema: `python -m software_ref.manifest_page`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from software_ref.console.markdown import markdown_table
from software_ref.manifest import manifest_schema

__all__ = ["table"]

Schema = dict[str, Any]


def table() -> str:
    """Every key of the manifest with its type and meaning, in Markdown."""
    schema = manifest_schema()
    rows = [
        [f"`{key}`", _type(found), found.get("description", "")]
        for key, found in _keys(schema, schema["$defs"], "")
    ]
    return "\n".join([*markdown_table(["key", "type", "what"], rows), ""])


def _keys(schema: Schema, shared: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Keys below an object or a list, each before those below it."""
    for choice in schema.get("oneOf", ()):
        yield from _keys(choice, shared, path)
    if "items" in schema and schema["type"] == "array":
        yield from _keys(_resolved(schema["items"], shared), shared, f"{path}[]")
    for name, given in schema.get("properties", {}).items():
        key = f"{path}.{name}".lstrip(".")
        found = _resolved(given, shared)
        yield key, found
        if "prefixItems" not in found:
            yield from _keys(found, shared, key)


def _resolved(schema: Any, shared: Schema) -> Schema:
    """A schema, or that which it refers to with its own description."""
    if not isinstance(schema, dict):
        return {}
    if "$ref" not in schema:
        return schema
    named: Schema = shared[schema["$ref"].rpartition("/")[2]]
    return named | schema


def _type(schema: Schema) -> str:
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return ", ".join(map(json.dumps, schema["enum"]))
    if "oneOf" in schema:
        return " or ".join(_type(choice) for choice in schema["oneOf"])
    if "prefixItems" in schema:
        return "[bit, bits, signed]"
    named = schema["type"]
    if named == "array":
        items = _type(schema["items"])
        return f"({items})[]" if " or " in items else f"{items}[]"
    return " or ".join(named) if isinstance(named, list) else str(named)


def main() -> None:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(table(), end="")


if __name__ == "__main__":
    main()
