"""Golden vectors as the words of the core's ports, packed by what its manifest says alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

from hwgen.bench.vectors import GoldenVectors

__all__ = ["PortWords", "port_words"]

Manifest = Mapping[str, Any]
Place = tuple[int, int, int, int]
WEIGHT, BIAS, ADDRESS = range(3)
"""Kinds of parameters."""
REFUSED = 8
"""Places without a parameter that are tried, at most."""


@dataclass(frozen=True, kw_only=True)
class PortWords:
    """Payloads in their order."""

    beats: tuple[int, ...]
    """Of `samples`."""
    predictions: tuple[int, ...]
    """Of `predictions`, one for each sample."""
    requests: tuple[int, ...]
    """Of `parameter_requests`: writes that must be refused, then a read of every parameter."""
    answers: tuple[int, ...]
    """Of `parameter_values`, one for each request."""
    saturations: int
    """Of the port of that name, after the drain."""


def port_words(manifest: Manifest, vectors: GoldenVectors) -> PortWords:
    """Pack vectors for a core; one without a parameter port gets no requests."""
    ports = manifest["ports"]
    streams = ports["streams"]
    requests, answers = [], []
    if "parameter_requests" in streams:
        request, value = (streams[f"parameter_{name}"]["fields"] for name in ("requests", "values"))
        places = list(_places(manifest))
        for place in _free_places(manifest, set(places)):
            at = _address(place)
            requests.append(_packed(request, write=1, data=-1, **at))
            answers.append(_packed(value, value=0, error=1))
        for place, raw in zip(places, _parameters(vectors), strict=True):
            at = _address(place)
            requests.append(_packed(request, write=0, data=0, **at))
            answers.append(_packed(value, value=raw, error=0))
    return PortWords(
        beats=tuple(_beats(ports, vectors)),
        predictions=tuple(_predictions(streams["predictions"]["fields"], vectors)),
        requests=tuple(requests),
        answers=tuple(answers),
        saturations=sum(
            int(count) << counter["bits"][0]
            for counter, count in zip(
                ports["saturations"], vectors.saturations.reshape(-1), strict=True
            )
        ),
    )


def _address(place: Place) -> dict[str, int]:
    """The fields of a request for a place."""
    junction, kind, row, lane = place
    return {
        "junction": junction,
        "bias": int(kind == BIAS),
        "address": int(kind == ADDRESS),
        "row": row,
        "lane": lane,
    }


def _packed(fields: Mapping[str, Sequence[int]], **values: int) -> int:
    """A payload of all its fields; each is [lowest bit, bits, signed]."""
    word = 0
    for name, (lowest, bits, _) in fields.items():
        word |= (values[name] & (1 << bits) - 1) << lowest
    return word


def _beats(ports: Manifest, vectors: GoldenVectors) -> Iterator[int]:
    fields, width = ports["streams"]["samples"]["fields"], ports["feature_bits"]
    per_beat = ports["beat_features"]
    headers = zip(vectors.labels, vectors.train, vectors.rate_exponents, strict=True)
    for features, (label, train, rate) in zip(vectors.features.tolist(), headers, strict=True):
        for beat in range(ports["beats"]):
            part = features[beat * per_beat : (beat + 1) * per_beat]
            first = beat == 0  # whose header alone counts
            yield _packed(
                fields,
                features=sum(raw << place * width for place, raw in enumerate(part)),
                label=int(label) if first else -1,
                train=int(train) if first else -1,
                rate_exponent=int(rate) if first else -1,
            )


def _predictions(fields: Manifest, vectors: GoldenVectors) -> Iterator[int]:
    pairs = zip(vectors.predictions.tolist(), vectors.labels.tolist(), strict=True)
    for tag, (prediction, label) in enumerate(pairs):
        yield _packed(fields, tag=tag, prediction=prediction, correct=int(prediction == label))


def _places(manifest: Manifest) -> Iterator[Place]:
    """Junction, kind, row and lane of every parameter: by junction, weights, biases, addresses."""
    for number, junction in enumerate(manifest["parameters"]["junctions"]):
        weights, biases = junction["weights"], junction["biases"]
        for edge in range(weights["count"]):
            yield number, WEIGHT, edge // weights["lanes"], edge % weights["lanes"]
        for row, lane in zip(biases["rows"], biases["lanes"], strict=True):
            yield number, BIAS, row, lane
        addresses = junction.get("addresses", {"rows": 0, "lanes": 0})
        for row, lane in product(range(addresses["rows"]), range(addresses["lanes"])):
            yield number, ADDRESS, row, lane


def _free_places(manifest: Manifest, taken: set[Place]) -> list[Place]:
    """Some places at which no parameter lies: the first and the last that the fields can name."""
    fields = manifest["ports"]["streams"]["parameter_requests"]["fields"]
    junctions, row_limit, lane_limit = (
        1 << fields[name][1] for name in ("junction", "row", "lane")
    )
    kinds = [WEIGHT, BIAS, *([ADDRESS] if "address" in fields else [])]
    found = []
    for junction, kind in product(range(junctions), kinds):
        rows = [row for j, k, row, _ in taken if (j, k) == (junction, kind)]
        lanes = [lane for j, k, _, lane in taken if (j, k) == (junction, kind)]
        for row, lane in (
            (max(rows, default=-1) + 1, 0),
            (0, max(lanes, default=-1) + 1),
            (row_limit - 1, lane_limit - 1),
        ):
            place = (junction, kind, row, lane)
            if row < row_limit and lane < lane_limit and place not in taken:
                found.append(place)
    return found[:REFUSED]


def _parameters(vectors: GoldenVectors) -> list[int]:
    final, addresses = vectors.final, vectors.addresses
    parts = zip(final.weights, final.biases, addresses, strict=True)
    return [int(raw) for raw in chain.from_iterable(chain.from_iterable(parts))]
