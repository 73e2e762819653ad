"""The tables of docs/ports.md: `python -m software_ref.plan.ports_page`."""

from __future__ import annotations

import argparse

from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.console.markdown import markdown_table
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.ports import CLOCK, RESET, CorePorts, Signal, Stream
from software_ref.plan.schedule import Schedule

__all__ = ["tables"]

_ANY = Network(
    layers=(4, 2),
    out_degree=(1,),
    parallelism=(2,),
    connections=ConnectionOptions(kind="free"),
    rewire=RewireOptions(),
)
"""Names, directions and meanings are those of every network, but for what [rewire] adds."""


def tables() -> str:
    """Ports, and the fields of their payloads, in Markdown."""
    ports = CorePorts.of(Schedule(network=_ANY))
    constant = CorePorts.of(
        Schedule(network=_ANY, options=CoreOptions(training=False, constant=True))
    )
    kept = {port.name for port in constant.ports}
    absent = [f"`{port.name}`" for port in ports.ports if port.name not in kept]
    rows = [
        [f"`{port.name}`{_kind(port)}", "in" if port.is_input else "out", port.meaning]
        for port in (CLOCK, RESET, *ports.ports)
    ]
    fields = [
        [f"`{stream.name}`", f"`{field.name}`", "yes" if field.signed else "no", field.meaning]
        for stream in ports.streams()
        for field in stream.payload.fields
    ]
    return "\n".join(
        [
            *markdown_table(["port", "direction", "what"], rows),
            "",
            f"A core with constant parameters has no {' and no '.join(absent)}.",
            "",
            "Fields of the payloads, from the lowest bit up (`address` only where the network file "
            "has `[rewire]`):",
            "",
            *markdown_table(["stream", "field", "signed", "what"], fields),
            "",
        ]
    )


def _kind(port: Signal | Stream) -> str:
    return " (stream)" if isinstance(port, Stream) else ""


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(tables(), end="")


if __name__ == "__main__":
    main()
