"""Delays, timelines and pipelined multiplexers, clock by clock."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from amaranth.hdl import Fragment, Module, Signal, Value, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.pipeline import Timeline, delayed, pipelined_mux
from hwgen.testing.simulation import Lanes, play, pulses, sweep
from software_ref.plan.pipelining import PIPELINES


@pytest.mark.parametrize("clocks", [0, 1, 2, 5])
def test_delayed_moves_a_value_by_its_clocks(clocks: int) -> None:
    def build(m: Module, lane: int, value: Value) -> dict[str, Value]:
        return {"later": delayed(m, value, clocks, f"value{lane}")}

    values = np.random.default_rng(clocks).integers(0, 64, 50)
    lanes = Lanes(2, {"value": 6}, {"later": 6}, build)
    np.testing.assert_array_equal(sweep(lanes, {"value": values}, clocks)["later"], values)


class Steps(wiring.Component):
    """Taps of a timeline, asked for out of order."""

    TAPS = (5, 0, 3)

    def __init__(self) -> None:
        taps: dict[str, Out] = {}
        for tap in self.TAPS:
            taps |= {f"start{tap}": Out(1), f"payload{tap}": Out(4), f"held{tap}": Out(4)}
        super().__init__({"start": In(1), "payload": In(4), **taps})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timeline = Timeline(m, self.start, {"number": self.payload})
        for tap in self.TAPS:
            m.d.comb += [
                getattr(self, f"start{tap}").eq(timeline.start(tap)),
                getattr(self, f"payload{tap}").eq(timeline.payload("number", tap)),
                getattr(self, f"held{tap}").eq(timeline.held("number", tap)),
            ]
        return m


def test_a_timeline_moves_pulse_and_payload_together_and_holds_the_payload() -> None:
    clocks = 40
    starts = [1, 2, 3, 6, 13, 14, 20]
    payload = np.random.default_rng(0).integers(0, 16, clocks)
    steps = Steps()
    inputs = {"start": pulses(clocks, starts), "payload": payload}
    shown = play(steps, inputs, [n for n in steps.signature.members if n not in inputs])
    for tap in Steps.TAPS:
        held = 0
        for clock in range(tap, clocks):
            begun = clock - tap in starts
            assert shown[f"start{tap}"][clock] == begun
            assert shown[f"held{tap}"][clock] == held
            assert shown[f"payload{tap}"][clock] == payload[clock - tap]
            if begun:
                held = payload[clock - tap]


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize("inputs", [1, 2, 3, 7, 8, 9, 16, 20, 64, 65])
def test_a_pipelined_mux_selects_every_input_after_its_levels(inputs: int, pipeline: str) -> None:
    pipelining = PIPELINES[pipeline]
    rng = np.random.default_rng(inputs)

    def build(m: Module, lane: int, select: Value, **values: Value) -> dict[str, Value]:
        chosen = [values[f"in{k}"] for k in range(inputs)]
        return {"output": pipelined_mux(m, chosen, select, pipelining, f"mux{lane}")}

    count = 3 * inputs
    select = rng.permutation(np.arange(count) % inputs)
    columns = {f"in{k}": rng.integers(0, 256, count) for k in range(inputs)}
    ports = {name: unsigned(8) for name in columns}
    lanes = Lanes(1, {"select": max((inputs - 1).bit_length(), 1), **ports}, {"output": 8}, build)
    levels = pipelining.mux_levels(inputs)
    wanted = {1: 0, 2: 1, 3: 1, 7: 1, 8: 1, 9: 2, 16: 2, 20: 2, 64: 2, 65: 3}[inputs]
    if pipeline == "shallow":  # 64 inputs a level
        wanted = (inputs > 1) + (inputs > 64)
    assert levels == wanted
    outputs = sweep(lanes, {"select": select, **columns}, levels)["output"]
    expected = [columns[f"in{k}"][clock] for clock, k in enumerate(select)]
    assert outputs.tolist() == expected


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (
            lambda steps: steps.start(-1),
            "tap start of steps must be at clock 0 or later, not at -1",
        ),
        (
            lambda steps: steps.payload("number", -2),
            "tap number of steps must be at clock 0 or later, not at -2",
        ),
        (
            lambda steps: steps.held("number", -1),
            "tap start of steps must be at clock 0 or later, not at -1",
        ),
        (
            lambda steps: steps.payload("label", 3),
            "payload of steps must be one it has (number), not 'label'",
        ),
    ],
)
def test_a_tap_that_cannot_be_is_refused_by_its_name(
    ask: Callable[[Timeline], Value], message: str
) -> None:
    m = Module()
    steps = Timeline(m, Signal(), {"number": Signal(4)}, name="steps")
    steps.start(5)  # a last tap that a negative clock would take
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ask(steps)
    Fragment.get(m, None)


def test_a_value_is_not_delayed_by_less_than_nothing() -> None:
    message = "delay of weight must be at least 0 clocks, not -1"
    m = Module()
    with pytest.raises(ValueError, match=f"^{message}$"):
        delayed(m, Signal(), -1, "weight")
    Fragment.get(m, None)
