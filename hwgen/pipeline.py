"""Delays: values and step controls moved along beside the pipelines they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Module, Mux, Signal, Value

from hwgen.arithmetic import register
from software_ref.timing import MUX_INPUTS, mux_levels

__all__ = ["Timeline", "delayed", "held", "pipelined_mux"]


def delayed(m: Module, value: Value, clocks: int, name: str) -> Value:
    """Delay a value by a number of clocks in plain registers (which may become SRLs)."""
    for clock in range(1, clocks + 1):
        value = register(m, value, f"{name}_after{clock}")
    return value


class Timeline:
    """A start pulse and what belongs to its step, available at any number of clocks later.

    Parameters
    ----------
    m
        The module whose submodule `name` gets the registers.
    start
        Pulse of one clock, at least one step period apart from the next.
    payload
        Named values, valid in the clock of the pulse.
    name
        Name of the submodule. It has one of its own so that taps can be asked for anywhere, even
        between an If and its Elif.
    """

    def __init__(
        self,
        m: Module,
        start: Value,
        payload: Mapping[str, Value] | None = None,
        *,
        name: str = "timeline",
    ):
        self._m = Module()
        m.submodules[name] = self._m
        self._starts = [start]
        self._payloads = {name: [value] for name, value in (payload or {}).items()}

    def start(self, clock: int) -> Value:
        """The pulse `clock` clocks later."""
        while len(self._starts) <= clock:
            stage = Signal(name=f"start_after{len(self._starts)}")
            self._m.d.sync += stage.eq(self._starts[-1])
            self._starts.append(stage)
        return self._starts[clock]

    def payload(self, name: str, clock: int) -> Value:
        """A payload value beside `start(clock)`."""
        stages = self._payloads[name]
        while len(stages) <= clock:
            stages.append(register(self._m, stages[-1], f"{name}_after{len(stages)}"))
        return stages[clock]

    def held(self, name: str, clock: int) -> Value:
        """A payload value held from the clock after `start(clock)` to the next such start."""
        return held(
            self._m, self.start(clock), self.payload(name, clock), f"{name}_held_from{clock}"
        )


def held(m: Module, start: Value, value: Value, name: str) -> Signal:
    """Hold a value from the clock after `start` until the clock of the next one."""
    stage = Signal(value.shape(), name=name)
    with m.If(start):
        m.d.sync += stage.eq(value)
    return stage


def pipelined_mux(m: Module, inputs: list[Value], select: Value, name: str) -> Value:
    """Select one of the inputs, with a register after every level of MUX_INPUTS inputs.

    Latency: `mux_levels(len(inputs))` clocks. `select` must be below len(inputs).
    """
    bits = MUX_INPUTS.bit_length() - 1
    for level in range(mux_levels(len(inputs))):
        digit = select[:bits]
        inputs = [
            register(m, _mux(inputs[k : k + MUX_INPUTS], digit), f"{name}_mux{level}_{k}")
            for k in range(0, len(inputs), MUX_INPUTS)
        ]
        if len(inputs) > 1:
            select = register(m, select[bits:], f"{name}_select{level}")
    return inputs[0]


def _mux(inputs: list[Value], select: Value) -> Value:
    """A balanced tree of two-way multiplexers."""
    for position in range((len(inputs) - 1).bit_length()):
        inputs = [
            Mux(select[position], inputs[k + 1], inputs[k]) if k + 1 < len(inputs) else inputs[k]
            for k in range(0, len(inputs), 2)
        ]
    return inputs[0]
