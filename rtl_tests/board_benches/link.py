"""Bench of the link: frames over a bad line, and what they write to the store."""

from __future__ import annotations

import random

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge

from boards.host.frames import Frame, FrameDecoder, encode
from boards.link.commands import ANSWER, Command, Status
from boards.link.framing import FLAG
from boards.link.payloads import STORE_RANGE
from rtl_tests.board_benches.common import begin
from rtl_tests.board_benches.store import BEAT_BITS, BEATS, SAMPLES

__all__ = ["ADDRESS_BITS", "TESTS"]

ADDRESS_BITS = 15
BYTE_CLOCKS = 16
"""Clocks from one byte of the link to the next; a real UART has at least 60."""
FAULTS = 80
"""Faults of each kind."""
IDLE = {"link__valid": 0, "link__broken": 0}


def places(first: int, count: int) -> bytes:
    """A payload's STORE_RANGE."""
    return STORE_RANGE.pack(first=first, count=count)


async def exchange(dut: HierarchyObject, line: bytes, writes: list, patience: int) -> list[Frame]:
    """Send bytes to the link; what it answers, and what it writes."""
    decoder = FrameDecoder()
    found: list[Frame] = []

    def look() -> None:
        seen = int(dut.link__seen.value)
        if seen & 7:
            number = (seen & 7).bit_length() - 1
            writes.append((number, seen >> 12 & 2**ADDRESS_BITS - 1, seen >> 12 + ADDRESS_BITS))
        if seen >> 3 & 1:
            found.extend(decoder.feed(bytes([seen >> 4 & 255])))

    for byte in line:
        dut.link__data.value = byte
        dut.link__valid.value = 1
        await FallingEdge(dut.clk)
        look()
        dut.link__valid.value = 0
        for _ in range(BYTE_CLOCKS - 1):
            await FallingEdge(dut.clk)
            look()
    for _ in range(patience):
        await FallingEdge(dut.clk)
        look()
        if found:
            break
    assert sum(decoder.faults.values()) == 0
    return found


def damaged(rng: random.Random, kind: str, line: bytes) -> bytes:
    """A frame's bytes as a bad line would deliver them."""
    if kind == "bit error":
        place = rng.randrange(len(line))
        return line[:place] + bytes([line[place] ^ 1 << rng.randrange(8)]) + line[place + 1 :]
    if kind == "lost byte":
        place = rng.randrange(len(line))
        return line[:place] + line[place + 1 :]
    if kind == "doubled":
        return line + line
    return line[: rng.randrange(len(line))]  # cut


@cocotb.test()
async def link_writes_once_whatever_the_line_does(dut: HierarchyObject) -> None:
    """Labels sent over a bad line, by a host that repeats what was not answered."""
    rng = await begin(dut, IDLE)
    writes: list[tuple[int, int, int]] = []
    wanted: list[tuple[int, int, int]] = []
    sequence = 0
    for kind in ("bit error", "lost byte", "doubled", "cut"):
        for _ in range(FAULTS):
            sequence = (sequence + 1) % 256
            first, count = rng.randrange(SAMPLES - 4), rng.randrange(1, 4)
            labels = bytes(rng.randrange(2) for _ in range(count))
            frame = Frame(sequence, Command.WRITE_LABELS, places(first, count) + labels)
            wanted += [(1, first + k, label) for k, label in enumerate(labels)]
            line = damaged(rng, kind, encode(frame))
            while True:
                answers = await exchange(dut, line, writes, patience=200)
                line = encode(frame)  # again, as it was
                mine = [a for a in answers if a.sequence == sequence and a.code != ANSWER]
                if mine:
                    assert mine[0].payload[0] in (Status.OK, Status.REPEATED)
                    break
                # What a cut frame left behind is ended by the next one's flag.
                assert all(a.payload[0] < Status.OUT_OF_ORDER for a in answers)
            await exchange(dut, bytes([FLAG]), writes, patience=60)
    assert writes == wanted


@cocotb.test()
async def link_refuses_what_the_store_has_no_room_for(dut: HierarchyObject) -> None:
    await begin(dut, IDLE)
    writes: list[tuple[int, int, int]] = []
    word, beats = b"abcdef", SAMPLES * BEATS
    cases = [
        (Command.WRITE_LABELS, places(SAMPLES - 1, 1) + b"\1", Status.OK),
        (Command.WRITE_LABELS, places(SAMPLES, 1) + b"\1", Status.OUT_OF_RANGE),
        (Command.WRITE_LABELS, places(2**32 - 1, 1) + b"\1", Status.OUT_OF_RANGE),
        (Command.WRITE_LABELS, places(0, 2) + b"\1", Status.WRONG_SIZE),
        (Command.WRITE_LABELS, places(0, 257) + b"\1", Status.WRONG_SIZE),
        (Command.WRITE_ORDER, places(3, 1) + b"\x34\x02", Status.OK),
        (Command.WRITE_FEATURES, places(beats - 1, 1) + word, Status.OK),
        (Command.WRITE_FEATURES, places(beats, 1) + word, Status.OUT_OF_RANGE),
        (Command.SEAL_STORE, b"\x78\x56\x34\x12", Status.OK),
        (Command.SEAL_STORE, b"\x78\x56\x34", Status.WRONG_SIZE),
    ]
    for sequence, (command, payload, status) in enumerate(cases, start=1):
        frame = encode(Frame(sequence, command, payload))
        (answer,) = await exchange(dut, frame, writes, patience=2000)
        assert (answer.sequence, answer.payload) == (sequence, bytes([status])), command
    beat = int.from_bytes(word, "little") & 2**BEAT_BITS - 1
    assert writes == [(1, SAMPLES - 1, 1), (2, 3, 0x234), (0, beats - 1, beat)]
    assert int(dut.link__seal.value) == 0x12345678
    frame = encode(Frame(len(cases) + 1, Command.WRITE_LABELS, places(0, 1) + b"\1"))
    await exchange(dut, frame, writes, patience=2000)
    assert int(dut.link__seal.value) == 0


TESTS = (
    "link_writes_once_whatever_the_line_does",
    "link_refuses_what_the_store_has_no_room_for",
)
