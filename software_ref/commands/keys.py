"""`presparse keys`: every key of the network file."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby

from software_ref.commands.arguments import add_json
from software_ref.console.markdown import markdown_table
from software_ref.console.output import check_outputs, table_lines, wrapped, write_json
from software_ref.network_keys import Key, network_keys

__all__ = ["add_arguments", "run"]

HEADER = ("key", "type", "legal values", "default", "what it is")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `keys`."""
    names = list(dict.fromkeys(key.table for key in network_keys()))
    parser.add_argument(
        "table",
        nargs="?",
        choices=names,
        metavar="TABLE",
        help=f"one of {', '.join(names)} (default: all)",
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print the tables of docs/network_file.md"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `keys`."""
    check_outputs({"--json": arguments.json})
    keys = [key for key in network_keys() if arguments.table in (None, key.table)]
    for table, found in groupby(keys, key=lambda key: key.table):
        lines = _markdown if arguments.markdown else _text
        print("\n".join(lines(table, found)))
    if arguments.json:
        write_json(arguments.json, {"keys": [asdict(key) for key in keys]})
    return 0


def _markdown(table: str, keys: Iterable[Key]) -> Iterable[str]:
    rows = [
        (f"`{k.name}`", k.type, k.legal, f"`{k.default}`" if k.literal else k.default, k.meaning)
        for k in keys
    ]
    return [f"## [{table}]", "", *markdown_table(HEADER, rows), ""]


def _text(table: str, keys: Iterable[Key]) -> Iterable[str]:
    yield f"[{table}]"
    for key in keys:
        (line,) = table_lines((f"{key.name} = {key.default}", f"({key.type})"), [])
        yield line
        yield from (f"    {part}" for part in wrapped(key.meaning, indent=0))
        yield from (f"    {part}" for part in wrapped(f"Legal: {key.legal}.", indent=0))
    yield ""
