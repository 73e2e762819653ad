"""The tables that the page shows, against the events of every memory and plain counting."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import numpy as np
import pytest

from hwgen.report import network_view
from hwgen.report.junction_view import junction_view, row_segments
from hwgen.report.timeline import timeline
from rtl_tests.random_networks import sample_networks
from software_ref.connections.clash_free import generate_pattern
from software_ref.golden import initial_parameters
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.schedule import Schedule
from software_ref.tests.schedule_events import Access, Plan, all_accesses

NETWORKS = sample_networks(6, seed=17)
"""Straddling rows, dither and every kind of pattern among them, as a test below says."""


def number(network: Network) -> str:
    return str(NETWORKS.index(network))


networks = pytest.mark.parametrize("network", NETWORKS, ids=number)


def accesses(schedule: Schedule, steps: int) -> list[Access]:
    """Those of so many steps, of which step S starts at clock S P."""
    pulses = [schedule.period * step for step in range(1, steps + 1)]
    return list(all_accesses(schedule, Plan.of(schedule), pulses, [True] * steps))


def test_the_networks_have_everything_that_is_drawn() -> None:
    kinds = {network.connections.kind for network in NETWORKS}
    assert kinds == {"shared_seed", "seed_per_sweep", "free"}
    assert {network.connections.dither for network in NETWORKS} == {True, False}
    layouts = [RowLayout(shape) for network in NETWORKS for shape in network.junctions]
    assert any(layout.moving for layout in layouts)


@networks
def test_a_row_belongs_to_the_neurons_of_its_edges(network: Network) -> None:
    for shape in network.junctions:
        z, degree = shape.parallelism, shape.in_degree
        rows = row_segments(RowLayout(shape))
        assert len(rows) == shape.rows
        for row, segments in enumerate(rows):
            edges = range(row * z, (row + 1) * z)
            expected = []
            for neuron, group in groupby(edges, lambda edge, own=degree: edge // own):
                own = list(group)
                so_far = own[-1] + 1 - neuron * degree
                expected.append((neuron, own[0] % z, len(own), so_far == degree, so_far))
            assert segments == expected


@networks
def test_every_read_of_a_left_memory_is_in_the_tables(network: Network) -> None:
    schedule = Schedule(network=network)
    lags = schedule.lags
    steps = max(i + lag for i, lag in enumerate(lags, 1)) + 1
    reads = [each for each in accesses(schedule, steps) if each.port in ("feed", "learn")]
    for shape in network.junctions:
        i = shape.index
        view = junction_view(schedule, generate_pattern(shape, network.connections))
        step = view["tables"]["steps"][0]
        start = step["step"] * schedule.period + view["row_read"]
        for port, sample in (("feed", "forward"), ("learn", "update")):
            found = {
                (each.clock - start, each.memory[2], *each.address)
                for each in reads
                if each.memory[:2] == ("activations", i)
                and (each.step, each.port) == (step["step"], port)
            }
            words = view["tables"]["words"]
            bank = step[f"{sample}_bank"]
            assert found == {(t, v, bank, w) for (t, v), w in np.ndenumerate(words)}
            assert step[sample] == step["step"] - i - (lags[i - 1] if port == "learn" else 0)


@networks
def test_lanes_get_their_edges_left_neurons(network: Network) -> None:
    schedule = Schedule(network=network)
    for shape in network.junctions:
        pattern = generate_pattern(shape, network.connections)
        tables = junction_view(schedule, pattern)["tables"]
        for edge, left in enumerate(pattern.left_neurons):
            row, lane = divmod(edge, shape.parallelism)
            memory = tables["memories"][tables["sweeps"][row], lane]
            assert tables["words"][row, memory] * shape.parallelism + memory == left
        assert (tables["sweeps"] * shape.depth + tables["cycles"] == np.arange(shape.rows)).all()


@networks
def test_seeds_are_the_first_words_of_sweeps(network: Network) -> None:
    for shape in network.junctions:
        view = junction_view(
            Schedule(network=network), generate_pattern(shape, network.connections)
        )
        seeds, words = view["tables"]["seeds"], view["tables"]["words"]
        if network.connections.kind == "free":
            assert seeds is None
            continue
        for row in range(shape.rows):
            sweep, cycle = divmod(row, shape.depth)
            assert ((seeds[sweep] + cycle) % shape.depth == words[row]).all()


@networks
def test_stages_are_where_rows_are(network: Network) -> None:
    """In clock c a stage has what was read its latency before, in this step or one before."""
    schedule = Schedule(network=network)
    period = schedule.period
    for shape, timing in zip(network.junctions, schedule.timing, strict=True):
        view = junction_view(schedule, generate_pattern(shape, network.connections))
        stages = {stage["name"]: stage for stage in view["tables"]["stages"]}
        assert stages["weights written"]["latency"] == timing.weight_written
        assert ("e readable" in stages) == (shape.index > 1)
        for stage in stages.values():
            read = {
                step * period + row: (row, step)
                for step in range(-stage["latency"] - 1, 1)
                for row in range(shape.rows)
            }
            for clock in range(period):
                row, step = read.get(clock - stage["latency"], (-1, None))
                assert stage["rows"][clock] == row
                assert step is None or stage["back"][clock] == -step


@networks
def test_right_neurons_go_where_the_next_junction_reads_them(network: Network) -> None:
    schedule = Schedule(network=network)
    writes = [each for each in accesses(schedule, len(network.layers)) if each.port == "write"]
    for shape in network.junctions:
        view = junction_view(schedule, generate_pattern(shape, network.connections))
        places = view["tables"]["places"]
        at = list(zip(places["memory"].tolist(), places["word"].tolist(), strict=True))
        if shape.index == len(network.junctions):
            assert places["outputs"]
            assert at == [(neuron, 0) for neuron in range(shape.right)]
            continue
        found = {
            each.mark[1]: (each.memory[2], each.address[1])
            for each in writes
            if each.memory[:2] == ("activations", shape.index + 1) and each.mark is not None
        }
        assert dict(enumerate(at)) == found


@networks
def test_the_timeline_has_every_pass_of_every_sample(network: Network) -> None:
    schedule = Schedule(network=network)
    document = timeline(schedule)
    steps = document["steps"] - 1
    ranges: dict[tuple[Any, ...], list[int]] = {}
    written = 0
    for each in accesses(schedule, steps):
        if each.port in ("feed", "learn") and each.mark is not None and each.mark[0] >= 0:
            key = (each.port, each.mark[0], each.memory[1], each.step)
            ranges.setdefault(key, []).append(each.clock)
        if each.memory[0] == "weights" and each.write:
            junction = int(each.memory[1])
            if each.step == junction + schedule.lags[junction - 1]:
                written = max(written, each.clock)
    told = {
        (
            "feed" if event["operation"] == "FF" else "learn",
            event["sample"],
            event["junction"],
            event["step"],
        ): (event["first"], event["last"])
        for event in document["events"]
    }
    assert told == {key: (min(clocks), max(clocks)) for key, clocks in ranges.items()}
    assert document["first_update"] == written
    assert any(event["operation"] != "FF" for event in document["events"])
    firsts = [event["first"] for event in document["events"]]
    assert firsts == sorted(firsts)


@networks
def test_samples_are_loaded_before_their_step_and_predicted_after_their_last(
    network: Network,
) -> None:
    schedule = Schedule(network=network)
    document = timeline(schedule)
    loads: dict[int, list[int]] = {}
    for each in accesses(schedule, document["steps"]):
        if each.memory[:2] == ("activations", 1) and each.write and each.mark is not None:
            loads.setdefault(each.mark[0], []).append(each.clock)
    for load in document["loads"][1:]:  # the first is just in time there
        assert load["first"] == min(loads[load["sample"]]) or schedule.beats == 1
        assert load["last"] <= (load["sample"] + 1) * schedule.period
    last = [event for event in document["events"] if event["operation"] == "FF"]
    ends = {each["sample"]: each["last"] for each in last if each["junction"] == len(schedule.lags)}
    assert {each["sample"] for each in document["predictions"]} == set(ends)
    for prediction in document["predictions"]:
        assert prediction["clock"] - ends[prediction["sample"]] == schedule.timing[-1].predicted


def test_edges_and_values_in_natural_order() -> None:
    network = NETWORKS[0]
    parameters = initial_parameters(network, 1)
    patterns = [generate_pattern(shape, network.connections) for shape in network.junctions]
    document = network_view.network_view(network, patterns, parameters)
    assert document["layers"] == list(network.layers)
    for shape, pattern, junction, raw in zip(
        network.junctions, patterns, document["junctions"], parameters.weights, strict=True
    ):
        assert (junction["left"] == pattern.left_neurons).all()
        assert junction["right"].tolist() == [e // shape.in_degree for e in range(shape.weights)]
        fraction = network.format.fraction + network.format.extra_bits
        assert (junction["weights"] * 2.0**fraction == raw).all()


def test_too_many_edges_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
    patterns = [generate_pattern(shape, network.connections) for shape in network.junctions]
    monkeypatch.setattr(network_view, "MOST_EDGES_SHOWN", 8)
    for most, expected in ((8, [True, True]), (7, [False, False])):
        monkeypatch.setattr(network_view, "MOST_EDGES_SHOWN", most)
        junctions = network_view.network_view(network, patterns, None)["junctions"]
        assert [each["left"] is not None for each in junctions] == expected
        schedule = Schedule(network=network, options=CoreOptions())
        views = [junction_view(schedule, pattern) for pattern in patterns]
        assert [view["tables"] is not None for view in views] == expected
