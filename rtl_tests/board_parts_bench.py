"""The cocotb bench of test_board_parts: one test for each part of the board."""

from __future__ import annotations

import random

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles, FallingEdge, Timer

from boards.host.frames import Frame, FrameDecoder, encode
from boards.link.commands import ANSWER, Command, Status
from boards.link.framing import FLAG
from boards.link.payloads import STORE_RANGE

__all__ = ["TESTS"]

CLOCK_HZ = 50_000_000
CLOCK_NS = 20
BAUD = 3_000_000
SAMPLES = 1300
BEATS = 14
BEAT_BITS = 45
ADDRESS_BITS = 15
BYTE_CLOCKS = 16
"""Clocks from one byte of the link to the next; a real UART has at least 60."""
LEDS = 12
COUNT_BITS = 10
DISPLAY_HZ = 64_000
"""The display's clock, so slow that a digit's turn takes eight clocks."""
BOUNCE_CLOCKS = 5
FAULTS = 80
"""Faults of each kind."""


async def begin(dut: HierarchyObject) -> random.Random:
    """Start the clock, reset all parts, and return what tests draw from."""
    Clock(dut.clk, CLOCK_NS, "ns", impl="gpi").start()
    for name in ("receiver__rx",):
        getattr(dut, name).value = 1
    for name in (
        *("transmitter__bytes__valid", "link__valid", "link__broken"),
        *("store__requests__valid", "store__samples__ready", "store__write_features"),
        *("store__write_label", "store__write_order"),
        *("button__pin", "display__recorded", "display__forget", "lamps__traffic"),
    ):
        getattr(dut, name).value = 0
    dut.rst.value = 1
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await FallingEdge(dut.clk)
    return random.Random(1)


async def clocks(dut: HierarchyObject, count: int = 1) -> None:
    """Let clocks go by, from falling edge to falling edge."""
    for _ in range(count):
        await FallingEdge(dut.clk)


def places(first: int, count: int) -> bytes:
    """A payload's STORE_RANGE."""
    return STORE_RANGE.pack(first=first, count=count)


