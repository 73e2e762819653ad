"""Pins: driven or read, at the board's electrical standard.

A pin's buffer and its output logic are in the tiles IOB and IOI of one row; the output's tri-state
input T1 comes from wire IMUX15 of the interconnect tile in that row. A wire that nothing drives is
high, and T1 is inverted where ZINV_T1 is not set: so an output is driven where both are absent, and
floats for ever where the wire is tied low.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_decode.device_bits import DeviceBits
from boards.platforms.pinout import PlacedPort

__all__ = ["check_pins"]

_SITE = re.compile(r"IOB_X\d+Y(\d+)")
_TILE = re.compile(r"([LR])IOB33(?:_SING)?_X(\d+)Y\d+")
_ONLY_IN = "IN_ONLY"
_DRIVES = "DRIVE"
_DEFAULTS = {"PULLTYPE": "NONE", "SLEW": "SLOW", "DRIVE": "12"}
_PULLS = ("PULLUP", "PULLDOWN", "KEEPER")
"""Attributes of a port that say its pull in another way: PULLUP="TRUE"."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a pin is configured."""

    buffer: str
    """Tile of its buffer."""
    logic: str
    """Tile of its output logic."""
    row: str
    """`Y0` or `Y1`: which of the two pins in these tiles."""
    wires: str
    """The interconnect tile in its row."""


def check_pins(device: DeviceBits, ports: Iterable[PlacedPort]) -> Findings:
    """Hold every pin of a board against the bitstream."""
    differences: list[Finding] = []
    outputs = inputs = both = 0
    for port in ports:
        place = _place(device, port.pin)
        differences += _standard(device, port, place)
        if port.both_ways:
            both += 1
        elif port.is_input:
            inputs += 1
        else:
            outputs += 1
            differences += _output(device, port, place)
    return Findings(
        kind="pins",
        compared={"outputs driven": outputs, "inputs": inputs}
        | ({"both ways": both} if both else {}),
        differences=differences,
    )


def _place(device: DeviceBits, pin: str) -> _Place:
    pins = device.database.package_pins
    if pin not in pins:
        raise ValueError(f"database must have pin {pin} of {device.database.part_name}")
    site, tile = pins[pin]
    row, side = _SITE.fullmatch(site), _TILE.fullmatch(tile)
    if row is None or side is None:
        raise ValueError(f"pin {pin} must be one of a bank of 3.3 V, not {site} in {tile}")
    number = int(row[1])
    return _Place(
        buffer=tile,
        logic=_logic_tile(device, tile),
        row=f"Y{number % 2}",
        wires=f"INT_{side[1]}_X{side[2]}Y{number}",
    )


def _logic_tile(device: DeviceBits, buffer: str) -> str:
    """The tile beside a buffer's, whose name may say which clocks pass through it."""
    kind, _, place = buffer.rpartition("_X")
    stem = kind.replace("IOB33", "IOI3")
    for name in (stem, f"{stem}_TBYTESRC", f"{stem}_TBYTETERM"):
        if f"{name}_X{place}" in device.database.tiles:
            return f"{name}_X{place}"
    raise ValueError(f"database must have the output logic of {buffer}")


def _standard(device: DeviceBits, port: PlacedPort, place: _Place) -> list[Finding]:
    """Differences in the electrical standard, the pull resistor and the direction."""
    prefix = f"IOB_{place.row}."
    names = [name.removeprefix(prefix) for name in device.matching(place.buffer, prefix)]
    where = f"pin {port.pin} ({place.buffer} {place.row})"
    standard = port.attributes.get("IOSTANDARD", "LVCMOS33")
    strength = f"I{port.attributes.get('DRIVE', _DEFAULTS['DRIVE'])}"
    pull = next((name for name in _PULLS if port.attributes.get(name) == "TRUE"), None)
    pull = pull or port.attributes.get("PULLTYPE", _DEFAULTS["PULLTYPE"])
    differences = []

    def want(what: str, found: list[str], *, right: str, holds: bool) -> None:
        if not holds:
            text = ", ".join(found) or "nothing"
            differences.append(
                Finding(what=f"{what} of {port.name}", where=where, found=text, right=right)
            )

    pulls = [name for name in names if name.startswith("PULLTYPE.")]
    want("pull resistor", pulls, right=f"PULLTYPE.{pull}", holds=f"PULLTYPE.{pull}" in pulls)
    drives = [name for name in names if f".{_DRIVES}." in name]
    reads = [name for name in names if name.endswith(".IN")]
    only_in = any(name.endswith(_ONLY_IN) for name in names)
    if port.is_input:
        want("input standard", reads, right=standard, holds=_all_of(reads, standard))
        want("output", drives, right="none: an input", holds=only_in and not drives)
    else:
        strong = [name for name in drives if strength in name.rpartition(".")[2].split("_")]
        right = f"{standard} at {strength[1:]} mA"
        want("output standard", drives, right=right, holds=_all_of(strong, standard))
        slews = [name for name in names if ".SLEW." in name]
        slew = port.attributes.get("SLEW", _DEFAULTS["SLEW"])
        want(
            "slew",
            slews,
            right=slew,
            holds=any(n.endswith(f".{slew}") for n in slews) or (slew == "FAST" and not slews),
        )
    return differences


def _all_of(features: list[str], standard: str) -> bool:
    """Whether there is a feature, and each is one of the standard's."""
    return bool(features) and all(
        standard in feature.partition(".")[0].split("_") for feature in features
    )


def _output(device: DeviceBits, port: PlacedPort, place: _Place) -> list[Finding]:
    """Differences in the way from the logic to the buffer, and in what keeps it from floating."""
    where = f"pin {port.pin} ({place.logic} {place.row})"
    logic = f"OLOGIC_{place.row}"
    right = {
        f"{logic}.OQUSED": True,
        f"{logic}.OMUX.D1": True,
        f"{logic}.OSERDES.DATA_RATE_TQ.BUF": True,
        f"{logic}.ZINV_T1": False,
    }
    differences = [
        Finding(
            what=f"{feature} of {port.name}",
            where=where,
            found="set" if found else "not set",
            right="set" if wanted else "not set",
        )
        for feature, wanted in right.items()
        if (found := device.has(place.logic, feature)) != wanted
    ]
    side = "_L" if place.wires.startswith("INT_L") else ""
    for pip in device.matching(place.wires, f"IMUX{side}15."):
        differences.append(
            Finding(
                what=f"tri-state input of {port.name}",
                where=where,
                found=f"driven ({place.wires}.{pip}), so that the pin may float",
                right="driven by nothing (OBUF in place of OBUFT)",
            )
        )
    return differences
