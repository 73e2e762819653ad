"""The dispatcher between a frame receiver and a transmitter, with a unit that echoes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.host.frames import Frame, FrameDecoder, encode
from boards.link.commands import ANSWER, Command, Status
from boards.link.dispatcher import CommandPort, Dispatcher, Size
from boards.link.frame_receiver import FrameReceiver
from boards.link.frame_transmitter import FrameTransmitter
from boards.link.framing import FLAG
from boards.tests.simulation import simulate

LONGEST = 20


class Echo(wiring.Component):
    """Answers with the first byte of the payload, as often as it says; 255 is out of range."""

    def __init__(self) -> None:
        super().__init__({"port": Out(CommandPort())})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        port = self.port
        byte, busy = Signal(8), Signal()
        m.d.comb += [
            port.payload.ready.eq(busy),
            port.answer.valid.eq(1),
            port.answer.payload.eq(byte),
        ]
        with m.If(port.start):
            m.d.sync += [port.done.eq(port.size == 0), busy.eq(port.size != 0)]
            m.d.sync += [port.status.eq(Status.OK), port.answer_size.eq(0)]
        with m.Elif(busy & port.payload.valid):
            m.d.sync += [
                busy.eq(0),
                byte.eq(port.payload.payload),
                port.done.eq(1),
                port.answer_size.eq(port.payload.payload),
            ]
            with m.If(port.payload.payload == 255):
                m.d.sync += [port.status.eq(Status.OUT_OF_RANGE), port.answer_size.eq(0)]
        return m


class Board(wiring.Component):
    """Receiver, dispatcher, transmitter, and two units."""

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": In(1),
                "data": In(8),
                "bytes": Out(stream.Signature(unsigned(8))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.receiver = receiver = FrameReceiver()
        m.submodules.transmitter = transmitter = FrameTransmitter()
        m.submodules.dispatcher = dispatcher = Dispatcher(
            [{Command.IDENTIFY: Size(0, LONGEST)}, {Command.STATUS: Size(1, LONGEST)}]
        )
        wiring.connect(m, receiver.frame, dispatcher.frame)
        for number in range(2):
            m.submodules[f"echo{number}"] = echo = Echo()
            wiring.connect(m, echo.port, getattr(dispatcher, f"unit{number}"))
        wiring.connect(m, dispatcher.body, transmitter.body)
        wiring.connect(m, transmitter.bytes, wiring.flipped(self.bytes))
        m.d.comb += [receiver.valid.eq(self.valid), receiver.data.eq(self.data)]
        return m


def answers(lines: Sequence[bytes]) -> list[Frame]:
    """Send bytes, and wait for an answer after each portion."""
    board = Board()
    decoder, frames = FrameDecoder(), []

    async def bench(ctx) -> None:
        ctx.set(board.bytes.ready, 1)
        for line in lines:
            for byte in line:
                ctx.set(board.data, byte)
                ctx.set(board.valid, 1)
                await ctx.tick()
                ctx.set(board.valid, 0)
                await ctx.tick().repeat(2)
            found: list[Frame] = []
            for _ in range(2000):
                if ctx.get(board.bytes.valid):
                    found = decoder.feed(bytes([ctx.get(board.bytes.payload)]))
                await ctx.tick()
                if found:
                    break
            frames.extend(found)

    simulate(board, bench)
    assert sum(decoder.faults.values()) == 0
    return frames


def answer(frame: Frame, status: Status, rest: bytes = b"") -> Frame:
    return Frame(frame.sequence, frame.code | ANSWER, bytes([status]) + rest)


def test_commands_reach_their_units() -> None:
    first = Frame(9, Command.IDENTIFY, b"\x03more")
    second = Frame(10, Command.STATUS, bytes([5]))
    third = Frame(11, Command.IDENTIFY)
    found = answers([encode(frame) for frame in (first, second, third)])
    assert found == [
        answer(first, Status.OK, b"\x03" * 3),
        answer(second, Status.OK, b"\x05" * 5),
        answer(third, Status.OK),
    ]


def test_numbers_count_from_any_identify_and_wrap() -> None:
    frames = [Frame(254, Command.IDENTIFY)]
    frames += [Frame(number, Command.STATUS, b"\x01") for number in (255, 0, 1)]
    found = answers([encode(frame) for frame in frames])
    assert [frame.payload[0] for frame in found] == [Status.OK] * 4


@pytest.mark.parametrize(
    ("frame", "status"),
    [
        (Frame(7, Command.STATUS, b"\x01"), Status.REPEATED),
        (Frame(9, Command.STATUS, b"\x01"), Status.OUT_OF_ORDER),
        (Frame(8, 0x55), Status.UNKNOWN),
        (Frame(8, Command.STATUS), Status.WRONG_SIZE),
        (Frame(8, Command.STATUS, bytes(LONGEST + 1)), Status.WRONG_SIZE),
        (Frame(8, Command.STATUS, b"\xff"), Status.OUT_OF_RANGE),
    ],
)
def test_refusals(frame: Frame, status: Status) -> None:
    found = answers([encode(Frame(7, Command.IDENTIFY)), encode(frame)])
    assert found[1] == answer(frame, status)


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        (Frame(8, Command.STATUS, b"\xff"), Status.OUT_OF_RANGE),
        (Frame(8, Command.STATUS), Status.WRONG_SIZE),
        (Frame(8, 0x55), Status.UNKNOWN),
    ],
)
def test_a_repeated_frame_says_what_became_of_it(refused: Frame, status: Status) -> None:
    """However often, and whatever became of the frame before: it was carried out."""
    start = Frame(7, Command.IDENTIFY)
    found = answers([encode(frame) for frame in (start, refused, refused, refused)])
    assert found[0] == answer(start, Status.OK)
    again = Frame(8, refused.code | ANSWER, bytes([status | Status.REPEATED]))
    assert found[1:] == [answer(refused, status), again, again]


def test_a_repeated_frame_after_a_refusal_was_carried_out() -> None:
    start, refused = Frame(7, Command.IDENTIFY), Frame(8, 0x55)
    good = Frame(9, Command.STATUS, b"\x02")
    found = answers([encode(frame) for frame in (start, refused, good, good)])
    assert found[2:] == [answer(good, Status.OK, b"\x02" * 2), answer(good, Status.REPEATED)]


def test_damaged_frames_are_answered_with_their_fault_and_can_be_sent_again() -> None:
    start, frame = Frame(7, Command.IDENTIFY), Frame(8, Command.STATUS, b"\x02")
    damaged = bytearray(encode(frame))
    damaged[5] ^= 4
    cut = encode(frame)[:6] + bytes([FLAG])
    found = answers([encode(start), bytes(damaged), cut, encode(frame), encode(frame)])
    assert found[1:] == [
        Frame(7, ANSWER, bytes([Status.CRC])),
        Frame(7, ANSWER, bytes([Status.LENGTH])),
        answer(frame, Status.OK, b"\x02" * 2),
        answer(frame, Status.REPEATED),
    ]


def test_a_cut_cable_takes_one_frame_with_it() -> None:
    start, frame = Frame(7, Command.IDENTIFY), Frame(8, Command.STATUS, b"\x02")
    found = answers([encode(start), encode(frame)[:5] + encode(frame)[:1], encode(frame)])
    assert [each.payload[0] for each in found] == [Status.OK, Status.LENGTH, Status.OK]
