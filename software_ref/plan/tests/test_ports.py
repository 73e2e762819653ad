"""Ports of a core: what follows from a network, where fields lie, and what cannot be."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.ports import CorePorts, JunctionPorts, Signal
from software_ref.plan.ports_page import tables
from software_ref.plan.schedule import Schedule

PAGE = Path(__file__).parents[3] / "docs" / "ports.md"

PORTS = CorePorts(
    features=7,
    beat_features=4,
    feature_width=9,
    label_width=3,
    rate_exponent_width=4,
    junction_width=1,
    row_width=3,
    lane_width=2,
    data_width=12,
    clocks_per_step=8,
    prediction_steps=2,
    junctions=(
        JunctionPorts(weights=28, parallelism=4, bias_rows=(0, 0, 1, 1), bias_lanes=(0, 1, 0, 1)),
        JunctionPorts(weights=12, parallelism=3, bias_rows=(0, 1, 2), bias_lanes=(0, 0, 0)),
    ),
)


def ports_of(
    layers: tuple[int, ...],
    out_degree: tuple[int, ...],
    parallelism: tuple[int, ...],
    extra_bits: int = 0,
    largest: int = 7,
) -> CorePorts:
    network = Network(
        layers=layers,
        out_degree=out_degree,
        parallelism=parallelism,
        format=FixedFormat(stored_fraction=8 + extra_bits),
    )
    return CorePorts.of(Schedule(network=network, options=CoreOptions(max_rate_exponent=largest)))


def test_widths_follow_from_the_fields() -> None:
    assert PORTS.beats == 2
    assert PORTS.beat_width == 4 * 9
    assert PORTS.header.bits == 3 + 1 + 4
    assert PORTS.sample.bits == 4 * 9 + 3 + 1 + 4
    assert PORTS.prediction.bits == 16 + 3 + 1
    assert PORTS.request.bits == 1 + 1 + 1 + 3 + 2 + 12
    assert PORTS.value.bits == 12 + 1
    assert PORTS.saturations_width == 2 * 3 * 32
    assert PORTS.parameters == 28 + 4 + 12 + 3


def test_fields_lie_from_the_lowest_bit_up() -> None:
    places = {field.name: (place, field.width) for place, field in PORTS.request.places()}
    assert places == {
        "write": (0, 1),
        "junction": (1, 1),
        "bias": (2, 1),
        "row": (3, 3),
        "lane": (6, 2),
        "data": (8, 12),
    }
    assert [place for place, _ in PORTS.sample.places()] == [0, 36, 39, 40]


def test_a_junction_says_how_many_parameters_each_of_its_rows_holds() -> None:
    junction = JunctionPorts(weights=10, parallelism=4, bias_rows=(0, 2, 2), bias_lanes=(0, 0, 1))
    assert junction.weight_lanes == (4, 4, 2)
    assert junction.biases_by_row == (1, 0, 2)
    assert PORTS.junctions[0].weight_lanes == (4,) * 7
    assert PORTS.junctions[1].biases_by_row == (1, 1, 1)


def test_a_stream_has_three_wires_and_reset_comes_first() -> None:
    wires = PORTS.wires()
    assert [wire.name for wire in wires[:4]] == [
        "rst",
        "samples__payload",
        "samples__valid",
        "samples__ready",
    ]
    ways = {wire.name: (wire.is_input, wire.bits) for wire in wires}
    assert ways["samples__payload"] == (True, 44)
    assert ways["samples__ready"] == (False, 1)
    assert ways["parameter_values__payload"] == (False, 13)
    assert ways["saturations"] == (False, 192)
    assert all(isinstance(wire, Signal) for wire in wires)


def test_a_request_has_room_for_every_row_and_lane() -> None:
    ports = ports_of((8, 4, 2), (2, 1), (4, 2))  # 4 rows and 2, 4 lanes and 2
    assert (ports.junction_width, ports.row_width, ports.lane_width) == (1, 2, 2)
    assert ports.data_width == 12


def test_a_request_has_room_for_the_lanes_of_any_junction_and_for_extra_bits() -> None:
    ports = ports_of((8, 4, 4), (2, 4), (2, 4), extra_bits=3)
    assert (ports.row_width, ports.lane_width) == (3, 2)  # 8 rows, 4 lanes
    assert ports.data_width == 12 + 3


@pytest.mark.parametrize(("largest", "bits"), [(0, 1), (1, 1), (7, 3), (8, 4), (31, 5)])
def test_a_header_has_room_for_the_largest_rate_exponent(largest: int, bits: int) -> None:
    assert ports_of((8, 4, 2), (2, 1), (4, 2), largest=largest).rate_exponent_width == bits


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": 0}, "features must be at least 1, not 0"),
        ({"row_width": 2}, "row_width must be at least 3 for 7 rows, not 2"),
        ({"lane_width": 1}, "lane_width must be at least 2 for 4 lanes, not 1"),
        ({"junction_width": 0}, "junction_width must be at least 1 for 2 junctions, not 0"),
        ({"junctions": ()}, "junctions must have at least one entry, not none"),
    ],
)
def test_impossible_ports_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        replace(PORTS, **change)


def test_fields_must_be_integers() -> None:
    with pytest.raises(TypeError, match=r"^data_width must be an integer, not 12\.0$"):
        replace(PORTS, data_width=12.0)  # type: ignore[arg-type]


def test_every_right_neuron_needs_a_place_for_its_bias() -> None:
    message = "bias_rows and bias_lanes must have one entry per right neuron each, not 2 and 1"
    with pytest.raises(ValueError, match=f"^{message}$"):
        JunctionPorts(weights=4, parallelism=2, bias_rows=(0, 1), bias_lanes=(0,))


def test_the_page_has_the_tables_made_from_the_declaration() -> None:
    assert tables() in PAGE.read_text(encoding="utf-8")