@cocotb.test()
async def receiver_takes_what_a_uart_sends(dut: HierarchyObject) -> None:
    """Bytes back to back, from a sender up to 2 % too slow or too fast."""
    from cocotbext.uart import UartSource

    rng = await begin(dut)
    for percent in (-2, 0, 2):
        source = UartSource(dut.receiver__rx, baud=BAUD * (100 + percent) // 100)
        sent = bytes(rng.randrange(256) for _ in range(100))
        source.write_nowait(sent)
        received = bytearray()
        while len(received) < len(sent):
            await FallingEdge(dut.clk)
            assert not int(dut.receiver__broken.value)
            if int(dut.receiver__valid.value):
                received.append(int(dut.receiver__data.value))
        assert bytes(received) == sent
        await source.wait()
        await Timer(1, "us")


@cocotb.test()
async def receiver_drops_a_byte_without_a_stop_bit(dut: HierarchyObject) -> None:
    await begin(dut)
    dut.receiver__rx.value = 0
    broken = 0
    for _ in range(CLOCK_HZ // BAUD * 30):
        await FallingEdge(dut.clk)
        broken += int(dut.receiver__broken.value)
        assert not int(dut.receiver__valid.value)
    assert broken == 1


@cocotb.test()
async def a_uart_takes_what_the_transmitter_sends(dut: HierarchyObject) -> None:
    from cocotbext.uart import UartSink

    rng = await begin(dut)
    await Timer(1, "us")
    sink = UartSink(dut.transmitter__tx, baud=BAUD)
    sent = bytes(rng.randrange(256) for _ in range(100))
    for byte in sent:
        if rng.random() < 0.2:
            await clocks(dut, rng.randrange(300))
        dut.transmitter__bytes__payload.value = byte
        dut.transmitter__bytes__valid.value = 1
        await Timer(1, "ns")
        while not int(dut.transmitter__bytes__ready.value):
            await FallingEdge(dut.clk)
        await FallingEdge(dut.clk)
        dut.transmitter__bytes__valid.value = 0
    await Timer(5, "us")
    assert bytes(sink.read_nowait()) == sent


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
    rng = await begin(dut)
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
    await begin(dut)
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


async def fill(dut: HierarchyObject, what: str, words: dict[int, int]) -> None:
    enable = getattr(dut, f"store__write_{what}")
    enable.value = 1
    for place, word in words.items():
        dut.store__write_address.value = place
        dut.store__write_data.value = word
        await FallingEdge(dut.clk)
    enable.value = 0


@cocotb.test()
async def store_plays_samples_in_any_order_without_gaps(dut: HierarchyObject) -> None:
    rng = await begin(dut)
    chosen = [0, SAMPLES - 1, *rng.sample(range(1, SAMPLES - 1), 60)]
    order = {place: number for place, number in enumerate(rng.sample(chosen, len(chosen)))}
    features = {
        number * BEATS + beat: rng.randrange(2**BEAT_BITS)
        for number in chosen
        for beat in range(BEATS)
    }
    labels = {number: rng.randrange(2) for number in chosen}
    await fill(dut, "features", features)
    await fill(dut, "label", labels)
    await fill(dut, "order", order)
    for stalled in (False, True):
        requests = []
        for _ in range(150):
            ordered = rng.randrange(2)
            place = rng.choice(list(order)) if ordered else rng.choice(chosen)
            number = order[place] if ordered else place
            requests.append((place, ordered, rng.randrange(2), rng.randrange(8), number))
        await play(dut, rng, requests, features, labels, stalled=stalled)


async def play(dut, rng, requests, features, labels, *, stalled: bool) -> None:
    wanted = [
        features[number * BEATS + beat]
        | labels[number] << BEAT_BITS
        | train << BEAT_BITS + 1
        | exponent << BEAT_BITS + 2
        for _, _, train, exponent, number in requests
        for beat in range(BEATS)
    ]
    queue, beats, taken, waited = list(requests), [], 0, 0
    place_bits = (SAMPLES - 1).bit_length()
    while len(beats) < len(wanted):
        offered = bool(queue) and not (stalled and rng.random() < 0.5)
        dut.store__requests__valid.value = int(offered)
        if offered:
            place, ordered, train, exponent, _ = queue[0]
            dut.store__requests__payload.value = (
                place | ordered << place_bits | train << place_bits + 1 | exponent << place_bits + 2
            )
        dut.store__samples__ready.value = int(not (stalled and rng.random() < 0.3))
        await Timer(1, "ns")
        if offered and int(dut.store__requests__ready.value):
            queue.pop(0)
        valid = int(dut.store__samples__valid.value)
        if valid and int(dut.store__samples__ready.value):
            beats.append(int(dut.store__samples__payload.value))
            taken += int(dut.store__taken.value)
        elif beats:
            waited += 1
        await FallingEdge(dut.clk)
    assert beats == wanted
    assert taken == len(requests)
    assert stalled or waited == 0


SHOWN = {
    "abcdef": "0",
    "bc": "1",
    "abdeg": "2",
    "abcdg": "3",
    "bcfg": "4",
    "acdfg": "5",
    "acdefg": "6",
    "abc": "7",
    "abcdefg": "8",
    "abcdfg": "9",
    "": " ",
}


async def read_display(dut: HierarchyObject) -> str:
    """What a person reads, digit by digit, over a whole turn."""
    text = {}
    for _ in range(8 * 8 * 3):
        await FallingEdge(dut.clk)
        lit = int(dut.display__digits.value)
        assert lit.bit_count() == 1
        segments = int(dut.display__segments.value)
        letters = "".join(letter for k, letter in enumerate("abcdefg") if segments >> k & 1)
        text[lit.bit_length() - 1] = SHOWN[letters] + ("." if segments >> 7 else "")
    return "".join(text[place] for place in reversed(range(8)))


@cocotb.test()
async def display_shows_epoch_and_accuracy(dut: HierarchyObject) -> None:
    await begin(dut)
    dut.display__epoch.value = 0
    assert await read_display(dut) == "   0  0.0"
    for epoch, right, whole, shown in (
        (7, 987, 1000, "   7 98.7"),
        (1234, 1000, 1000, "1234100.0"),
        (99999, 1, 3, "9999 33.3"),
        (10, 0, 0, "  10  0.0"),
        (305, 5, 999, " 305  0.5"),
    ):
        dut.display__epoch.value = epoch
        dut.display__right.value = right
        dut.display__whole.value = whole
        dut.display__recorded.value = 1
        await FallingEdge(dut.clk)
        dut.display__recorded.value = 0
        await clocks(dut, 200)
        assert await read_display(dut) == shown
    dut.display__forget.value = 1
    await FallingEdge(dut.clk)
    dut.display__forget.value = 0
    await clocks(dut, 200)
    assert await read_display(dut) == " 305  0.0"


@cocotb.test()
async def button_gives_one_pulse_for_a_bouncing_press(dut: HierarchyObject) -> None:
    rng = await begin(dut)
    pulses = 0

    async def hold(level: int, count: int) -> None:
        nonlocal pulses
        dut.button__pin.value = level
        for _ in range(count):
            await FallingEdge(dut.clk)
            pulses += int(dut.button__pressed.value)

    for press in range(1, 20):
        for level in (1, 0) * 3:
            await hold(level, rng.randrange(1, BOUNCE_CLOCKS))
        assert pulses == press - 1
        await hold(1, 4 * BOUNCE_CLOCKS)
        assert pulses == press
        for level in (0, 1) * 3:
            await hold(level, rng.randrange(1, BOUNCE_CLOCKS))
        await hold(0, 4 * BOUNCE_CLOCKS)
        assert pulses == press


@cocotb.test()
async def lamps_show_state_traffic_and_accuracy(dut: HierarchyObject) -> None:
    await begin(dut)
    for state in range(8):
        for k, name in enumerate(("running", "paused", "busy")):
            getattr(dut, f"lamps__{name}").value = state >> k & 1
        for per_mille in (0, 124, 125, 500, 999, 1000):
            dut.lamps__per_mille.value = per_mille
            await clocks(dut, 2)
            bar = 2 ** (8 * per_mille // 1000) - 1
            assert int(dut.lamps__leds.value) == state | bar << 4
    dut.lamps__traffic.value = 1
    await FallingEdge(dut.clk)
    dut.lamps__traffic.value = 0
    await FallingEdge(dut.clk)
    assert int(dut.lamps__leds.value) & 8
    await clocks(dut, DISPLAY_HZ // 20 + 2)
    assert not int(dut.lamps__leds.value) & 8


TESTS = (
    "receiver_takes_what_a_uart_sends",
    "receiver_drops_a_byte_without_a_stop_bit",
    "a_uart_takes_what_the_transmitter_sends",
    "link_writes_once_whatever_the_line_does",
    "link_refuses_what_the_store_has_no_room_for",
    "store_plays_samples_in_any_order_without_gaps",
    "display_shows_epoch_and_accuracy",
    "button_gives_one_pulse_for_a_bouncing_press",
    "lamps_show_state_traffic_and_accuracy",
)
