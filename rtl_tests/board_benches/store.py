"""Bench of the sample store: coded samples in any order, without gaps, and what damage does."""

from __future__ import annotations

import zlib

import cocotb
import numpy as np
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge, Timer

from rtl_tests.board_benches.common import begin, clocks
from software_ref.coded_samples import CodedSamples, encoded
from software_ref.plan.sample_code import SampleCode
from software_ref.plan.store_layout import StoreLayout

__all__ = ["LAYOUT", "SAMPLES", "TESTS"]

SAMPLES = 130
BEATS, LANES, VALUE_BITS = 14, 5, 8
LAYOUT = StoreLayout.for_any(
    SampleCode(features=BEATS * LANES, beat_features=LANES, value_bits=VALUE_BITS, label_bits=1),
    SAMPLES,
)
IDLE = {
    "store__requests__valid": 0,
    "store__samples__ready": 0,
    "store__writes__valid": 0,
    "store__check": 0,
    "store__running": 0,
}


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, CodedSamples]:
    """Samples from blank to full, and their code."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 257, (SAMPLES, BEATS * LANES))
    features = values * (rng.random(values.shape) < rng.random((SAMPLES, 1)))
    labels = rng.integers(0, 2, SAMPLES)
    return features, labels, encoded(LAYOUT.code, features, labels)


async def fill(dut: HierarchyObject, first: int, words: np.ndarray) -> None:
    dut.store__writes__valid.value = 1
    address_bits = LAYOUT.address_bits
    for place, word in enumerate(words, start=first):
        number = int.from_bytes(word.tobytes(), "little")
        dut.store__writes__payload.value = place | number << address_bits
        await FallingEdge(dut.clk)
    dut.store__writes__valid.value = 0


async def fill_all(dut: HierarchyObject, coded: CodedSamples) -> None:
    await fill(dut, LAYOUT.index.first, LAYOUT.indexed(coded.lengths))
    await fill(dut, LAYOUT.first, coded.words)


@cocotb.test()
async def store_plays_samples_in_any_order_without_gaps(dut: HierarchyObject) -> None:
    rng = await begin(dut, IDLE)
    features, labels, coded = drawn(1)
    order = np.array(rng.sample(range(SAMPLES), SAMPLES))
    await fill_all(dut, coded)
    await fill(dut, LAYOUT.order.first, LAYOUT.order.packed(order))
    dut.store__running.value = 1
    for stalled in (False, True):
        requests = []
        for _ in range(150):
            ordered, place = rng.randrange(2), rng.randrange(SAMPLES)
            number = int(order[place]) if ordered else place
            requests.append((place, ordered, rng.randrange(2), rng.randrange(8), number))
        found, waited = await play(dut, rng, requests, stalled=stalled)
        assert found == wanted(requests, features, labels)
        assert stalled or waited == 0
    assert not int(dut.store__damages.value)


@cocotb.test()
async def store_tells_damage_and_goes_on(dut: HierarchyObject) -> None:
    """Any bit that changes is told, all samples come, and the next run is right again."""
    rng = await begin(dut, IDLE)
    features, labels, coded = drawn(2)
    requests = [(k, 0, 1, k % 8, k) for k in range(SAMPLES)]
    told = 0
    for _ in range(6):
        await fill_all(dut, coded)
        place, bit = rng.randrange(len(coded.words)), rng.randrange(8)
        damaged = coded.words[place].copy()
        damaged[rng.randrange(len(damaged))] ^= 1 << bit
        await fill(dut, LAYOUT.first + place, damaged[None])
        dut.store__running.value = 1
        found, _ = await play(dut, rng, requests, stalled=False)
        assert len(found) == BEATS * SAMPLES
        dut.store__running.value = 0
        await clocks(dut, 200)
        assert int(dut.store__damages.value) > told
        await fill(dut, LAYOUT.first + place, coded.words[place][None])
        told = int(dut.store__damages.value)
        dut.store__running.value = 1
        found, _ = await play(dut, rng, requests, stalled=False)
        assert found == wanted(requests, features, labels)
        assert int(dut.store__damages.value) == told
        dut.store__running.value = 0


@cocotb.test()
async def store_computes_the_crc_of_its_words(dut: HierarchyObject) -> None:
    await begin(dut, IDLE)
    _, _, coded = drawn(3)
    await fill_all(dut, coded)
    for first, count in ((0, len(coded.words)), (len(coded.words) - 1, 1), (5, 17)):
        dut.store__check.value = 1
        dut.store__check_first.value = LAYOUT.first + first
        dut.store__check_count.value = count
        await FallingEdge(dut.clk)
        dut.store__check.value = 0
        while int(dut.store__checking.value):
            await FallingEdge(dut.clk)
        assert int(dut.store__crc.value) == zlib.crc32(coded.words[first : first + count])


def wanted(requests: list, features: np.ndarray, labels: np.ndarray) -> list[int]:
    """The beats that the core is to get."""
    width, bits = VALUE_BITS + 1, (VALUE_BITS + 1) * LANES
    return [
        sum(int(value) << width * k for k, value in enumerate(beat))
        | int(labels[number]) << bits
        | train << bits + 1
        | exponent << bits + 2
        for _, _, train, exponent, number in requests
        for beat in features[number].reshape(BEATS, LANES)
    ]


async def play(dut, rng, requests, *, stalled: bool) -> tuple[list[int], int]:
    """The beats that come, and clocks without one between the first and the last."""
    queue, beats, taken, waited = list(requests), [], 0, 0
    place_bits = LAYOUT.sample_bits
    while len(beats) < BEATS * len(requests):
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
    dut.store__requests__valid.value = 0
    assert taken == len(requests)
    return beats, waited


TESTS = (
    "store_plays_samples_in_any_order_without_gaps",
    "store_tells_damage_and_goes_on",
    "store_computes_the_crc_of_its_words",
)
