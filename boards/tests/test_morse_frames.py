"""The generator of Morse frames against NumPy, and letters of a key against the golden framing."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command
from boards.morse.frame_source import FrameSource
from boards.morse.key_times import KeyTimes
from boards.morse.key_unit import KeyUnit
from boards.morse.letter import Letter
from boards.morse.live import VALUES_PER_STATE, MorseLive
from boards.tests.simulation import simulate
from hwgen.core.design import CoreDesign
from hwgen.export.verilog import to_verilog
from hwgen.simulation import icarus
from software_ref.core_plan import CorePlan
from software_ref.datasets.morse_key import (
    FIRST_UNIT,
    LETTER_PAUSE,
    MOST_ELEMENTS,
    tapped_frame,
    tapped_level,
    unit_after,
)
from software_ref.datasets.morse_live import morse_live_frames
from software_ref.datasets.morse_live_options import FRAME, MorseLiveOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.ports import CorePorts

WIDE = MorseLiveOptions(
    dot=(1, 3), dash=(4, 7), space=(1, 3), offset=15, level=(1, 15), noise=3, seed=4095
)
SHIFT = 1
"""Bits below a value's in a feature of five fraction bits."""


def ports(features: int, beat_features: int) -> CorePorts:
    network = Network(
        layers=(features, 64),
        out_degree=(64,),
        parallelism=(features,),
        format=FixedFormat(integer=3, fraction=8, activation_fraction=5),
    )
    return replace(CorePlan(network=network).ports, beat_features=beat_features)


