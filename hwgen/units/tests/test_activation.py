"""Activation units by name; a new function is one class and one unit, registered from outside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from amaranth.hdl import Module, Mux, Value
from amaranth.lib import data
from amaranth.sim import SimulatorContext

from hwgen.core.design import CoreDesign
from hwgen.estimate.model import estimate_core
from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.testing.simulation import simulator
from hwgen.units import activation
from hwgen.units.activation import ActivationUnit
from software_ref import activation_functions
from software_ref.activation import Activation
from software_ref.activation_functions import ActivationFunction, Floats, Tables
from software_ref.connections.random_sparse import fully_connected
from software_ref.fixed_point import FixedFormat
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import GoldenTrainer, golden_trainer
from software_ref.manifest import manifest
from software_ref.mlp.model import MlpModel
from software_ref.mlp.options import MlpOptions
from software_ref.network import Network
from software_ref.network_file import read_network_file
from software_ref.plan.timing import JunctionTiming

SAMPLES, RATE = 12, 2
FILE = """
[network]
layers = [6, 4, 3]
out_degree = [2, 3]
parallelism = [3, 4]
[format]
integer = 3
fraction = 6
[activation]
hidden = "{}"
"""


@dataclass(frozen=True)
class HardSigmoid(ActivationFunction):
    """s / 4 + 1 / 2, clipped to 0 and 1: a function that the package knows nothing of."""

    name = "hard_sigmoid"
    tabulated = False

    def maximum(self, fmt: FixedFormat) -> int:
        return fmt.one

    def derivative_maximum(self, fmt: FixedFormat) -> int:
        return fmt.one // 4

    def tables(self, fmt: FixedFormat, low_bits: int) -> Tables:
        s = np.arange(fmt.min_raw, fmt.max_raw + 1, dtype=np.int64)
        values = np.clip(s // 4 + fmt.one // 2, 0, fmt.one) >> low_bits << low_bits
        return values, np.where(abs(s) < 2 * fmt.one, fmt.one // 4, 0)

    def value(self, sums: Floats) -> Floats:
        return np.clip(sums / 4 + 0.5, 0, 1)

    def derivative(self, sums: Floats, values: Floats) -> Floats:
        return np.where(abs(sums) < 2, 0.25, 0).astype(sums.dtype)

    def derivative_of(self, values: Floats) -> Floats:
        return np.where((values > 0) & (values < 1), 0.25, 0).astype(values.dtype)


class HardSigmoidUnit(ActivationUnit):
    """Two comparisons and an addition."""

    def cost(self) -> cost.Logic:
        bits = self.timing.widths.right_activation
        return cost.adder(3 * bits) * self.timing.layout.finishing

    def build(
        self, m: Module, linear: list[Value], values: data.View, derivatives: data.View | None
    ) -> None:
        one = self.timing.network.format.one
        for k, s in enumerate(linear):
            low, high = s <= -2 * one, s >= 2 * one
            a = Mux(low, 0, Mux(high, one, (s >> 2) + one // 2))
            m.d.comb += values[k].eq(register(m, a[self.low_bits :], f"value{k}"))
            if derivatives is not None:
                slope = register(m, Mux(low | high, 0, one // 4), f"derivative{k}")
                m.d.comb += derivatives[k].eq(slope)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(activation_functions.ACTIVATIONS, HardSigmoid.name, HardSigmoid)
    monkeypatch.setitem(activation.ACTIVATION_UNITS, HardSigmoid.name, HardSigmoidUnit)


@pytest.fixture
def design(registered: None, tmp_path: Path) -> CoreDesign:
    path = tmp_path / "hard.toml"
    path.write_text(FILE.format(HardSigmoid.name))
    return CoreDesign.from_file(read_network_file(path))


def samples(network: Network) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    features = rng.integers(0, network.format.one + 1, (SAMPLES, network.layers[0]))
    return features, rng.integers(0, network.competing, SAMPLES)


def trained_core(design: CoreDesign) -> tuple[list[int], list[list[int]], list[list[int]]]:
    """Predictions, weights and biases of the core itself after a sequence, clock by clock."""
    core, schedule = design.core, design.schedule
    features, labels = samples(design.network)
    beats = features.reshape(SAMPLES * schedule.beats, schedule.beat_features)
    predictions: list[int] = []
    weights: list[list[int]] = []
    biases: list[list[int]] = []

    async def tick(ctx: SimulatorContext) -> None:
        if ctx.get(core.predictions.valid):
            predictions.append(ctx.get(core.predictions.payload.prediction))
        await ctx.tick()

    async def read(ctx: SimulatorContext, junction: int, bias: int, row: int, lane: int) -> int:
        request = core.parameter_requests
        for name, value in (("junction", junction), ("bias", bias), ("row", row), ("lane", lane)):
            ctx.set(request.payload[name], value)
        ctx.set(request.valid, 1)
        while not ctx.get(request.ready):
            await tick(ctx)
        await tick(ctx)
        ctx.set(request.valid, 0)
        while not ctx.get(core.parameter_values.valid):
            await tick(ctx)
        value: int = ctx.get(core.parameter_values.payload.value)
        await tick(ctx)
        return value

    async def bench(ctx: SimulatorContext) -> None:
        ctx.set(core.predictions.ready, 1)
        ctx.set(core.parameter_values.ready, 1)
        payload = core.samples.payload
        ctx.set(payload.train, 1)
        ctx.set(payload.rate_exponent, RATE)
        ctx.set(core.samples.valid, 1)
        for number, beat in enumerate(beats):
            ctx.set(payload.label, int(labels[number // schedule.beats]))
            for k, feature in enumerate(beat):
                ctx.set(payload.features[k], int(feature))
            while not ctx.get(core.samples.ready):
                await tick(ctx)
            await tick(ctx)
        ctx.set(core.samples.valid, 0)
        ctx.set(core.drain, 1)
        await tick(ctx)
        while ctx.get(core.busy):
            await tick(ctx)
        ctx.set(core.drain, 0)
        for index, timing in enumerate(schedule.timing):
            shape = timing.shape
            places = [divmod(edge, shape.parallelism) for edge in range(shape.weights)]
            weights.append([await read(ctx, index, 0, *place) for place in places])
            places = [timing.layout.finish_place(neuron) for neuron in range(shape.right)]
            biases.append([await read(ctx, index, 1, *place) for place in places])

    simulation = simulator(core)
    simulation.add_testbench(bench)
    simulation.run()
    return predictions, weights, biases


def test_a_core_trains_with_a_function_registered_from_outside(design: CoreDesign) -> None:
    network, lags = design.network, design.schedule.lags
    features, labels = samples(network)
    golden = GoldenTrainer(network, design.parameters, lags)
    result = golden.run(features, labels, True, RATE)
    predictions, weights, biases = trained_core(design)
    assert predictions == result.predictions.tolist()
    assert weights == [each.tolist() for each in golden.parameters.weights]
    assert biases == [each.tolist() for each in golden.parameters.biases]
    assert golden.parameters.first_difference(design.parameters) is not None


def test_every_model_takes_it(design: CoreDesign) -> None:
    network, lags = design.network, design.schedule.lags
    features, labels = samples(network)
    golden = GoldenTrainer(network, design.parameters, lags)
    quick = golden_trainer(network, design.parameters, lags)
    runs = [each.run(features, labels, True, RATE) for each in (golden, quick)]
    assert runs[0].predictions.tolist() == runs[1].predictions.tolist()
    assert quick.parameters.first_difference(golden.parameters) is None
    inferred = golden.infer(features)
    one, trained = network.format.one, golden.parameters
    floating = FloatTrainer(
        network, [each / one for each in trained.weights], [each / one for each in trained.biases]
    )
    assert (floating.infer(features) == inferred).mean() > 0.7  # rounding decides few
    patterns = [fully_connected(6, 4), fully_connected(4, 3)]
    model = MlpModel(patterns, MlpOptions(hidden=HardSigmoid.name))
    hidden = model.forward(np.full((6, 1), 50.0, np.float32))[0]
    assert ((hidden >= 0) & (hidden <= 1)).all()


def test_it_is_planned_counted_and_told_like_any(design: CoreDesign) -> None:
    hidden, output = design.schedule.timing
    assert hidden.activated - hidden.linear == 1
    assert (hidden.widths.right_activation, hidden.widths.derivative) == (7, 5)
    document = manifest(design)
    assert document["network"]["hidden"] == HardSigmoid.name
    tables = [each["junction"] for each in document["memories"] if each["holds"] == "sigmoid"]
    assert tables == [output.junction]
    assert estimate_core(design.schedule, design.dsp).lut > 0


def test_a_table_of_its_own_is_stored_under_its_name(
    monkeypatch: pytest.MonkeyPatch, design: CoreDesign
) -> None:
    monkeypatch.setattr(HardSigmoid, "tabulated", True)
    monkeypatch.setitem(activation.ACTIVATION_UNITS, HardSigmoid.name, activation.TableUnit)
    tabulated = replace(design)
    holds = [each["holds"] for each in manifest(tabulated)["memories"]]
    assert [holds.count(name) for name in (HardSigmoid.name, "sigmoid")] == [1, 1]
    assert trained_core(tabulated) == trained_core(replace(design))


def test_a_function_without_a_unit_has_no_core(
    monkeypatch: pytest.MonkeyPatch, design: CoreDesign
) -> None:
    monkeypatch.delitem(activation.ACTIVATION_UNITS, HardSigmoid.name)
    timing = JunctionTiming(network=design.network, junction=1)
    message = (
        'activation hidden must have a hardware unit ("sigmoid", "relu"), not \'hard_sigmoid\''
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        activation.activation_unit(timing)


def test_a_signed_function_is_refused(monkeypatch: pytest.MonkeyPatch, registered: None) -> None:
    monkeypatch.setattr(HardSigmoid, "signed", True)
    message = "activation hard_sigmoid must not be signed: lanes take a of 0 and up"
    with pytest.raises(ValueError, match=f"^{message}$"):
        Network(
            layers=(4, 4, 4),
            out_degree=(2, 2),
            parallelism=(2, 2),
            activation=Activation(hidden=HardSigmoid.name),
        )
