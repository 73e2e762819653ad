"""A core's instantiation template in Verilog, made from its manifest alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from software_ref.manifest import manifest_schema

__all__ = ["connections", "port_widths", "template"]


def port_widths(manifest: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """Direction and width of every port of the module."""
    widths = {}
    for name, signal in manifest["ports"]["signals"].items():
        widths[name] = (signal["direction"], signal["bits"])
    for stream in manifest["ports"]["streams"].values():
        way = stream["direction"]
        back = "out" if way == "in" else "in"
        widths[stream["payload"]] = (way, stream["bits"])
        widths[stream["valid"]] = (way, 1)
        widths[stream["ready"]] = (back, 1)
    return widths


def connections(manifest: Mapping[str, Any]) -> str:
    """The list of an instance's ports, each on a net of its own name."""
    return ",\n".join(f"    .{name}({name})" for name in port_widths(manifest))


def template(manifest: Mapping[str, Any]) -> str:
    """Nets, the fields of their payloads, and an instance, to be copied into a design."""
    top = manifest["top"]
    lines = [
        f"// Instantiation template of {top}, made from {top}.json; not a module of its own.",
        "// Inputs are to be driven by your design, outputs are driven by the core.",
        "",
    ]
    described = manifest_schema()["properties"]["ports"]["properties"]
    for name, signal in manifest["ports"]["signals"].items():
        meaning = described["signals"]["properties"][name]["description"]
        lines += [f"// {signal['direction']}: {meaning}", _net(name, signal["bits"])]
    for counter in manifest["ports"]["saturations"]:
        lines.append(
            f"//   {_bits(counter['bits'])}: {counter['counts']}, junction {counter['junction']}"
        )
    for name, stream in manifest["ports"]["streams"].items():
        about = described["streams"]["properties"][name]
        lines += ["", f"// {stream['direction']}: {about['description']}"]
        lines += _fields(stream["fields"], about["properties"]["fields"]["properties"])
        lines += [_net(stream[part], 1) for part in ("valid", "ready")]
        lines.append(_net(stream["payload"], stream["bits"]))
    return "\n".join([*lines, "", f"{top} {top}_0 (", connections(manifest), ");", ""])


def _fields(fields: Mapping[str, Any], about: Mapping[str, Any]) -> Iterator[str]:
    for name, place in fields.items():
        signed = ", two's complement" if place[2] else ""
        yield f"//   {_bits(place)}: {name}{signed}. {about[name]['description']}"


def _bits(field: list[Any]) -> str:
    lowest, bits, _ = field
    return f"[{lowest + bits - 1}:{lowest}]"


def _net(name: str, bits: int) -> str:
    width = f"[{bits - 1}:0] " if bits > 1 else ""
    return f"wire {width}{name};"
