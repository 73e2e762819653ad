"""Binary records, against bits put together one by one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hwgen.simulation import records
from hwgen.simulation.job import AccessParameters, Parameters, Play
from hwgen.simulation.tests.stub_core import PORTS, random_samples
from software_ref.plan.ports import CorePorts


def _packed(*fields: tuple[int, int]) -> int:
    """Put (value, width) fields together from bit 0 up."""
    word = position = 0
    for value, width in fields:
        word |= (value & (1 << width) - 1) << position
        position += width
    return word


@pytest.mark.parametrize("width", [1, 9, 16, 32])
@pytest.mark.parametrize("beat_features", [1, 4, 7, 10])
def test_beats_carry_features_from_bit_0_up(
    width: int, beat_features: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_CHUNK_BITS", 1000)
    ports = replace(PORTS, feature_width=width, beat_features=beat_features)
    features = np.random.default_rng(width).integers(0, 1 << width, (9, 7))
    padded = np.pad(features, ((0, 0), (0, ports.beats * beat_features - 7)))
    wanted = [
        _packed(*((int(value), width) for value in beat)).to_bytes(-(-ports.beat_width // 8), "big")
        for beat in padded.reshape(-1, beat_features)
    ]
    chunks = list(records.feature_records(features, ports))
    assert b"".join(np.ascontiguousarray(chunk).tobytes() for chunk in chunks) == b"".join(wanted)


def test_a_sample_list_has_place_and_header() -> None:
    _, labels = random_samples(20, seed=1)
    play = Play(samples=[7, 0, 7], train=[True, False, True], rate_exponent=[15, 3, 0])
    found = records.sample_records(play, labels, PORTS)
    wanted = [
        place.to_bytes(4, "big")
        + _packed((int(labels[place]), 3), (train, 1), (exponent, 4)).to_bytes(4, "big")
        for place, train, exponent in [(7, True, 15), (0, False, 3), (7, True, 0)]
    ]
    assert found.tobytes() == b"".join(wanted)


def test_requests_are_packed_from_bit_0_up() -> None:
    access = AccessParameters(
        write=[True, False],
        junction=[0, 1],
        bias=[False, True],
        row=[6, 1],
        lane=[3, 2],
        data=[-2048, 5],
    )
    wanted = [
        _packed((1, 1), (0, 1), (0, 1), (6, 3), (3, 2), (-2048, 12)),
        _packed((0, 1), (1, 1), (1, 1), (1, 3), (2, 2), (5, 12)),
    ]
    found = records.access_records(access, PORTS).tobytes()
    assert found == b"".join(word.to_bytes(3, "big") for word in wanted)


def test_every_parameter_has_its_address() -> None:
    addresses = records.parameter_addresses(PORTS).tolist()
    weights = [[0, 0, edge // 4, edge % 4] for edge in range(28)]
    biases = [[0, 1, 0, 0], [0, 1, 0, 1], [0, 1, 1, 0], [0, 1, 1, 1]]
    assert addresses[:32] == weights + biases
    assert addresses[32:] == [[1, 0, edge // 3, edge % 3] for edge in range(12)] + [
        [1, 1, row, 0] for row in range(3)
    ]


def test_parameters_are_joined_and_split_again() -> None:
    values = np.arange(PORTS.parameters) - 20
    assert np.array_equal(
        records.join_parameters(records.split_parameters(values, PORTS), PORTS), values
    )
    message = (
        "parameters must have [28, 12] weights and [4, 3] biases per junction, not [28] and [4, 4]"
    )
    wrong = Parameters(weights=[np.zeros(28, int)], biases=[np.zeros(4, int), np.zeros(4, int)])
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        records.join_parameters(wrong, PORTS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"row": [8]}, "row of request must be 0 to 7, not 8 to 8"),
        ({"data": [2048]}, "data of request must be -2048 to 2047, not 2048 to 2048"),
        (
            {"lane": []},
            "request must have one entry of each field, not {'write': 1, 'junction': 1, "
            "'bias': 1, 'row': 1, 'lane': 0, 'data': 1}",
        ),
    ],
)
def test_impossible_requests_are_refused(change: dict[str, Any], message: str) -> None:
    fields = {name: [0] for name in ("write", "junction", "bias", "row", "lane", "data")}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        records.access_records(AccessParameters(**{**fields, **change}), PORTS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": [0, 20]}, "samples must be 0 to 19, not 0 to 20"),
        ({"rate_exponent": 16}, "rate_exponent of header must be 0 to 15, not 16 to 16"),
    ],
)
def test_impossible_samples_are_refused(change: dict[str, Any], message: str) -> None:
    _, labels = random_samples(20, seed=1)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        records.sample_records(Play(**{"samples": [0], **change}), labels, PORTS)


@pytest.mark.parametrize(
    ("features", "ports", "message"),
    [
        (np.full((2, 7), 512), PORTS, "features must be raws from 0 to 511, not 512 to 512"),
        (np.zeros((2, 8), int), PORTS, "features must have 7 columns, not 8"),
        (
            np.broadcast_to(np.int64(0), (1 << 30, 7)),
            PORTS,
            "features must pack into less than 2 GiB, not 1073741824 samples",
        ),
    ],
)
def test_impossible_features_are_refused(
    features: np.ndarray, ports: CorePorts, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        next(records.feature_records(features, ports))
