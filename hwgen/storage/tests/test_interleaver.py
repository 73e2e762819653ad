"""The interleaver and the crossbar against the connection patterns that they carry out."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hwgen.storage.interleaver import ADDRESS_GENERATORS, Interleaver, LaneCrossbar
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes, shape
from hwgen.testing.simulation import elaborated, play, pulses
from hwgen.testing.trials import crossbar_trial, interleaver_trial
from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.counts import clash_free_count
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import KINDS, SeedPerSweep, Words
from software_ref.connections.options import ConnectionOptions
from software_ref.plan.addresses import AddressPlan
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.schedule import Schedule
from software_ref.plan.storage import storage
from software_ref.plan.timing import JunctionTiming

DEEP = PIPELINES["deep"]

CASES = [*SHAPES, (12, 12, 2, 4), (9, 6, 2, 3), *random_shapes(seed=5, count=8)]


def draw(numbers: tuple[int, ...], kind: str, dither: bool) -> ClashFreePattern:
    """A pattern of the kind; shared seeds are drawn anew until no pair carries two edges."""
    for seed in range(200):
        try:
            return generate_pattern(
                shape(numbers), ConnectionOptions(kind=kind, dither=dither, seed=seed)
            )
        except ValueError:
            continue
    raise AssertionError("no seed gives a legal pattern")


def play_rows(pattern: ClashFreePattern) -> tuple[np.ndarray, np.ndarray]:
    """Words and sweep of every row, from the hardware."""
    interleaver = Interleaver(pattern)
    rows, first = pattern.shape.rows, interleaver.latency
    shown = play(interleaver, {"start": pulses(rows + first, [0])}, ["words", "sweep"])
    return shown["words"][first:], shown["sweep"][first:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_words_are_the_patterns_in_every_step(numbers: tuple[int, ...], kind: str) -> None:
    pattern = draw(numbers, kind, dither=sum(numbers) % 2 == 1)
    interleaver_trial(pattern, seed=sum(numbers)).run()


def test_the_slides_example() -> None:
    phi = np.array([1, 0, 2, 2])
    words = (phi[None, :, None] + np.arange(3)) % 3
    pattern = ClashFreePattern(
        shape=shape((12, 4, 1, 4)),
        kind="shared_seed",
        memory=np.arange(4)[None],
        words=words,
    )
    words, _ = play_rows(pattern)
    left = words * 4 + np.arange(4)
    assert left.tolist() == [[4, 1, 10, 11], [8, 5, 2, 3], [0, 9, 6, 7]]


@pytest.mark.parametrize(
    ("kind", "numbers", "latency"),
    [
        ("shared_seed", (12, 12, 2, 4), 2),
        ("seed_per_sweep", (12, 12, 2, 4), 2),
        ("free", (12, 12, 2, 4), 2),
        ("free", (512, 2, 1, 2), 3),  # 256 addresses of 16 bits: a block RAM
    ],
)
def test_the_latency_is_two_clocks_or_the_address_memorys_for_free_patterns(
    kind: str, numbers: tuple[int, ...], latency: int
) -> None:
    pattern = draw(numbers, kind, False)
    assert elaborated(Interleaver(pattern)).latency == latency
    assert (
        JunctionTiming(network=network(numbers, kind=kind), junction=1).addresses.latency == latency
    )
    interleaver_trial(pattern, seed=1).run()


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_each_row_reads_each_memory_once_and_gives_the_lanes_their_left_neurons(
    numbers: tuple[int, ...], kind: str, dither: bool
) -> None:
    pattern = draw(numbers, kind, dither)
    z, rows = pattern.shape.parallelism, pattern.shape.rows
    words, sweeps = play_rows(pattern)
    neurons = words * z + np.arange(z)  # what memory v holds at its word
    crossbar = LaneCrossbar(pattern, 8, DEEP, dither=dither, to_lanes=True)
    levels = DEEP.mux_levels(pattern.shape.out_degree)
    assert crossbar.latency == (levels if dither and z > 1 else 0)
    lanes = through(crossbar, neurons, sweeps)
    assert lanes.reshape(-1).tolist() == pattern.left_neurons.tolist()
    assert [sorted(row % z) for row in lanes] == [list(range(z))] * rows


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("numbers", [*SHAPES, (8, 12, 12, 4), (6, 10, 10, 3)], ids=identify)
def test_the_crossbar_permutes_the_memories_by_sweep_in_both_directions(
    numbers: tuple[int, ...], dither: bool
) -> None:
    pattern = draw(numbers, "free", dither)
    for to_lanes in (True, False):
        crossbar_trial(pattern, width=11, dither=dither, to_lanes=to_lanes, seed=to_lanes).run()


def through(crossbar: LaneCrossbar, items: np.ndarray, sweeps: np.ndarray) -> np.ndarray:
    """Rows of items, a clock each, as they leave the crossbar after its latency."""
    latency = crossbar.latency
    tail = np.arange(latency) % len(items)
    inputs = {
        "inputs": np.concatenate([items, items[tail]]),
        "sweep": np.concatenate([sweeps, sweeps[tail]]),
    }
    return play(crossbar, inputs, ["outputs"])["outputs"][latency:]


@pytest.mark.parametrize(
    ("numbers", "columns"),
    [
        ((12, 12, 2, 4), 1),  # LUT RAM
        ((36, 12, 2, 12), 2),
        ((512, 2, 1, 2), 1),  # block RAM
        ((520, 4, 2, 8), 2),
    ],
)
def test_words_are_replaced_one_by_one(numbers: tuple[int, ...], columns: int) -> None:
    pattern = draw(numbers, "free", dither=False)
    z, rows = pattern.shape.parallelism, pattern.shape.rows
    plan = AddressPlan(kind="free", shape=pattern.shape, rewritable=True)
    assert len(plan.columns) == columns
    rng = np.random.default_rng(rows)
    stored = pattern.words.transpose(0, 2, 1).reshape(rows, z).copy()
    accesses, wait = 30, max(plan.accessed(DEEP), plan.written(DEEP)) + 1
    start = 1 + accesses * wait
    inputs = {
        "start": pulses(start + plan.latency + rows, [start]),
        "access": pulses(start + plan.latency + rows, range(1, start, wait)),
    }
    places = {
        "access_row": rows,
        "access_memory": z,
        "write": 2,
        "replacement": pattern.shape.depth,
    }
    for name, count in places.items():
        inputs[name] = np.zeros(len(inputs["start"]), np.int64)
        inputs[name][1:start] = np.repeat(rng.integers(0, count, accesses), wait)
    interleaver = Interleaver(pattern, writable=True)
    shown = play(interleaver, inputs, ["words", "accessed"])
    for clock in range(1, start, wait):
        row, memory, write, word = (inputs[name][clock] for name in places)
        assert shown["accessed"][clock + plan.accessed(DEEP)] == stored[row, memory]
        if write:
            stored[row, memory] = word
    np.testing.assert_array_equal(shown["words"][start + plan.latency :], stored)


class Backwards(SeedPerSweep):
    """A kind that the package knows nothing of: words count down, from seeds of all sweeps."""

    name = "backwards"

    def draw(
        self, rng: np.random.Generator, memories: int, depth: int, before: Words | None
    ) -> Words:
        return super().draw(rng, memories, depth, before)[:, ::-1]

    def stored_rows(self, shape: JunctionShape) -> int:
        return shape.rows

    reads_rows = True


def test_a_kind_registered_from_outside_is_drawn_planned_and_addressed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(KINDS, Backwards.name, Backwards())
    monkeypatch.setitem(ADDRESS_GENERATORS, Backwards.name, ADDRESS_GENERATORS["free"])
    pattern = draw((12, 12, 2, 4), Backwards.name, False)
    steps = np.diff(pattern.words, axis=2)
    assert set(np.unique(steps % 3)) == {2}
    interleaver_trial(pattern, seed=1).run()
    schedule = Schedule(network=network((12, 12, 2, 4), kind=Backwards.name))
    stored = [each for each in storage(schedule) if each.holds == "addresses"]
    assert [(each.depth, each.width) for each in stored] == [(6, 8)]
    assert clash_free_count(pattern.shape, Backwards.name).log10 > 0


def test_a_kind_without_addresses_has_no_interleaver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, Backwards.name, Backwards())
    pattern = draw((12, 12, 2, 4), Backwards.name, False)
    message = (
        'pattern kind must have addresses ("shared_seed", "seed_per_sweep", "free"), '
        "not 'backwards'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        elaborated(Interleaver(pattern))
