"""The cellular RAM's controller against a model of the chip that knows its datasheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards.memory.bench import Played, play, reading, waiting, writing
from boards.memory.cellular import NEXYS4_CELLULAR, CellularChip, CellularClocks, CellularMemory
from boards.memory.external import CELLULAR
from boards.memory.timings import XC7_PADS, Capture
from boards.tests.random_bursts import random_bursts

SMALL = replace(NEXYS4_CELLULAR, address_bits=11, tPU=2_000.0)
"""A chip of 2,048 words that is soon powered up."""
MHZ = 1_000_000


def _play(
    memory: CellularMemory,
    mhz: int,
    commands: list[str],
    folder: Path,
    chip: CellularChip = SMALL,
    **options,
) -> Played:
    return play(memory, replace(CELLULAR, chip=chip), mhz * MHZ, commands, folder, **options)


@pytest.mark.icarus
@pytest.mark.parametrize("mhz, way, stalls", [(33, 1.0, 0), (80, 0.0, 0), (100, 1.0, 8)])
def test_random_bursts(mhz: int, way: float, stalls: int, tmp_path: Path) -> None:
    memory = CellularMemory(SMALL, mhz * MHZ, XC7_PADS)
    commands, expected = random_bursts(memory.shape, seed=mhz, commands=40, longest=90)
    # Longer than CE# may be low.
    commands = [*commands, reading(1, 400)]
    played = _play(memory, mhz, commands, tmp_path, way=way, stalls=stalls)
    assert played.complaints == ()
    assert played.missing == 0
    assert np.array_equal(played.words[:-400], expected)


COMMANDS = [
    *(writing(5, 1), writing(6, 2), reading(15, 4), writing(7, 3), reading(5, 1)),
    *(waiting(20), reading(100, 400), reading(5, 1)),
]


def _named(played: Played) -> set[str]:
    """The times that the chip complains of."""
    return {each.partition("cellular: ")[2].split()[0].rstrip(":") for each in played.complaints}


@pytest.mark.icarus
def test_a_controller_that_breaks_times_is_caught(tmp_path: Path) -> None:
    memory = CellularMemory(SMALL, 80 * MHZ, XC7_PADS)
    for name, clocks in {"init": 100, "access": 5, "page": 1, "closed": 1, "pulse": 3}.items():
        assert getattr(memory.clocks, name) > clocks
        setattr(memory.clocks, name, clocks)
    played = _play(memory, 80, COMMANDS, tmp_path)
    assert _named(played) >= {"tPU", "tRC", "tPC", "tCPH", "tWP", "tAW"}


@pytest.mark.icarus
def test_a_chip_that_needs_more_time_than_the_controller_gives_says_so(tmp_path: Path) -> None:
    slower = {"tAS": 15.0, "tWC": 101.0, "tCW": 101.0, "tDW": 101.0, "tDH": 15.0}
    slower |= {"tWR": 101.0, "tWPH": 300.0}
    memory = CellularMemory(SMALL, 80 * MHZ, XC7_PADS)
    played = _play(memory, 80, COMMANDS, tmp_path, chip=replace(SMALL, **slower))
    assert _named(played) == set(slower)


@pytest.mark.icarus
def test_words_that_were_not_refreshed_are_lost(tmp_path: Path) -> None:
    memory = CellularMemory(SMALL, 80 * MHZ, XC7_PADS)
    memory.clocks.open = 500
    # The burst reaches the second row of 128 words when tCEM is over.
    commands = [*(writing(word, word) for word in (9, 130)), reading(130, 1)]
    played = _play(
        memory, 80, [*commands, reading(0, 200), reading(130, 1), reading(9, 1)], tmp_path
    )
    assert _named(played) == {"tCEM"}
    assert (played.words[0], *played.words[-2:]) == (130, -1, 9)


@pytest.mark.icarus
def test_a_word_taken_half_a_clock_too_soon_is_not_the_word(tmp_path: Path) -> None:
    memory = CellularMemory(SMALL, 80 * MHZ, XC7_PADS)
    right = memory.clocks.page_capture.half_clocks
    memory.clocks.page_capture = Capture(half_clocks=right - 1)
    memory.clocks.falling = memory.clocks.page_capture.falling
    played = _play(memory, 80, [writing(3, 5), reading(2, 2)], tmp_path)
    assert played.words[-1] != 5


def test_clocks_of_the_datasheet() -> None:
    clocks = CellularClocks(NEXYS4_CELLULAR, 80 * MHZ, XC7_PADS)
    # 12.5 ns each: tPC of 20 ns is 2, tRC of 70 ns is 6, 150 us are 12,000.
    assert (clocks.page, clocks.access, clocks.init) == (2, 6, 12_000)
    # 20 + 8.5 ns after its address a word is there, until 25 + 5 + 2.5 ns: a falling edge is there.
    assert clocks.page_capture == Capture(half_clocks=5)
    assert (clocks.open + clocks.access) * 12.5 < NEXYS4_CELLULAR.tCEM


def test_clocks_that_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"^clock of a memory with tCEM of 4000 ns must be higher"):
        CellularClocks(NEXYS4_CELLULAR, 1 * MHZ, XC7_PADS)
