"""cocotb tests of the core: it trains like the golden model, whose numbers are in vectors.npz."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge
from streams import Gaps, Sink, Source, pack, unpack, until

HERE = Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "bench.json").read_text(encoding="utf-8"))
MANIFEST = json.loads((HERE / SETTINGS["manifest"]).read_text(encoding="utf-8"))
PORTS = MANIFEST["ports"]
STREAMS = PORTS["streams"]
JUNCTIONS = len(MANIFEST["network"]["out_degree"])
HAS_PARAMETERS = "parameter_requests" in STREAMS
with np.load(HERE / "vectors.npz") as arrays:
    VECTORS = dict(arrays)
SAMPLES = len(VECTORS["labels"])

Place = tuple[int, int, int, int]
"""Junction, kind, row and lane of a parameter."""
WEIGHT, BIAS, ADDRESS = range(3)
"""Kinds of parameters."""


class Core:
    """The core with a driver at each stream."""

    def __init__(self, dut: Any):
        self.dut = dut
        self.clock = getattr(dut, PORTS["clock"]["name"])
        self.samples = Source(dut, STREAMS["samples"], self.clock)
        self.predictions = Sink(dut, STREAMS["predictions"], self.clock)
        self.drivers: list[Source | Sink] = [self.samples, self.predictions]
        if HAS_PARAMETERS:
            self.requests = Source(dut, STREAMS["parameter_requests"], self.clock)
            self.answers = Sink(dut, STREAMS["parameter_values"], self.clock)
            self.drivers += [self.requests, self.answers]

    async def start(self, stalls: float = 0.0) -> None:
        """Start the clock, reset, and start the drivers, with gaps of that probability."""
        # Low first: the first rising edge must come after time 0, which sets initial values.
        Clock(self.clock, 10, "ns").start(start_high=False)
        reset = getattr(self.dut, PORTS["reset"]["name"])
        reset.value = 1
        self.dut.drain.value = 0
        await RisingEdge(self.clock)
        reset.value = 0
        for number, driver in enumerate(self.drivers, start=1):
            driver.gaps = Gaps(stalls, seed=number)
            cocotb.start_soon(driver.run())

    async def play(self) -> list[dict[str, int]]:
        """Offer all samples, drain, and return the predictions."""
        self.samples.words.extend(_beats())
        beats = SAMPLES * PORTS["beats"]
        await self._until(lambda: self.samples.taken == beats, "samples", beats)
        self.dut.drain.value = 1
        for _ in range(4):  # `busy` may follow the last beat by some clocks
            await RisingEdge(self.clock)
        await self._until(
            lambda: len(self.predictions.words) == SAMPLES and not self.dut.busy.value,
            "predictions",
            SAMPLES,
        )
        self.dut.drain.value = 0
        await RisingEdge(self.clock)
        fields = STREAMS["predictions"]["fields"]
        return [unpack(fields, word) for word in self.predictions.words]

    async def access(
        self, places: Sequence[Place], values: Sequence[int] | None = None
    ) -> list[dict[str, int]]:
        """Read parameters, or write values to them, and return the answers."""
        fields, write = STREAMS["parameter_requests"]["fields"], values is not None
        begin = len(self.answers.words)
        for place, value in zip(
            places, [0] * len(places) if values is None else values, strict=True
        ):
            junction, kind, row, lane = place
            at = {"junction": junction, "bias": kind == BIAS, "row": row, "lane": lane}
            at["address"] = kind == ADDRESS  # a field where connections can move
            self.requests.words.append(pack(fields, write=write, data=int(value), **at))
        end = begin + len(places)
        await self._until(lambda: len(self.answers.words) == end, "answers", len(places))
        fields = STREAMS["parameter_values"]["fields"]
        return [unpack(fields, word) for word in self.answers.words[begin:]]

    def saturations(self) -> list[int]:
        """The counters, in the manifest's order."""
        word = int(self.dut.saturations.value)
        counters = PORTS["saturations"]
        return [unpack({"count": each["bits"]}, word)["count"] for each in counters]

    async def _until(self, condition: Any, what: str, count: int) -> None:
        schedule = MANIFEST["schedule"]
        steps = count + schedule["result_steps"] + max(schedule["lags"]) + JUNCTIONS
        clocks = schedule["period"] + PORTS["beats"]
        if HAS_PARAMETERS:
            clocks += MANIFEST["parameters"]["answer_clocks"]
        await until(condition, self.clock, what, 1000 + 20 * steps * clocks)


