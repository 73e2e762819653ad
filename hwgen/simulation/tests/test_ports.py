"""Ports of a core: derived widths, JSON, and the messages for what cannot be."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from hwgen.simulation.ports import CorePorts, JunctionPorts
from hwgen.simulation.tests.stub_core import PORTS


def test_widths_follow_from_the_fields() -> None:
    assert PORTS.beats == 2
    assert PORTS.beat_width == 4 * 9
    assert PORTS.header_width == 3 + 1 + 4
    assert PORTS.prediction_width == 16 + 3 + 1
    assert PORTS.request_width == 1 + 1 + 1 + 3 + 2 + 12
    assert PORTS.saturations_width == 2 * 3 * 32
    assert PORTS.parameters == 28 + 4 + 12 + 3


def test_ports_survive_json() -> None:
    assert CorePorts.from_dict(json.loads(json.dumps(PORTS.to_dict()))) == PORTS


def test_unknown_and_missing_keys_are_named() -> None:
    table = PORTS.to_dict()
    table["beets"] = table.pop("label_width")
    with pytest.raises(ValueError, match=r"^CorePorts must have the keys .*'label_width'.*'beets'"):
        CorePorts.from_dict(table)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": 0}, "features must be at least 1, not 0"),
        ({"row_width": 2}, "row_width must be at least 3 for 7 rows, not 2"),
        ({"lane_width": 1}, "lane_width must be at least 2 for 4 lanes, not 1"),
        ({"junction_width": 0}, "junction_width must be at least 1 for 2 junctions, not 0"),
        ({"feature_width": 33}, "feature_width must be at most 32 bits, not 33"),
        ({"label_width": 28}, "header_width must be at most 32 bits, not 33"),
        ({"data_width": 60}, "request_width must be at most 64 bits, not 68"),
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
