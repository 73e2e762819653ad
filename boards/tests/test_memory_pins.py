"""The pads of memories beside the FPGA: every pin where it belongs, behind a register."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from boards.commands.board_check import board_figures, planned
from boards.design import BoardDesign
from boards.families import family_of
from boards.memory.external import CELLULAR, FLASH, SDRAM, ExternalMemory
from boards.platforms.boards import BOARDS
from boards.platforms.pinout import Pinout, pinout
from hwgen.core.design import CoreDesign
from software_ref.network import Network
from software_ref.network_file import read_network_file

# From Digilent's and Radiona's constraints, by hand.
PINS = {
    "nexys4": {
        "cellular_ram_0__ce__io": "L18",
        "cellular_ram_0__cre__io": "J14",
        "cellular_ram_0__a__io[0]": "J18",
        "cellular_ram_0__a__io[22]": "U13",
        "cellular_ram_0__dq__io[0]": "R12",
        "cellular_ram_0__dq__io[15]": "P17",
    },
    "ulx3s": {
        "sdram_0__clk__io": "F19",
        "sdram_0__cs__io": "P20",
        "sdram_0__a__io[12]": "G19",
        "sdram_0__dq__io[15]": "J17",
    },
    "basys3": {"quad_flash_0__cs__io": "K19", "quad_flash_0__dq__io[3]": "F18"},
    "nexys4ddr": {"quad_flash_0__cs__io": "L13", "quad_flash_0__dq__io[0]": "K17"},
}


def _pinout(name: str, external: ExternalMemory, mhz: int) -> Pinout:
    board = BOARDS[name]
    clocking = family_of(board).clocking(board.oscillator_hz, mhz * 1_000_000)
    core = CoreDesign(network=Network(layers=(8, 4, 2), out_degree=(2, 2), parallelism=(4, 2)))
    clock_hz = round(clocking.clock_hz)
    design = BoardDesign(core=core, clock_hz=clock_hz, leds=board.leds, external=external)
    return pinout(board, design, clocking)


@pytest.mark.parametrize(
    "name, external, mhz, registers, both_ways",
    [
        # ras, cas, we, 2 banks, 13 addresses; of each data pin there, back and the direction.
        ("ulx3s", SDRAM, 80, 18 + 3 * 16, 16),
        # ce, oe, we, cre, 23 addresses
        ("nexys4", CELLULAR, 80, 27 + 3 * 16, 16),
        # cs; one of four data pins is never driven
        ("nexys4ddr", FLASH, 100, 1 + 3 * 4 - 1, 4),
        ("basys3", FLASH, 100, 1 + 3 * 4 - 1, 4),
    ],
)
def test_pads(
    name: str, external: ExternalMemory, mhz: int, registers: int, both_ways: int
) -> None:
    found = _pinout(name, external, mhz)
    assert {port.name: port.pin for port in found.ports}.items() >= PINS[name].items()
    register, buffer = {
        "xc7": ('(* IOB = "TRUE" *)', " IOBUF "),
        "ecp5": ("(* syn_useioff = ", " BB "),
    }[BOARDS[name].part.device.family.name]
    assert found.verilog.count(register) == registers
    assert found.verilog.count(buffer) == both_ways
    assert found.verilog.count(" STARTUPE2 ") == (external is FLASH)
    assert found.verilog.count(" ODDRX1F ") == (external is SDRAM)


def test_words_are_taken_at_the_edge_that_their_clock_asks_for() -> None:
    # At 80 MHz words of the cellular RAM are taken at a falling edge, at 100 MHz at a rising one.
    falling = [
        _pinout("nexys4", CELLULAR, mhz).verilog.count(".IS_C_INVERTED(1'h1)") for mhz in (80, 100)
    ]
    assert falling == [16, 0]


def test_check_says_what_every_memory_gives() -> None:
    file = read_network_file(Path(__file__).parents[2] / "examples" / "digits.toml")
    figures = board_figures(file, "ulx3s", *planned(file, "ulx3s", None))
    block, beside = figures["memories"]
    assert (block["memory"], beside["memory"]) == ("block RAM", "32 MB SDRAM")
    assert beside["samples"] == figures["samples_known"] == 1797
    rates = beside["samples_per_second"]
    # 20 clocks a sample; its words and three bursts take longer.
    assert beside["limit"] == "memory" and rates["memory"] < rates["core"] == 2e6
    figures = board_figures(file, "nexysa7", *planned(file, "nexysa7", None))
    (flash,) = [each for each in figures["memories"] if each["memory"] == FLASH.title]
    # Its data set is shuffled: three bursts of 40 clocks of the chip, each of two of the logic's.
    rates = flash["samples_per_second"]
    assert flash["limit"] == "memory" and flash["samples"] == 1797
    assert 100e6 / 600 < rates["memory"] < 100e6 / (3 * 80)
    fast = replace(file, target=replace(file.target, clock_mhz=100.0))
    (refusal,) = board_figures(fast, "ulx3s", *planned(fast, "ulx3s", None))["refused"]
    assert refusal.startswith("not in 32 MB SDRAM: clock must have an edge while")


def test_a_clock_that_a_memory_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^clock must have an edge while a word of the SDRAM"):
        _pinout("ulx3s", SDRAM, 100)