def _beats() -> Iterator[int]:
    """All samples as payloads; a header counts in a sample's first beat alone."""
    fields, per_beat = STREAMS["samples"]["fields"], PORTS["beat_features"]
    for number, features in enumerate(VECTORS["features"].tolist()):
        header = {
            "label": int(VECTORS["labels"][number]),
            "train": int(VECTORS["train"][number]),
            "rate_exponent": int(VECTORS["rate_exponents"][number]),
        }
        for first in range(0, len(features), per_beat):
            part = features[first : first + per_beat]
            word = sum(raw << place * PORTS["feature_bits"] for place, raw in enumerate(part))
            yield pack(fields, features=word, **header)


def _places() -> list[Place]:
    """Every parameter, by junction: weights, biases, addresses where they can be written."""
    places: list[Place] = []
    for number, junction in enumerate(MANIFEST["parameters"]["junctions"]):
        lanes = junction["weights"]["lanes"]
        edges = range(junction["weights"]["count"])
        places += [(number, WEIGHT, *divmod(edge, lanes)) for edge in edges]
        rows_and_lanes = zip(junction["biases"]["rows"], junction["biases"]["lanes"], strict=True)
        places += [(number, BIAS, row, lane) for row, lane in rows_and_lanes]
        if "addresses" in junction:
            rows, lanes = (range(junction["addresses"][name]) for name in ("rows", "lanes"))
            places += [(number, ADDRESS, row, lane) for row, lane in product(rows, lanes)]
    return places


def _parameters(prefix: str = "") -> list[int]:
    """Golden values of the parameters, in the order of `_places`."""
    values: list[int] = []
    for number in range(1, JUNCTIONS + 1):
        for kind in ("weights", "biases"):
            values += VECTORS[f"{prefix}{kind}_{number}"].tolist()
        if f"addresses_{number}" in VECTORS:  # they stay
            values += VECTORS[f"addresses_{number}"].tolist()
    return values


def _compare(what: str, found: Sequence[Any], wanted: Sequence[Any]) -> None:
    """Say where two lists differ first."""
    assert len(found) == len(wanted), f"{len(found)} {what}, must be {len(wanted)}"
    for number, (one, other) in enumerate(zip(found, wanted, strict=True)):
        assert one == other, f"{what} {number}: {one}, must be {other}"


async def _train(core: Core) -> None:
    """From the initial parameters: samples, drain, counters, parameters."""
    if HAS_PARAMETERS:
        initial = _parameters("initial_")
        answers = await core.access(_places(), initial)
        assert not any(answer["error"] for answer in answers)
    predictions = await core.play()
    tags = 1 << STREAMS["predictions"]["fields"]["tag"][1]
    labels = VECTORS["labels"].tolist()
    wanted = [
        {"tag": number % tags, "prediction": prediction, "correct": int(prediction == label)}
        for number, (prediction, label) in enumerate(
            zip(VECTORS["predictions"].tolist(), labels, strict=True)
        )
    ]
    _compare("prediction", predictions, wanted)
    _compare("counter", core.saturations(), VECTORS["saturations"].reshape(-1).tolist())
    if HAS_PARAMETERS:
        answers = await core.access(_places())
        right = [{"value": value, "error": 0} for value in _parameters()]
        _compare("parameter", answers, right)


@cocotb.test()
async def trains_like_the_golden_model_at_full_rate(dut: Any) -> None:
    """No gaps in any stream."""
    core = Core(dut)
    await core.start()
    await _train(core)


@cocotb.test()
async def gaps_in_the_streams_change_nothing(dut: Any) -> None:
    """The same with random gaps in all streams."""
    core = Core(dut)
    await core.start(stalls=0.2)
    await _train(core)


@cocotb.test(skip=not HAS_PARAMETERS)
async def places_without_a_parameter_are_refused(dut: Any) -> None:
    """Writes to them are answered with an error, and change nothing."""
    core = Core(dut)
    await core.start()
    places = _places()
    before = await core.access(places)
    fields = STREAMS["parameter_requests"]["fields"]
    junctions, rows, lanes = (1 << fields[name][1] for name in ("junction", "row", "lane"))
    limits = [junctions, 3 if "address" in fields else 2, rows, lanes]
    ends = [sorted({0, limit // 2, limit - 1}) for limit in limits]
    outside = sorted(set(product(*ends)) - set(places))
    answers = await core.access(outside, [-1] * len(outside))
    assert answers == [{"value": 0, "error": 1}] * len(outside)
    assert await core.access(places) == before
