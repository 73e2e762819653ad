"""The tables of docs/link.md: `python -m boards.link.page`."""

from __future__ import annotations

import argparse

from boards.link import payloads
from boards.link.commands import Command, Described, Status
from boards.link.record import Record
from software_ref.console.markdown import markdown_table

__all__ = ["RECORDS", "tables"]

RECORDS = tuple(
    value for name in payloads.__all__ if isinstance(value := getattr(payloads, name), Record)
)
"""Every record of the link."""


def tables() -> str:
    """Commands, statuses and the fields of all records, in Markdown."""
    records = [
        [f"`{record.name}`", f"`{field.name}`", place, field.bits, field.meaning]
        for record in RECORDS
        for place, field in record.places()
    ]
    return "\n".join(
        [
            "## Commands\n",
            *markdown_table(["code", "command", "sends", "is answered", "does"], _codes(Command)),
            "\n## Statuses\n",
            *markdown_table(["code", "status", "says"], _codes(Status)),
            "\n## Records\n",
            *markdown_table(["record", "field", "lowest bit", "bits", "what it is"], records),
            "",
        ]
    )


def _codes(kind: type[Described]) -> list[list[object]]:
    return [[f"0x{member:02x}", f"`{member.name}`", *member.texts] for member in kind]


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(tables(), end="")


if __name__ == "__main__":
    main()
