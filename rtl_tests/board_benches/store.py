"""Bench of the sample store: samples in any order, without gaps."""

from __future__ import annotations

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge, Timer

from rtl_tests.board_benches.common import begin

__all__ = ["BEATS", "BEAT_BITS", "SAMPLES", "TESTS"]

SAMPLES = 1300
BEATS = 14
BEAT_BITS = 45
IDLE = {
    "store__requests__valid": 0,
    "store__samples__ready": 0,
    "store__write_features": 0,
    "store__write_label": 0,
    "store__write_order": 0,
}


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
    rng = await begin(dut, IDLE)
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


TESTS = ("store_plays_samples_in_any_order_without_gaps",)
