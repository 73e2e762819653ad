"""A network on a Nexys4 by open place and route: its bitstream holds the design, bit by bit."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

from boards.bitstream.xc7_check.check import read_device
from boards.bitstream.xc7_decode.device_bits import DeviceBits
from boards.platforms.boards import BOARDS
from presparse.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
TABLE = re.compile(r"word \d+ of core_junction_1_feedforward_sigmoid_column\d+$")
COLUMN = "junction_1.feedforward.sigmoid_column1.0.0"
"""The block RAM with some of its bits."""


def checked(bitstream: Path, database: Path) -> dict[str, list[dict[str, str]]]:
    """Run the command; the differences of each kind."""
    figures = bitstream.with_name("figures.json")
    arguments = [str(bitstream), str(EXAMPLES / "slides_8_4_4.toml"), "--database", str(database)]
    status = main(["check-bitstream", *arguments, "--json", str(figures)])
    document = json.loads(figures.read_text())
    assert document["equal"] == (status == 0)
    return {each["kind"]: each["differences"] for each in document["checks"]}


def flipped(data: bytes, device: DeviceBits, place: int) -> bytes:
    """The bitstream with one of `DeviceBits.bits` changed."""
    frame, rest = divmod(place, 101 * 32)
    word, bit = divmod(rest, 32)
    rows = [address >> 17 for address in device.database.part.addresses[: frame + 1]]
    padding = 2 * sum(one != other for one, other in itertools.pairwise(rows))
    frames = re.search(rb"\x30\x00\x40\x00[\x50-\x57]...", data, re.DOTALL)
    assert frames is not None
    at = frames.end() + 4 * ((frame + padding) * 101 + word) + 3 - bit // 8
    return data[:at] + bytes([data[at] ^ 1 << bit % 8]) + data[at + 1 :]


@pytest.mark.artix
@pytest.mark.long
def test_a_bitstream_holds_the_design_and_one_bit_less_is_found(
    tmp_path: Path, artix_chipdb: Path, artix_database: Path
) -> None:
    folder = tmp_path / "built"
    where = ["--board", "nexys4", "--toolchain", "openxc7", "--output", str(folder)]
    databases = ["--chipdb", str(artix_chipdb), "--database", str(artix_database)]
    network = str(EXAMPLES / "slides_8_4_4.toml")
    assert main(["build", network, *where, *databases, "--clock", "50"]) == 0
    bitstream = folder / "slides_8_4_4.bit"
    before = checked(bitstream, artix_database)
    assert not any(before.values())
    device = read_device(bitstream, BOARDS["nexys4"].part, artix_database)
    cells = json.loads((folder / "routed.json").read_text())["modules"]["top"]["cells"]
    (table,) = (cell for name, cell in cells.items() if name.endswith(COLUMN))
    place = re.match(r"X(\d+)Y(\d+)/RAMB18_X0Y(\d)", table["attributes"]["NEXTPNR_BEL"])
    assert place is not None
    column, row, half = place.groups()
    tile = device.database.by_place[int(column), int(row)].name
    bit = int(device.places(tile, f"RAMB18_Y{half}.INIT_15", 256)[77])
    bitstream.write_bytes(flipped(bitstream.read_bytes(), device, bit))
    after = checked(bitstream, artix_database)
    (found,) = after["memories"]
    assert TABLE.match(found["what"])
    assert found["where"].startswith(tile)
    # The frame's code tells, too.
    assert [each["what"] for each in after["bits"]] == ["error-correcting code"]
