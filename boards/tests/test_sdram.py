"""The SDRAM's controller against a model of the chip that knows its datasheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards.memory.bench import Played, play, reading, waiting, writing
from boards.memory.chip_models import words_in_chip
from boards.memory.external import SDRAM
from boards.memory.sdram import ULX3S_SDRAM, SdramChip, SdramClocks, SdramMemory
from boards.memory.timings import ECP5_PADS, Capture
from boards.tests.random_bursts import random_bursts

FEW_ROWS = 16
SMALL = replace(
    ULX3S_SDRAM,
    row_bits=4,
    column_bits=5,
    tINIT=2_000.0,
    tREF=ULX3S_SDRAM.tREF / 2**ULX3S_SDRAM.row_bits * FEW_ROWS,
)
"""A chip of 2,048 words that is soon refreshed as a whole."""
MHZ = 1_000_000


def _play(
    memory: SdramMemory,
    mhz: int,
    commands: list[str],
    folder: Path,
    chip: SdramChip = SMALL,
    **options,
) -> Played:
    return play(memory, replace(SDRAM, chip=chip), mhz * MHZ, commands, folder, **options)


@pytest.mark.icarus
@pytest.mark.parametrize("mhz, way, stalls", [(40, 0.0, 0), (80, 1.0, 0), (80, 0.0, 8)])
def test_random_bursts(mhz: int, way: float, stalls: int, tmp_path: Path) -> None:
    memory = SdramMemory(SMALL, mhz * MHZ, ECP5_PADS)
    commands, expected = random_bursts(memory.shape, seed=mhz, commands=80, longest=90)
    played = _play(memory, mhz, commands, tmp_path, way=way, stalls=stalls)
    assert played.complaints == ()
    assert played.missing == 0
    assert np.array_equal(played.words, expected)


# Rows change after a read and after a write, at once; a write follows on a read of an open row.
COMMANDS = [
    *(writing(31, 5), reading(31, 2), writing(33, 6), reading(70, 1), writing(71, 7)),
    *(waiting(20), reading(95, 2), reading(159, 1), reading(31, 1)),
]


def _named(played: Played) -> set[str]:
    """The times that the chip complains of."""
    return {each.partition("sdram: ")[2].split()[0].rstrip(":") for each in played.complaints}


@pytest.mark.icarus
def test_a_controller_that_breaks_times_is_caught(tmp_path: Path) -> None:
    memory = SdramMemory(SMALL, 80 * MHZ, ECP5_PADS)
    for name, clocks in {"init": 100, "rcd": 1, "rp": 1, "ras": 3, "rfc": 5, "wr": 1}.items():
        assert getattr(memory.clocks, name) > clocks
        setattr(memory.clocks, name, clocks)
    played = _play(memory, 80, COMMANDS, tmp_path)
    assert _named(played) >= {"tINIT", "tRCD", "tRP", "tRAS", "tRFC", "tWR"}


@pytest.mark.icarus
def test_a_write_into_words_that_are_still_read_is_caught(tmp_path: Path) -> None:
    memory = SdramMemory(SMALL, 80 * MHZ, ECP5_PADS)
    memory.clocks.turn = 1
    played = _play(memory, 80, COMMANDS, tmp_path)
    assert any("WRITE while data are driven" in each for each in played.complaints)


@pytest.mark.icarus
def test_rows_that_are_refreshed_too_late_lose_their_words(tmp_path: Path) -> None:
    memory = SdramMemory(SMALL, 80 * MHZ, ECP5_PADS)
    memory.clocks.refresh = 1300
    commands = [writing(31, 5), reading(31, 1), waiting(26_000), reading(31, 1)]
    played = _play(memory, 80, commands, tmp_path)
    assert _named(played) == {"tREF"}
    assert list(played.words) == [5, -1]


@pytest.mark.icarus
def test_a_chip_that_needs_more_time_than_the_controller_gives_says_so(tmp_path: Path) -> None:
    slower = {"tCK2": 13.0, "tIS": 7.0, "tIH": 7.0, "tRC": 76.0, "tRRD": 76.0, "tMRD": 100.0}
    chip = replace(SMALL, **slower)
    memory = SdramMemory(SMALL, 80 * MHZ, ECP5_PADS)
    played = _play(memory, 80, COMMANDS, tmp_path, chip=chip)
    assert _named(played) == {*slower, "tCK"} - {"tCK2"}


@pytest.mark.icarus
def test_a_word_taken_half_a_clock_too_soon_is_not_the_word(tmp_path: Path) -> None:
    memory = SdramMemory(SMALL, 80 * MHZ, ECP5_PADS)
    right = memory.clocks.capture.half_clocks
    memory.clocks.capture = Capture(half_clocks=right - 1)
    memory.clocks.falling = memory.clocks.capture.falling
    played = _play(memory, 80, [writing(3, 5), reading(3, 1)], tmp_path)
    assert list(played.words) != [5]


def test_clocks_of_the_datasheet() -> None:
    clocks = SdramClocks(ULX3S_SDRAM, 80 * MHZ, ECP5_PADS)
    # 12.5 ns each: 21 ns are 2, 63 ns are 6, 7,812.5 ns are 625 less one to spare.
    assert (clocks.rcd, clocks.rp, clocks.rfc, clocks.refresh) == (2, 2, 6, 624)
    assert clocks.ras + clocks.rp >= 6  # tRC of 63 ns
    assert clocks.cas_latency == 2
    assert SdramClocks(ULX3S_SDRAM, 120 * MHZ, ECP5_PADS).cas_latency == 3


def test_clocks_that_cannot_be() -> None:
    with pytest.raises(
        ValueError, match=r"^clock of a memory with tCK of 7 ns must be at most 142"
    ):
        SdramClocks(ULX3S_SDRAM, 150 * MHZ, ECP5_PADS)
    with pytest.raises(ValueError, match=r"^clock must have an edge while a word of the SDRAM is"):
        SdramClocks(ULX3S_SDRAM, 100 * MHZ, ECP5_PADS)
    with pytest.raises(ValueError, match=r"^clock must leave time between refreshes"):
        SdramClocks(ULX3S_SDRAM, 1 * MHZ, ECP5_PADS)


def test_addresses_count_through_a_row_of_every_bank() -> None:
    banks, rows, columns = 4, FEW_ROWS, 32
    found = words_in_chip(replace(SDRAM, chip=SMALL), np.arange(SMALL.shape.words))
    bank, row, column = np.unravel_index(np.arange(SMALL.shape.words), (banks, rows, columns))
    assert np.array_equal(found, (row * banks + bank) * columns + column)
