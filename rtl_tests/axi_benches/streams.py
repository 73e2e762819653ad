"""Bench of the streams: headers, packets of many samples, and what is dropped of broken ones."""

from __future__ import annotations

from collections.abc import Sequence

import cocotb
import numpy as np
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge, RisingEdge

from hwgen.bus.axi_stream import sample_bytes
from rtl_tests.axi_benches.common import Bench, random_samples
from software_ref.golden.samples import Samples

__all__ = ["TESTS"]


def each(samples: Samples) -> list[tuple[np.ndarray, int, int, int]]:
    """Features, label, train and k of every sample."""
    return [
        (row, int(label), int(train), int(k))
        for row, label, train, k in zip(
            samples.features, samples.labels, samples.train, samples.rate_exponent, strict=True
        )
    ]


def part_of(samples: Samples, chosen: Sequence[int]) -> Samples:
    """Some of the samples."""
    return Samples(**{name: value[list(chosen)] for name, value in vars(samples).items()})


async def errors(bench: Bench) -> tuple[int, int, int]:
    """The sticky bits, and the count of what was dropped."""
    return (
        await bench.get("ERRORS", "short_sample"),
        await bench.get("ERRORS", "long_sample"),
        await bench.get("DROPPED", "dropped"),
    )


@cocotb.test()
async def broken_samples_are_dropped_and_all_others_train(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.3)
    beat, beats = sample_bytes(bench.ports), bench.ports.beats
    samples = random_samples(bench, 40, seed=5)
    good, short, long = [], 0, 0
    for number, (row, label, train, k) in enumerate(each(samples)):
        data, header = bench.features(row), bench.header(label, train, k)
        kind = bench.rng.choice(["good", "good", "short", "long"])
        if kind == "short":
            short += 1
            await bench.send(data[: beat * bench.rng.randrange(1, beats)], header)
        elif kind == "long":  # the beats of a second, and of a third sample may be among it
            long += 1
            await bench.send(
                data + bench.rng.randbytes(beat * bench.rng.randrange(1, 3 * beats)), header
            )
        else:
            good.append(number)
            await bench.send(data, header)
    assert short > 3 and long > 3 and len(good) > 10
    bench.count(part_of(samples, good))
    await bench.settle()
    await bench.clocks(20)
    assert await errors(bench) == (1, 1, short + long)
    await bench.compare()


