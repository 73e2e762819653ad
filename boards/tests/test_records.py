"""What runs leave behind: which records can be read, and that they are the right ones."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from boards.link.commands import Command, Status
from boards.link.payloads import (
    HISTORY_DEPTH,
    HISTORY_ENTRY,
    MAX_ANSWER,
    PREDICTION,
    PREDICTION_DEPTH,
    READ_RANGE,
)
from boards.run.records import Records
from boards.tests.simulation import simulate

CLASS_BITS, COUNT_BITS = 4, 11
Answer = tuple[Status, bytes]
KINDS = {
    Command.READ_PREDICTIONS: (PREDICTION_DEPTH, PREDICTION.size),
    Command.READ_HISTORY: (HISTORY_DEPTH, HISTORY_ENTRY.size),
}
"""Entries that are kept, and bytes of each."""


def entry(command: Command, number: int) -> Mapping[str, int]:
    """The record of a number, by its fields; no two in a row are equal."""
    if command == Command.READ_PREDICTIONS:
        return {"prediction": number * 7 % 16, "correct": number % 3 == 0}
    return {
        "epoch": 5000 + number,
        "train": number % 2000,
        "tail": number % 900,
        "test": number % 1234,
    }


def packed(command: Command, number: int) -> bytes:
    """The same record in an answer."""
    record = PREDICTION if command == Command.READ_PREDICTIONS else HISTORY_ENTRY
    return record.pack(**entry(command, number))


def answers(command: Command, made: int, ranges: list[tuple[int, int]]) -> list[Answer]:
    """Make so many records, then read ranges (first, count) of them."""
    records, found = Records(CLASS_BITS, COUNT_BITS), []
    pulse = records.predicted if command == Command.READ_PREDICTIONS else records.recorded
    port = records.port
    # A prediction comes in signals of its own, an epoch as one entry.
    target = vars(records) if command == Command.READ_PREDICTIONS else records.entry

    async def bench(ctx) -> None:
        ctx.set(pulse, 1)
        for number in range(made):
            for name, value in entry(command, number).items():
                ctx.set(target[name], value)
            await ctx.tick()
        ctx.set(pulse, 0)
        ctx.set(port.code, command)
        ctx.set(port.size, READ_RANGE.size)
        ctx.set(port.answer.ready, 1)
        for asked in ranges:
            ctx.set(port.start, 1)
            await ctx.tick()
            ctx.set(port.start, 0)
            ctx.set(port.payload.valid, 1)
            for byte in READ_RANGE.pack(first=asked[0], count=asked[1]):
                ctx.set(port.payload.payload, byte)
                await ctx.tick().until(port.payload.ready)
            ctx.set(port.payload.valid, 0)
            while not ctx.get(port.done):
                await ctx.tick()
            size, answer = ctx.get(port.answer_size), b""
            status = Status(ctx.get(port.status))
            while len(answer) < size:
                _, _, valid, byte = await ctx.tick().sample(port.answer.valid, port.answer.payload)
                answer += bytes([byte]) if valid else b""
            await ctx.tick().repeat(4)
            found.append((status, answer))

    simulate(records, bench)
    return found


@pytest.mark.parametrize("command", KINDS)
@pytest.mark.parametrize("beyond", [-1, 0, 3])
def test_as_many_records_as_there_is_room_for_can_be_read(command: Command, beyond: int) -> None:
    """Before the memory is full, when it just is, and when the first ones are overwritten."""
    depth, size = KINDS[command]
    made, most = depth + beyond, MAX_ANSWER // size
    oldest = max(made - depth, 0)
    inside = [(oldest, 2), (oldest, most), (made - 1, 1), (made - 2, 2)]
    outside = [(made, 1), (made - 1, 2), (oldest, 0), (oldest, most + 1), (0xFFFF_FFFF, 1)]
    if oldest:
        outside += [(oldest - 1, 1), (oldest - 1, 2), (0, 1)]
    refused = (Status.OUT_OF_RANGE, b"")
    wanted = [
        (Status.OK, b"".join(packed(command, number) for number in range(first, first + count)))
        for first, count in inside
    ]
    assert answers(command, made, inside + outside) == wanted + [refused] * len(outside)


@pytest.mark.parametrize("command", KINDS)
def test_nothing_can_be_read_before_anything_is_made(command: Command) -> None:
    assert answers(command, 0, [(0, 1)]) == [(Status.OUT_OF_RANGE, b"")]