@pytest.mark.parametrize("options", [MorseLiveOptions(), WIDE], ids=["defaults", "wide"])
@pytest.mark.parametrize(
    ("features", "lanes", "stalls"), [(64, 1, False), (64, 2, True), (70, 4, True), (75, 12, False)]
)
def test_frames_are_numpys(
    options: MorseLiveOptions, features: int, lanes: int, stalls: bool
) -> None:
    shape = ports(features, lanes)
    source = FrameSource(shape, options)
    rng = np.random.default_rng([features, lanes])
    numbers = [0, 1, 2, 3, (1 << 20) - 1, *rng.integers(0, 1 << 20, 3).tolist()]
    found, headers, clocks = [], [], 0

    async def ask(ctx) -> None:
        for place, number in enumerate(numbers):
            request = {"number": number, "test": place % 2, "tapped": 0, "train": place % 3 == 0}
            ctx.set(source.requests.payload, request | {"rate_exponent": place % 7})
            ctx.set(source.requests.valid, 1)
            await ctx.tick().until(source.requests.ready)
        ctx.set(source.requests.valid, 0)

    async def take(ctx) -> None:
        nonlocal clocks
        while len(found) < len(numbers) * shape.beats:
            ready = not stalls or rng.random() < 0.5
            ctx.set(source.samples.ready, ready)
            _, _, offered, sample, taken = await ctx.tick().sample(
                source.samples.valid, source.samples.payload, source.taken
            )
            clocks += 1
            last = len(found) % shape.beats == shape.beats - 1
            assert taken == (ready and offered and last)
            if ready and offered:
                if len(found) % shape.beats == 0:
                    headers.append((sample.label, sample.train, sample.rate_exponent))
                found.append([sample.features[lane] for lane in range(lanes)])

    simulate(source, ask, take)
    frames = np.array(found).reshape(len(numbers), -1)
    for place, number in enumerate(numbers):
        seed = options.test_seed if place % 2 else options.seed
        wanted, label = morse_live_frames(options, seed, [number])
        assert np.array_equal(frames[place, :FRAME], wanted[0] << SHIFT)
        assert headers[place] == (label[0], place % 3 == 0, place % 7)
    assert not frames[:, FRAME:].any()
    if not stalls:  # as many clocks as either half takes, and the way through both for the first
        beats = max(shape.beats, -(-features // VALUES_PER_STATE))
        assert clocks <= len(numbers) * max(beats, 31) + 40


BENCH = """
module frames_bench;
    reg clk = 0;
    reg [30:0] number = 0;
    reg ready = 0;
    wire valid, asked;
    wire [`SAMPLE - 1:0] sample;
    frame_source source(
        .clk(clk), .rst(1'b0), .tapped(64'b0),
        .requests__payload({3'd2, 1'b1, 1'b0, number[0], number[20:1]}),
        .requests__valid(1'b1), .requests__ready(asked),
        .samples__payload(sample), .samples__valid(valid), .samples__ready(ready), .taken());
    integer taken = 0;
    always #1 clk = ~clk;
    always @(posedge clk) begin
        if (asked) number <= number + 1;
        if (valid & ready) begin
            $display("%b", sample);
            taken = taken + 1;
            if (taken == `BEATS) $finish;
        end
        ready <= $random;
    end
endmodule
"""


@pytest.mark.icarus
def test_frames_are_numpys_in_icarus(tmp_path: Path) -> None:
    """Three hundred of them, from the exported Verilog, where what nobody set is X."""
    shape, count = ports(64, 4), 300
    bench, verilog = tmp_path / "frames_bench.sv", tmp_path / "frame_source.v"
    bench.write_text(BENCH)
    verilog.write_text(to_verilog(FrameSource(shape, WIDE), "frame_source"))
    program = icarus.build(
        sources=[bench, verilog],
        top="frames_bench",
        build_dir=tmp_path,
        defines={"SAMPLE": str(shape.sample.bits), "BEATS": str(count * shape.beats)},
    )
    said = subprocess.run(
        [icarus.find_program("vvp"), "-N", str(program)],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in said.stdout.splitlines() if set(line) <= set("01x")]
    lanes = shape.feature_width * shape.beat_features
    features = [
        [
            int(line[-shape.feature_width * (k + 1) : -shape.feature_width * k or None], 2)
            for k in range(shape.beat_features)
        ]
        for line in (each[-lanes:] for each in lines)
    ]
    frames = np.array(features).reshape(count, FRAME)
    for test, seed in enumerate((WIDE.seed, WIDE.test_seed)):
        wanted, _ = morse_live_frames(WIDE, seed, np.arange(count // 2))
        assert np.array_equal(frames[test::2], wanted << SHIFT)


@pytest.mark.parametrize("phase", range(4))
def test_the_host_holds_the_key_down_for_the_times_that_it_sends(phase: int) -> None:
    """Whenever its command comes between two ticks; a second command's times are its own."""
    tick, sent = 4, ([9, 6, 17], [300, 8, 8, 11], [6])
    network = Network(layers=(64, 64), out_degree=(64,), parallelism=(64,))
    unit = KeyUnit(
        BoardDesign(
            core=CoreDesign(network=network),
            clock_hz=18_000_000,
            morse=MorseLive(options=MorseLiveOptions(), rates=((0, 2),)),
            tick_clocks=tick,
        )
    )
    port, found = unit.port, []

    async def bench(ctx) -> None:
        for times in sent:
            payload = b"".join(time.to_bytes(2, "little") for time in times)
            await ctx.tick().until(unit.tick)
            await ctx.tick().repeat(phase + 1)
            ctx.set(port.code, Command.KEY)
            ctx.set(port.size, len(payload))
            ctx.set(port.start, 1)
            await ctx.tick()
            ctx.set(port.start, 0)
            ctx.set(port.payload.valid, 1)
            for byte in payload:
                ctx.set(port.payload.payload, byte)
                await ctx.tick().until(port.payload.ready)
            ctx.set(port.payload.valid, 0)
            clocks, down, lengths = 0, 0, []
            for _ in range(tick * (sum(times) + 12)):
                *_, now = await ctx.tick().sample(unit.down)
                if now != down:
                    lengths.append(clocks)
                    clocks, down = 0, now
                clocks += 1
            found.append(lengths[1:])
            assert not down

    simulate(unit, bench)
    # A space at the end is waited for, but nothing ends it.
    assert found == [
        [tick * time for time in times[: len(times) - 1 + len(times) % 2]] for times in sent
    ]


class Framer(wiring.Component):
    """A key's two parts."""

    def __init__(self, options: MorseLiveOptions, tick_clocks: int):
        self._parts = KeyTimes(tick_clocks), Letter(options)
        super().__init__(
            {"down": In(1), "tick": Out(1), "framed": Out(1), "frame": Out(FRAME), "unit": Out(10)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.times, m.submodules.letter = times, letter = self._parts
        m.d.comb += [
            *(times.down.eq(self.down), times.unit.eq(letter.unit), times.place.eq(letter.place)),
            *(letter.letter.eq(times.letter), letter.elements.eq(times.elements)),
            *(letter.time.eq(times.time), self.tick.eq(times.tick)),
            *(self.framed.eq(letter.framed), self.frame.eq(letter.frame)),
            self.unit.eq(letter.unit),
        ]
        return m


@pytest.mark.parametrize("options", [MorseLiveOptions(), WIDE], ids=["defaults", "wide"])
def test_letters_are_framed_as_the_golden_model_frames_them(options: MorseLiveOptions) -> None:
    """Tapped irregularly, from a slow unit to the fastest, and more elements than a letter has."""
    rng = np.random.default_rng(8)
    codes = [".-", "-.", "...", "-", ".", "-.--.", "--..--", ".-", "." * 4 + "-" * 5, "-.-"]
    framer = Framer(options, 3)
    unit = FIRST_UNIT
    found = []

    async def watch(ctx) -> None:
        async for _, _, framed, frame, now in ctx.tick().sample(
            framer.framed, framer.frame, framer.unit
        ):
            if framed:
                found.append((frame, now))

    async def tap(ctx) -> None:
        nonlocal unit
        for place, code in enumerate(codes):
            own = 24 - 2 * place
            times = [
                max(round(own * (1 if symbol == "." else 3) * rng.uniform(0.6, 1.4)), 1)
                for each in code
                for symbol in (each, ".")
            ][:-1]
            await ctx.tick().until(framer.tick)
            for element, time in enumerate(times):
                ctx.set(framer.down, element % 2 == 0)
                await ctx.tick().repeat(3 * time)
            ctx.set(framer.down, 0)
            before, unit = unit, unit_after(unit, times)
            await ctx.tick().repeat(3 * (LETTER_PAUSE * before + 1) + 500)
            assert len(found) == place + 1
            frame, now = found[-1]
            wanted = tapped_frame(options, unit, times)
            assert now == unit, (code, times)
            assert [frame >> k & 1 for k in range(FRAME)] == (wanted != 0).tolist()
            assert set(wanted) == {0, tapped_level(options)}
        assert unit < FIRST_UNIT / 3
        assert max(map(len, codes)) * 2 - 1 > MOST_ELEMENTS

    from amaranth.sim import Simulator

    simulator = Simulator(framer)
    simulator.add_clock(1e-6)
    simulator.add_testbench(tap)
    simulator.add_process(watch)
    simulator.run()
