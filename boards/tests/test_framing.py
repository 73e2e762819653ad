"""Frames between the host's code and the hardware's, whole and damaged."""

from __future__ import annotations

import random
import re

import pytest

from boards.host.frames import Frame, FrameDecoder, encode
from boards.link.frame_receiver import BYTE_LATENCY, FrameReceiver
from boards.link.frame_transmitter import FrameTransmitter
from boards.link.framing import ESCAPE, FLAG, MAX_PAYLOAD, Fault
from boards.tests.simulation import simulate

BROKEN = -1
"""Stands for a byte without a stop bit."""


def receive(line: list[int]) -> list[tuple[Fault, bytes]]:
    """What a receiver says of bytes on the line, and the frames' headers and payloads."""
    receiver = FrameReceiver()
    seen: list[tuple[Fault, bytes]] = []

    async def bench(ctx) -> None:
        for byte in [*line, FLAG, FLAG]:
            ctx.set(receiver.valid, byte != BROKEN)
            ctx.set(receiver.broken, byte == BROKEN)
            ctx.set(receiver.data, max(byte, 0))
            await ctx.tick()
            ctx.set(receiver.valid, 0)
            ctx.set(receiver.broken, 0)
            await ctx.tick().repeat(3)
            if ctx.get(receiver.frame.waiting):
                fault, text = Fault(ctx.get(receiver.frame.fault)), bytearray()
                if fault is Fault.NONE:
                    for address in range(4 + ctx.get(receiver.frame.length)):
                        ctx.set(receiver.frame.address, address)
                        await ctx.tick().repeat(BYTE_LATENCY)
                        text.append(ctx.get(receiver.frame.byte))
                seen.append((fault, bytes(text)))
                ctx.set(receiver.frame.release, 1)
                await ctx.tick()
                ctx.set(receiver.frame.release, 0)

    simulate(receiver, bench)
    return seen


def text_of(frame: Frame) -> bytes:
    return frame.body()[:-4]


FRAMES = [
    Frame(0, 1),
    Frame(255, 0x7E, bytes([FLAG, ESCAPE, 0x5E, 0x5D, 0, 255])),
    Frame(ESCAPE, FLAG, bytes(range(256))),
    Frame(7, 3, b"\x7e" * 40),
    Frame(8, 4, random.Random(1).randbytes(MAX_PAYLOAD)),
]


def test_the_hardware_understands_the_host() -> None:
    line = [byte for frame in FRAMES for byte in encode(frame)]
    assert receive(line) == [(Fault.NONE, text_of(frame)) for frame in FRAMES]


def test_one_flag_may_end_a_frame_and_start_the_next() -> None:
    line = [FLAG, *encode(FRAMES[0])[1:], *encode(FRAMES[1])[1:]]
    assert [fault for fault, _ in receive(line)] == [Fault.NONE, Fault.NONE]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda line: line[:-4] + line[-1:], Fault.CRC),
        (lambda line: [*line[:5], line[5] ^ 1, *line[6:]], Fault.CRC),
        (lambda line: [*line[:6], FLAG], Fault.LENGTH),
        (lambda line: [*line[:4], BROKEN, *line[5:]], Fault.BROKEN),
        (lambda line: [*line[:4], ESCAPE, FLAG], Fault.BROKEN),
        (lambda line: line[:-1] + [1] * MAX_PAYLOAD + [FLAG], Fault.TOO_LONG),
    ],
    ids=["cut", "bit", "short", "broken", "aborted", "long"],
)
def test_damage_is_seen_and_the_next_frame_is_whole(damage, fault: Fault) -> None:
    frame = Frame(1, 2, b"some payload")
    found = receive(damage(list(encode(frame))) + list(encode(frame)))
    assert found == [(fault, b""), (Fault.NONE, text_of(frame))]


def test_the_rest_of_a_frame_that_lost_its_beginning_is_no_frame() -> None:
    receiver = FrameReceiver()
    frame = list(encode(FRAMES[0]))
    seen: list[bool] = []

    async def bench(ctx) -> None:
        async def send(line: list[int]) -> None:
            for byte in line:
                ctx.set(receiver.valid, 1)
                ctx.set(receiver.data, byte)
                await ctx.tick()
                ctx.set(receiver.valid, 0)
                await ctx.tick().repeat(3)

        async def release() -> None:
            ctx.set(receiver.frame.release, 1)
            await ctx.tick()
            ctx.set(receiver.frame.release, 0)

        await send([*frame, *frame[:4]])
        await release()
        await send(frame[4:])
        seen.append(ctx.get(receiver.frame.waiting))
        await send(frame)
        seen.append(ctx.get(receiver.frame.waiting))
        assert ctx.get(receiver.frame.fault) == Fault.NONE

    simulate(receiver, bench)
    assert seen == [False, True]


def test_a_length_that_is_not_the_payloads_is_a_fault_in_spite_of_its_crc() -> None:
    import zlib

    text = (9).to_bytes(2, "little") + b"\x01\x02" + b"eight..."
    body = text + zlib.crc32(text).to_bytes(4, "little")
    assert FLAG not in body and ESCAPE not in body
    assert receive([FLAG, *body, FLAG]) == [(Fault.LENGTH, b"")]
    decoder = FrameDecoder()
    assert decoder.feed(bytes([FLAG, *body, FLAG])) == []
    assert decoder.faults[Fault.LENGTH] == 1


def test_every_single_bit_error_is_seen() -> None:
    line = list(encode(Frame(3, 9, b"abc")))
    damaged = []
    for place in range(1, len(line) - 1):
        for bit in range(8):
            changed = line[place] ^ 1 << bit
            if changed not in (FLAG, ESCAPE):
                damaged += [*line[:place], changed, *line[place + 1 :]]
    found = receive(damaged)
    assert len(found) > 60
    assert all(fault is not Fault.NONE for fault, _ in found)


def test_the_host_understands_the_hardware() -> None:
    transmitter = FrameTransmitter()
    line = bytearray()
    rng = random.Random(2)

    async def send(ctx) -> None:
        for frame in FRAMES:
            text = text_of(frame)
            for place, byte in enumerate(text):
                ctx.set(transmitter.body.payload.byte, byte)
                ctx.set(transmitter.body.payload.last, place == len(text) - 1)
                ctx.set(transmitter.body.valid, 1)
                await ctx.tick().until(transmitter.body.ready)
                ctx.set(transmitter.body.valid, 0)
                if rng.random() < 0.1:
                    await ctx.tick().repeat(3)

    async def take(ctx) -> None:
        expected = sum(len(encode(frame)) for frame in FRAMES)
        while len(line) < expected:
            ready = rng.random() < 0.7
            ctx.set(transmitter.bytes.ready, ready)
            if ready and ctx.get(transmitter.bytes.valid):
                line.append(ctx.get(transmitter.bytes.payload))
            await ctx.tick()

    simulate(transmitter, send, take)
    assert bytes(line) == b"".join(encode(frame) for frame in FRAMES)
    assert FrameDecoder().feed(bytes(line)) == FRAMES


def test_the_decoder_takes_portions_of_any_size() -> None:
    line = b"".join(encode(frame) for frame in FRAMES)
    rng = random.Random(3)
    decoder, frames = FrameDecoder(), []
    while line:
        size = rng.randint(1, 40)
        frames += decoder.feed(line[:size])
        line = line[size:]
    assert frames == FRAMES
    assert sum(decoder.faults.values()) == 0


def test_too_long_a_payload_is_refused() -> None:
    message = "payload must have at most 1024 bytes, not 1025"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        encode(Frame(0, 0, bytes(1025)))
