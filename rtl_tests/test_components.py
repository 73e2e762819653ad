"""Components as exported Verilog against NumPy, bit for bit, on the clocks that they promise."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Module, Value, signed, unsigned

from hwgen.parts.arithmetic import register, rounded_shift, saturated
from hwgen.parts.multiplier import multiply
from hwgen.parts.pipeline import delayed
from hwgen.parts.rate import RateShift, subtracted
from hwgen.simulation.process import run_cocotb
from hwgen.testing.numerics import all_signed, overflows, rnd, sat
from hwgen.testing.shapes import network, shape
from hwgen.testing.simulation import Lanes, Port
from hwgen.testing.trials import (
    Trial,
    backprop_trial,
    crossbar_trial,
    feedforward_trial,
    interleaver_trial,
    lanes_trial,
    neuron_queue_trial,
    update_trial,
)
from rtl_tests import components_bench
from rtl_tests.side_by_side import build_side_by_side
from software_ref.connections.clash_free import generate_pattern
from software_ref.connections.options import ConnectionOptions
from software_ref.network import Network
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.timing import JunctionTiming

TOP = "components"
DEEP = PIPELINES["deep"]


def arithmetic_trial() -> Trial:
    """sat(rnd(a b, 4)) of every pair of 8-bit operands, with every kind of multiplier."""
    latency = DEEP.multiplier_latency(8, dsp=True)

    def build_lane(m: Module, lane: int, a: Value, b: Value) -> dict[str, Value]:
        outputs = {}
        for kind in ("dsp", "fabric"):
            for sign, operand in (("signed", b.as_signed()), ("unsigned", b)):
                name = f"{kind}_{sign}{lane}"
                product = multiply(
                    m,
                    a,
                    operand,
                    latency=latency,
                    dsp=kind == "dsp",
                    pipelining=DEEP,
                    name=name,
                )
                rounded = register(m, rounded_shift(product, 4), f"{name}_rounded")
                clipped, overflow = saturated(rounded, 8)
                outputs |= {f"{kind}_{sign}": clipped, f"{kind}_{sign}_overflow": overflow}
        return outputs

    a, b = (grid.ravel() for grid in np.meshgrid(all_signed(8), np.arange(256)))
    shapes, results = {}, {}
    for kind in ("dsp", "fabric"):
        for sign, operand in (("signed", np.where(b < 128, b, b - 256)), ("unsigned", b)):
            name = f"{kind}_{sign}"
            exact = rnd(a * operand, 4)
            shapes |= {name: signed(8), f"{name}_overflow": unsigned(1)}
            results |= {name: sat(exact, 8), f"{name}_overflow": overflows(exact, 8)}
    lanes = Lanes(32, {"a": signed(8), "b": unsigned(8)}, shapes, build_lane)
    return lanes_trial(lanes, {"a": a, "b": b}, latency + 1, results)


def rate_trial() -> Trial:
    """sat(w - rnd(x, 4 + k)) of every 12-bit x and every k."""
    levels = DEEP.mux_levels(8)

    def build_lane(m: Module, lane: int, x: Value, w: Value, k: Value) -> dict[str, Value]:
        name = f"shift{lane}"
        shift = RateShift(m, x, k, drop=4, largest=7, pipelining=DEEP, name=name)
        late = delayed(m, w, levels, f"w{lane}")
        value, overflow = subtracted(m, late, shift, 8, f"difference{lane}")
        return {"value": value, "overflow": overflow}

    x, k = (grid.ravel() for grid in np.meshgrid(all_signed(12), np.arange(8)))
    w = np.random.default_rng(1).choice([-128, -127, -1, 0, 1, 127], len(x))
    exact = w - np.stack([rnd(x, 4 + n) for n in range(8)])[k, np.arange(len(x))]
    lanes = Lanes(
        16,
        {"x": signed(12), "w": signed(8), "k": unsigned(3)},
        {"value": signed(8), "overflow": unsigned(1)},
        build_lane,
    )
    results = {"value": sat(exact, 8), "overflow": overflows(exact, 8)}
    return lanes_trial(lanes, {"x": x, "w": w, "k": k}, levels + 1, results)


def timing(net: Network, junction: int = 1) -> JunctionTiming:
    return JunctionTiming(network=net, junction=junction)


def all_trials() -> dict[str, Trial]:
    """Trials by name: each unit in shapes that straddle rows or lie at an edge."""
    sigmoid = network((10, 10, 3, 10), (10, 5, 2, 5), format=(1, 5))
    relu = network((12, 4, 2, 4), (4, 3, 3, 2), hidden="relu", relu_cap=0.75, format=(3, 6))
    patterns = {
        kind: generate_pattern(
            shape(numbers), ConnectionOptions(kind=kind, dither=kind == "free", seed=3)
        )
        for kind, numbers in (
            ("shared_seed", (12, 12, 2, 4)),
            ("seed_per_sweep", (10, 15, 6, 5)),
            ("free", (8, 12, 12, 4)),
        )
    }
    free = patterns["free"]
    one_word = network((6, 6, 1, 1), (6, 6, 3, 6), (6, 3, 1, 6), dither=True, format=(1, 5))
    straddling = network((15, 15, 1, 1), (15, 10, 2, 5), format=(1, 5))
    return {
        "arithmetic": arithmetic_trial(),
        "rate": rate_trial(),
        **{name: interleaver_trial(pattern, seed=1) for name, pattern in patterns.items()},
        "to_lanes": crossbar_trial(free, width=9, dither=True, to_lanes=True, seed=2),
        "to_memories": crossbar_trial(free, width=9, dither=True, to_lanes=False, seed=3),
        "feedforward": feedforward_trial(
            timing(sigmoid), dsp=DspBlocks(singles=3), seed=4, scale=0.3
        ),
        "feedforward_relu": feedforward_trial(timing(relu), dsp=DspBlocks(), seed=5, scale=0.3),
        "feedforward_last": feedforward_trial(timing(relu, 2), dsp=DspBlocks(), seed=6, scale=0.5),
        "backprop_one_word": backprop_trial(one_word, dsp=DspBlocks(singles=4), seed=7),
        "backprop": backprop_trial(straddling, dsp=DspBlocks(singles=1), seed=8),
        "update": update_trial(timing(sigmoid), dsp=DspBlocks(), seed=9),
        "update_replaced": update_trial(
            timing(relu), dsp=DspBlocks(pairs=1, singles=1), seed=10, replaced=0b0110
        ),
        "neuron_queue": neuron_queue_trial(
            RowLayout(shape((10, 10, 3, 10))),
            width=6,
            behind=2,
            slow=False,
            latency=2,
            seed=(11,),
        ),
    }


TRIALS = (
    "arithmetic",
    "rate",
    "shared_seed",
    "seed_per_sweep",
    "free",
    "to_lanes",
    "to_memories",
    "feedforward",
    "feedforward_relu",
    "feedforward_last",
    "backprop_one_word",
    "backprop",
    "update",
    "update_replaced",
    "neuron_queue",
)


def tables_of(trial: Trial) -> dict[str, Any]:
    """A trial's tables, as the bench takes them."""
    component = trial.component
    inputs = {
        name: [f"{word:x}" for word in Port(component, name).encode(table)]
        for name, table in trial.inputs.items()
    }
    expected = {}
    for name, wanted in trial.expected.items():
        port = Port(component, name)
        pairs = zip(port.encode(wanted.table), port.mask(wanted.known), strict=True)
        expected[name] = [[f"{word:x}", f"{mask:x}"] for word, mask in pairs]
    return {"inputs": inputs, "expected": expected}


@pytest.fixture(scope="module")
def mismatches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the bench found in each trial, all played at once on one model."""
    folder = tmp_path_factory.mktemp("components")
    trials = all_trials()
    tables = {name: tables_of(trial) for name, trial in trials.items()}
    (folder / components_bench.TRIALS).write_text(json.dumps(tables))
    components = {name: trial.component for name, trial in trials.items()}
    executable = build_side_by_side(components, TOP, folder)
    run_cocotb(
        executable,
        top=TOP,
        test_module="rtl_tests.components_bench",
        run_dir=folder,
        timeout=300,
    )
    found: dict[str, list[str]] = json.loads((folder / components_bench.MISMATCHES).read_text())
    return found


@pytest.mark.parametrize("name", TRIALS)
def test_the_verilog_shows_what_numpy_says(mismatches: dict[str, list[str]], name: str) -> None:
    assert mismatches[name] == []


def test_every_trial_was_played(mismatches: dict[str, list[str]]) -> None:
    assert tuple(mismatches) == TRIALS
