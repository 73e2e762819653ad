"""Delays: values and step controls moved along beside the pipelines they belong to."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Module, Mux, Signal, Value

from hwgen.arithmetic import register
from software_ref.pipelining import Pipelining

__all__ = ["Timeline", "copied", "delayed", "held", "held_copies", "pipelined_mux"]

_COPY = {"keep": "true"}
"""Keeps Yosys and Vivado from merging registers that hold the same."""


def delayed(m: Module, value: Value, clocks: int, name: str, *, reset_less: bool = True) -> Value:
    """Delay a value by a number of clocks in plain registers (which may become SRLs)."""
    for clock in range(1, clocks + 1):
        value = register(m, value, f"{name}_after{clock}", reset_less=reset_less)
    return value


def copied(
    m: Module, value: Value, count: int, name: str, *, reset_less: bool = True
) -> list[Signal]:
    """Register a value several times, each for a part of its readers.

    What all lanes of a wide junction read would otherwise be carried across the whole chip from one
    register. Pulses that must not come by chance at power-up are to be reset.
    """
    names = [f"{name}_copy{k}" for k in range(count)] if count > 1 else [name]
    attrs = _COPY if count > 1 else {}
    copies = [
        Signal(value.shape(), name=name, reset_less=reset_less, attrs=attrs) for name in names
    ]
    m.d.sync += [copy.eq(value) for copy in copies]
    return copies


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


def held_copies(m: Module, start: Value, value: Value, count: int, name: str) -> list[Signal]:
    """The same in several registers, as `copied` has them."""
    if count == 1:
        return [held(m, start, value, name)]
    copies = [Signal(value.shape(), name=f"{name}_copy{k}", attrs=_COPY) for k in range(count)]
    with m.If(start):
        m.d.sync += [copy.eq(value) for copy in copies]
    return copies


def pipelined_mux(
    m: Module, inputs: list[Value], select: Value, pipelining: Pipelining, name: str
) -> Value:
    """Select one of the inputs, with a register after every level of the pipelining's inputs.

    Latency: `pipelining.mux_levels(len(inputs))` clocks. `select` must be below len(inputs).
    """
    width = pipelining.mux_inputs
    bits = width.bit_length() - 1
    for level in range(pipelining.mux_levels(len(inputs))):
        digit = select[:bits]
        inputs = [
            register(m, _mux(inputs[k : k + width], digit), f"{name}_mux{level}_{k}")
            for k in range(0, len(inputs), width)
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