@cocotb.test()
async def errors_stay_until_a_one_is_written(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    row, label, train, k = each(random_samples(bench, 1, seed=6))[0]
    data, header, beat = (
        bench.features(row),
        bench.header(label, train, k),
        sample_bytes(bench.ports),
    )
    assert await errors(bench) == (0, 0, 0)
    await bench.send(data[:-beat], header)
    await bench.clocks(30)
    assert await errors(bench) == (1, 0, 1)
    await bench.set("ERRORS", long_sample=1)
    assert await errors(bench) == (1, 0, 1)
    await bench.send(data + data, header)
    await bench.clocks(60)
    assert await errors(bench) == (1, 1, 2)
    await bench.set("ERRORS", short_sample=1)
    assert await errors(bench) == (0, 1, 2)
    await bench.set("ERRORS", short_sample=1, long_sample=1)
    assert await errors(bench) == (0, 0, 2)
    assert await bench.get("STATUS", "receiving") == 0
    assert await bench.get("STEPS", "steps") == 0


@cocotb.test()
async def headers_may_come_before_the_features(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.3)
    samples = random_samples(bench, 30, seed=8)
    await bench.set("CONTROL", header_beat=1)
    good = []
    for number, (row, label, train, k) in enumerate(each(samples)):
        whole = bench.header_bytes(bench.header(label, train, k)) + bench.features(row)
        if number % 5 == 4:  # TLAST in the header, in the features, and too late
            cut = [
                sample_bytes(bench.ports),
                len(whole) - sample_bytes(bench.ports),
                2 * len(whole),
            ]
            await bench.send((whole + whole)[: cut[number // 5 % 3]], bench.rng.getrandbits(32))
        else:
            good.append(number)
            await bench.send(whole, bench.rng.getrandbits(32))
    bench.count(part_of(samples, good))
    await bench.settle()
    assert await errors(bench) == (1, 1, 6)
    await bench.compare()


@cocotb.test()
async def registers_may_take_the_place_of_headers(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    training = bench.design.core.options.training
    for train, k in ((1, 3), (0, 2), (1, 0)):
        await bench.set("TRAINING", train=train, rate_exponent=k)
        await bench.set("CONTROL", use_registers=1)
        samples = random_samples(bench, 10, seed=9 + k)
        for row, label, _, _ in each(samples):
            await bench.send(bench.features(row), bench.header(label, 1 - train, k ^ 1))
        bench.count(
            Samples.check(
                *(bench.network, samples.features, samples.labels, bool(train and training), k)
            )
        )
        await bench.settle()
    await bench.compare()


@cocotb.test()
async def a_packet_may_hold_many_samples(dut: HierarchyObject) -> None:
    """Each prediction has the TLAST of its sample; a packet that ends within one is told of."""
    bench = await Bench.begin(dut, stalls=0.2)
    await bench.set("CONTROL", batches=1, header_beat=1)
    sizes, sent = [1, 7, 2, 12, 1, 3], 0
    samples = random_samples(bench, sum(sizes), seed=10)
    bench.count(samples)
    rows = each(samples)
    for size in sizes:
        packet = b"".join(
            bench.header_bytes(bench.header(label, train, k)) + bench.features(row)
            for row, label, train, k in rows[sent : sent + size]
        )
        sent += size
        await bench.send(packet, 0)
    await bench.settle()
    assert await errors(bench) == (0, 0, 0)
    await bench.send(packet[: sample_bytes(bench.ports)], 0)
    await bench.clocks(30)
    assert await errors(bench) == (1, 0, 1)
    await bench.compare()
    assert bench.sizes == sizes


@cocotb.test()
async def a_sample_that_stopped_half_way_can_be_discarded(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    samples = random_samples(bench, 12, seed=11)
    bench.count(samples)
    for number, (row, label, train, k) in enumerate(each(samples)):
        data, header = bench.features(row), bench.header(label, train, k)
        beat = sample_bytes(bench.ports)
        # A packet that never ends: its source is reset in the middle of a sample, or behind one.
        beats = 1 + number % (bench.ports.beats + 2)
        await bench.send(bench.rng.randbytes(beat * (beats + 1)), bench.header(0, 1, 0))
        taken = 0
        while taken < beats:
            await FallingEdge(dut.aclk)
            taken += int(dut.s_axis_samples_tvalid.value) & int(dut.s_axis_samples_tready.value)
        await RisingEdge(dut.aclk)
        bench.source.assert_reset()
        await bench.clocks(2)
        assert await bench.get("STATUS", "receiving") == 1
        await bench.set("COMMAND", discard=1)
        assert await bench.get("STATUS", "receiving") == 0
        await bench.send(data, header)
        await bench.settle()
    await bench.compare()


@cocotb.test()
async def a_drain_lets_no_sample_in(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    await bench.play(random_samples(bench, 5, seed=12))
    await bench.settle()
    await bench.drain()
    await bench.take(5)
    steps = await bench.get("STEPS", "steps")
    await bench.play(random_samples(bench, 5, seed=13))
    await bench.clocks(20 * bench.ports.clocks_per_step)
    assert await bench.get("STATUS", "waiting") == 1
    assert await bench.get("STATUS", "busy") == 0
    assert await bench.get("STEPS", "steps") == steps
    await bench.resume()
    await bench.compare()


TESTS = (
    "broken_samples_are_dropped_and_all_others_train",
    "errors_stay_until_a_one_is_written",
    "headers_may_come_before_the_features",
    "registers_may_take_the_place_of_headers",
    "a_packet_may_hold_many_samples",
    "a_sample_that_stopped_half_way_can_be_discarded",
    "a_drain_lets_no_sample_in",
)
