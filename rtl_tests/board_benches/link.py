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
from rtl_tests.board_benches.store import LAYOUT

__all__ = ["TESTS"]

ADDRESS_BITS = LAYOUT.address_bits
OCTETS = LAYOUT.code.width // 8
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
        if seen & 1:
            writes.append((seen >> 10 & 2**ADDRESS_BITS - 1, seen >> 10 + ADDRESS_BITS))
        if seen >> 1 & 1:
            found.extend(decoder.feed(bytes([seen >> 2 & 255])))

    for byte in line:
        dut.link__data.value = byte
        dut.link__valid.value = 1
        await FallingEdge(dut.clk)
        look()
        dut.link__valid.value = 0
        for _ in range(BYTE_CLOCKS - 1):
            await FallingEdge(dut.clk)
            look()
    # A bit may make two faults of a frame: what is on its way is heard to its end.
    left, known = patience, 0
    while left:
        await FallingEdge(dut.clk)
        look()
        left = min(left, 100) if len(found) > known else left - 1
        known = len(found)
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
    """Words sent over a bad line, by a host that repeats what was not answered."""
    rng = await begin(dut, IDLE)
    writes: list[tuple[int, int]] = []
    wanted: list[tuple[int, int]] = []
    sequence = 0
    for kind in ("bit error", "lost byte", "doubled", "cut"):
        for _ in range(FAULTS):
            sequence = (sequence + 1) % 256
            first, count = rng.randrange(LAYOUT.words - 3), rng.randrange(1, 3)
            words = [rng.randbytes(OCTETS) for _ in range(count)]
            frame = Frame(sequence, Command.WRITE_STORE, places(first, count) + b"".join(words))
            wanted += [(first + k, int.from_bytes(word, "little")) for k, word in enumerate(words)]
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
    writes: list[tuple[int, int]] = []
    word, end, orders = bytes(range(1, OCTETS + 1)), LAYOUT.words, LAYOUT.order.words
    cases = [
        (Command.WRITE_STORE, places(end - 1, 1) + word, Status.OK),
        (Command.WRITE_STORE, places(end, 1) + word, Status.OUT_OF_RANGE),
        (Command.WRITE_STORE, places(end - 1, 2) + 2 * word, Status.OUT_OF_RANGE),
        (Command.WRITE_STORE, places(2**32 - 1, 1) + word, Status.OUT_OF_RANGE),
        (Command.WRITE_STORE, places(0, 2) + word, Status.WRONG_SIZE),
        (Command.WRITE_STORE, places(0, 257) + word, Status.WRONG_SIZE),
        (Command.WRITE_ORDER, places(orders - 1, 1) + word, Status.OK),
        (Command.WRITE_ORDER, places(orders, 1) + word, Status.OUT_OF_RANGE),
        (Command.CHECK_STORE, places(0, end + 1), Status.OUT_OF_RANGE),
        (Command.CHECK_STORE, places(0, 0), Status.OUT_OF_RANGE),
        (Command.CHECK_STORE, places(0, end), Status.OK),
        (Command.SEAL_STORE, b"\x78\x56\x34\x12", Status.OK),
        (Command.SEAL_STORE, b"\x78\x56\x34", Status.WRONG_SIZE),
        (Command.WRITE_ORDER, places(0, 1) + word, Status.OK),
    ]
    for sequence, (command, payload, status) in enumerate(cases, start=1):
        frame = encode(Frame(sequence, command, payload))
        (answer,) = await exchange(dut, frame, writes, patience=2000)
        assert (answer.sequence, answer.payload) == (sequence, bytes([status])), command
    number = int.from_bytes(word, "little")
    assert writes == [(end - 1, number), (orders - 1, number), (0, number)]
    assert int(dut.link__seal.value) == 0x12345678
    frame = encode(Frame(len(cases) + 1, Command.WRITE_STORE, places(0, 1) + word))
    await exchange(dut, frame, writes, patience=2000)
    assert int(dut.link__seal.value) == 0


TESTS = (
    "link_writes_once_whatever_the_line_does",
    "link_refuses_what_the_store_has_no_room_for",
)
