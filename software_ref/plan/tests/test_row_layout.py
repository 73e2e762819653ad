"""RowLayout against enumeration of the edges, for every z and d_in up to 12."""

from __future__ import annotations

from functools import cache
from itertools import product
from math import gcd, lcm

import pytest

from software_ref.connections.junction_shape import JunctionShape
from software_ref.plan.row_layout import RowLayout

SIZES = list(product(range(1, 13), range(1, 13)))


@cache
def layout_of(z: int, in_degree: int) -> RowLayout:
    """Rows of a junction with d_out = 1, twice as long as its pattern of borders repeats."""
    edges = 2 * lcm(z, in_degree)
    shape = JunctionShape(
        index=1, left=edges, right=edges // in_degree, out_degree=1, parallelism=z
    )
    assert shape.in_degree == in_degree
    return RowLayout(shape)


def neurons_of(layout: RowLayout, row: int) -> list[int]:
    """Right neuron of every lane of a row."""
    z = layout.shape.parallelism
    return [edge // layout.shape.in_degree for edge in range(row * z, (row + 1) * z)]


def borders(layout: RowLayout, row: int, last: bool) -> list[int]:
    """Right neurons whose last (or first) edge lies in a row."""
    shape = layout.shape
    wanted = shape.in_degree - 1 if last else 0
    edges = range(row * shape.parallelism, (row + 1) * shape.parallelism)
    return [edge // shape.in_degree for edge in edges if edge % shape.in_degree == wanted]


def phase_of(layout: RowLayout, row: int) -> int:
    """Groups of the row's first neuron that lie in earlier rows."""
    return row * layout.shape.parallelism % layout.shape.in_degree // layout.group


@pytest.mark.parametrize(("z", "in_degree"), SIZES)
def test_groups_never_straddle_neurons(z: int, in_degree: int) -> None:
    layout = layout_of(z, in_degree)
    g = layout.group
    assert (g, layout.groups, layout.span) == (gcd(z, in_degree), z // g, in_degree // g)
    for row in range(layout.shape.rows):
        neurons = neurons_of(layout, row)
        for start in range(0, z, g):
            assert len(set(neurons[start : start + g])) == 1


@pytest.mark.parametrize(("z", "in_degree"), SIZES)
def test_slots_count_the_neurons_a_row_touches_and_finishes(z: int, in_degree: int) -> None:
    layout = layout_of(z, in_degree)
    rows = range(layout.shape.rows)
    touched = [len(set(neurons_of(layout, row))) for row in rows]
    finished = [borders(layout, row, last=True) for row in rows]
    started = [borders(layout, row, last=False) for row in rows]
    assert layout.slots == max(touched)
    assert layout.finishing == max(map(len, finished)) == max(map(len, started))
    assert layout.finishing == layout.shape.finishing
    for row in rows:
        phase = phase_of(layout, row)
        assert layout.finished(phase) == len(finished[row])
        assert layout.started(phase) == len(started[row])
        # The neurons that finish in a row are its first slots, those that start its last.
        neurons = sorted(set(neurons_of(layout, row)))
        assert finished[row] == neurons[: len(finished[row])]
        assert started[row] == neurons[len(neurons) - len(started[row]) :]


@pytest.mark.parametrize(("z", "in_degree"), SIZES)
def test_group_slots_name_every_slot_a_group_ever_lies_in(z: int, in_degree: int) -> None:
    layout = layout_of(z, in_degree)
    seen: dict[int, dict[int, int]] = {group: {} for group in range(layout.groups)}
    phases = set()
    for row in range(layout.shape.rows):
        neurons = neurons_of(layout, row)
        phases.add(phase_of(layout, row))
        for group in range(layout.groups):
            slot = neurons[group * layout.group] - neurons[0]
            seen[group][phase_of(layout, row)] = slot
    assert phases == set(range(layout.span))
    for group, by_phase in seen.items():
        slots = layout.group_slots(group)
        assert set(by_phase.values()) == set(slots)
        for phase, slot in by_phase.items():
            assert slot == slots[phase >= layout.upper_from(group) and len(slots) == 2]
    moving = any(len(set(by_phase.values())) > 1 for by_phase in seen.values())
    if layout.moving:
        assert moving
    else:
        assert not moving or layout.groups == 1


@pytest.mark.parametrize(("z", "in_degree"), SIZES)
def test_slot_inputs_is_the_most_groups_one_slot_sums_over_all_phases(
    z: int, in_degree: int
) -> None:
    layout = layout_of(z, in_degree)
    inputs: dict[int, set[int]] = {}
    for row in range(layout.shape.rows):
        neurons = neurons_of(layout, row)
        for group in range(layout.groups):
            slot = neurons[group * layout.group] - neurons[0]
            inputs.setdefault(slot, set()).add(group)
    most = max(len(groups) for groups in inputs.values())
    assert layout.slot_inputs == (most if layout.moving else 1)
    if not layout.moving:
        # Either whole neurons in every row, or rows of one group: nothing to choose.
        assert layout.span == 1 or layout.groups == 1


@pytest.mark.parametrize(("z", "in_degree"), SIZES)
def test_accumulates_where_a_neuron_lies_in_two_rows(z: int, in_degree: int) -> None:
    layout = layout_of(z, in_degree)
    straddles = any(
        neurons_of(layout, row)[-1] == neurons_of(layout, row + 1)[0]
        for row in range(layout.shape.rows - 1)
    )
    assert layout.accumulates == straddles


@pytest.mark.parametrize(("z", "in_degree"), SIZES)
def test_every_neuron_has_its_own_place_and_a_row_uses_one_word(z: int, in_degree: int) -> None:
    layout = layout_of(z, in_degree)
    places: dict[tuple[int, int], int] = {}
    for row in range(layout.shape.rows):
        neurons = borders(layout, row, last=True)
        words = set()
        for slot, neuron in enumerate(neurons):
            word, place = layout.finish_place(neuron)
            assert place == slot
            assert 0 <= word < layout.finish_words
            assert (word, place) not in places
            places[word, place] = neuron
            words.add(word)
        assert len(words) == min(1, len(neurons))
    assert sorted(places.values()) == list(range(layout.shape.right))
    assert layout.finish_words == 1 + max(word for word, _ in places)


def test_the_docstrings_example() -> None:
    layout = layout_of(6, 4)
    assert (layout.group, layout.groups, layout.span, layout.slots) == (2, 3, 2, 2)
    assert [neurons_of(layout, row)[::2] for row in (0, 1)] == [[0, 0, 1], [1, 2, 2]]
    assert [phase_of(layout, row) for row in (0, 1)] == [0, 1]
