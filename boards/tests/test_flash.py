"""The reader of quad-SPI flash against a model of the chip that knows its datasheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards.memory.bench import Played, play, reading
from boards.memory.external import FLASH
from boards.memory.flash import NEXYS_FLASH, FlashChip, FlashClocks, FlashMemory
from boards.memory.timings import XC7_PADS, Capture

SOON = replace(NEXYS_FLASH, tPU=2_000.0)
"""A chip that is soon powered up."""
MHZ = 1_000_000
BURSTS = [(0, 3), (3, 2), (700, 20), (SOON.shape.words - 5, 5)]


def _words(address: int, count: int) -> list[int]:
    """What the model holds; the low byte of a word has the lower address."""
    places = np.arange(2 * address, 2 * (address + count)) + SOON.first_byte
    octets = ((places & 255) * 7 + (places >> 8 & 255)) & 255
    return list(octets[::2] | octets[1::2] << 8)


def _play(
    memory: FlashMemory, mhz: int, folder: Path, *, chip: FlashChip = SOON, **options
) -> Played:
    commands = [reading(*burst) for burst in BURSTS]
    return play(memory, replace(FLASH, chip=chip), mhz * MHZ, commands, folder, **options)


@pytest.mark.icarus
@pytest.mark.parametrize("mhz, way, stalls", [(40, 1.0, 0), (100, 0.0, 0), (80, 1.0, 15)])
def test_bursts(mhz: int, way: float, stalls: int, tmp_path: Path) -> None:
    memory = FlashMemory(SOON, mhz * MHZ, XC7_PADS)
    played = _play(memory, mhz, tmp_path, way=way, stalls=stalls)
    assert played.complaints == ()
    assert list(played.words) == [word for burst in BURSTS for word in _words(*burst)]
    if not stalls:
        # What rates are estimated with; the second burst goes on where the first one ends.
        clocks, words = memory.clocks, len(played.words)
        expected = words * clocks.word_clocks + (len(BURSTS) - 1) * clocks.burst_clocks
        assert played.clocks == pytest.approx(expected, rel=0.05)


def _named(played: Played) -> set[str]:
    """The times that the chip complains of."""
    return {each.partition("flash: ")[2].split()[0].rstrip(":") for each in played.complaints}


@pytest.mark.icarus
def test_a_reader_that_breaks_times_is_caught(tmp_path: Path) -> None:
    memory = FlashMemory(SOON, 100 * MHZ, XC7_PADS)
    memory.clocks.init, memory.clocks.closed = 9, 1
    assert _named(_play(memory, 100, tmp_path)) == {"tPU", "tCS"}


@pytest.mark.icarus
def test_a_chip_that_needs_more_time_than_the_reader_gives_says_so(tmp_path: Path) -> None:
    slower = {"tSCK": 21.0, "tCSS": 21.0, "tCSH": 31.0, "tSU": 11.0, "tHD": 11.0}
    memory = FlashMemory(SOON, 100 * MHZ, XC7_PADS)
    played = _play(memory, 100, tmp_path, chip=replace(SOON, **slower))
    assert _named(played) == set(slower)


@pytest.mark.icarus
def test_a_nibble_taken_half_a_clock_too_soon_is_not_the_nibble(tmp_path: Path) -> None:
    memory = FlashMemory(SOON, 100 * MHZ, XC7_PADS)
    memory.clocks.capture = Capture(half_clocks=memory.clocks.capture.half_clocks - 1)
    memory.clocks.falling = memory.clocks.capture.falling
    played = _play(memory, 100, tmp_path, way=1.0)
    assert list(played.words) != [word for burst in BURSTS for word in _words(*burst)]


def test_clocks_of_the_datasheet() -> None:
    clocks = FlashClocks(NEXYS_FLASH, 100 * MHZ, XC7_PADS)
    # 10 ns each: 50 MHz are half a period of one clock; 8 + 8.5 ns after a fall a nibble is there.
    assert (clocks.half, clocks.capture) == (1, Capture(half_clocks=4))


def test_a_first_byte_inside_a_word_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^first_byte of a flash must be even and below 16777216"):
        replace(NEXYS_FLASH, first_byte=3)
