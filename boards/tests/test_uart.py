"""The UART against a bit-banged wire, at rates that do not divide the clock."""

from __future__ import annotations

import random
import re

import pytest

from boards.tests.simulation import simulate
from boards.uart import UartReceiver, UartTransmitter, bit_length

CLOCKS_PER_BIT = [6.0, 8.7, 16.67, 50.0]
BAUD = 1_000_000


def wire(data: bytes, clocks: float, *, stop: int = 1, gap: float = 0.0) -> list[int]:
    """Levels of a line, clock by clock, that sends bytes at so many clocks a bit."""
    levels, time = [1] * 5, 5.0
    for byte in data:
        bits = [0, *(byte >> k & 1 for k in range(8)), stop]
        for bit in bits:
            time += clocks
            levels += [bit] * (round(time) - len(levels))
        time += gap
        levels += [1] * (round(time) - len(levels))
    return levels + [1] * 30


def received(levels: list[int], clocks: float) -> tuple[bytes, int]:
    """What a receiver makes of them: its bytes, and how many were broken."""
    receiver = UartReceiver(clocks * BAUD, BAUD)
    data, broken = bytearray(), 0

    async def bench(ctx) -> None:
        nonlocal broken
        for level in levels:
            ctx.set(receiver.rx, level)
            await ctx.tick()
            if ctx.get(receiver.valid):
                data.append(ctx.get(receiver.data))
            broken += ctx.get(receiver.broken)

    simulate(receiver, bench)
    return bytes(data), broken


@pytest.mark.parametrize("clocks", CLOCKS_PER_BIT)
@pytest.mark.parametrize("skew", [0.98, 1.0, 1.02])
def test_bytes_arrive_though_the_rates_differ(clocks: float, skew: float) -> None:
    data = random.Random(int(clocks)).randbytes(40) + b"\x00\xff\x55\xaa"
    assert received(wire(data, clocks * skew), clocks) == (data, 0)


def test_gaps_between_bytes_do_not_matter() -> None:
    assert received(wire(b"\x12\x34", 8.7, gap=13.3), 8.7) == (b"\x12\x34", 0)


def test_a_low_stop_bit_drops_the_byte_and_the_next_is_whole() -> None:
    levels = wire(b"\x5a", 8.0, stop=0) + wire(b"\xc3", 8.0)
    assert received(levels, 8.0) == (b"\xc3", 1)


def test_a_break_is_one_broken_byte() -> None:
    levels = [1] * 5 + [0] * 500 + [1] * 20 + wire(b"\x42", 8.0)
    assert received(levels, 8.0) == (b"\x42", 1)


@pytest.mark.parametrize("clocks", CLOCKS_PER_BIT)
def test_what_is_sent_has_the_length_of_its_bits(clocks: float) -> None:
    data = b"\x00\xff\x36\xc9"
    transmitter = UartTransmitter(clocks * BAUD, BAUD)
    levels: list[int] = []

    async def send(ctx) -> None:
        for byte in data:
            ctx.set(transmitter.bytes.payload, byte)
            ctx.set(transmitter.bytes.valid, 1)
            await ctx.tick().until(transmitter.bytes.ready)
            ctx.set(transmitter.bytes.valid, 0)

    async def watch(ctx) -> None:
        for _ in range(int(len(data) * 10 * clocks) + 60):
            levels.append(ctx.get(transmitter.tx))
            await ctx.tick()

    simulate(transmitter, send, watch)
    start = levels.index(0)
    # An idle clock may come between two bytes; none within one.
    for byte in data:
        for place, bit in enumerate([0, *(byte >> k & 1 for k in range(8)), 1]):
            assert levels[start + int((place + 0.5) * clocks)] == bit
        start = next((k for k in range(start + int(9.5 * clocks), len(levels)) if not levels[k]), 0)
    assert received(levels, clocks) == (data, 0)


def test_too_slow_a_clock_is_refused() -> None:
    message = "clock must be at least 6 times the 3000000 baud of the UART, not 12 MHz"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        bit_length(12e6, 3_000_000)
