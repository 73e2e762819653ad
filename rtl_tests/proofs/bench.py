"""The bench that a proof is built on: free inputs, assumptions, checks, and a reset from any state.

     started = 0                       started = 1
|-- reset, from any state --|-- free inputs, assumptions hold, checks are made --->
"""

from __future__ import annotations

import re

from amaranth.back import rtlil
from amaranth.hdl import (
    Assert,
    Assume,
    ClockDomain,
    Const,
    Elaboratable,
    Module,
    ShapeLike,
    Signal,
    Value,
    ValueLike,
)

__all__ = ["STARTED", "Bench"]

STARTED = "proof_started"
"""The one register whose first value is known: low in the first clock, high from then on."""


class Bench:
    """Gathers what a proof says about the units in module `m`.

    Every register has any value in the first clock, in which the reset is high: so the proof holds
    after a reset from whatever the core did before, and no datapath register is taken to be zero.

    Parameters
    ----------
    lemmas
        Whether to claim the lemmas, too, that the induction needs beside the claims.

    Attributes
    ----------
    m : Module
        Add the units here.
    started : Signal
        Whether the reset is over.
    """

    def __init__(self, *, lemmas: bool = True) -> None:
        self.m = Module()
        self._lemmas = lemmas
        domain = ClockDomain("sync")
        self.m.domains.sync = domain
        self.started = Signal(name=STARTED, reset_less=True)
        self.m.d.sync += self.started.eq(1)
        self.m.d.comb += domain.rst.eq(~self.started)
        self._ports: list[Signal] = [domain.clk]

    def free(self, shape: ShapeLike, name: str) -> Signal:
        """An input with any value in every clock."""
        signal = Signal(shape, name=name)
        self._ports.append(signal)
        return signal

    def constant(self, shape: ShapeLike, name: str) -> Signal:
        """A value that is unknown, but the same in every clock."""
        signal = self.free(shape, name)
        self.assume(~self.started | (signal == self.past(signal)))
        return signal

    def assume(self, condition: ValueLike) -> None:
        """Look only at runs in which the condition holds in every clock."""
        self.m.d.comb += Assume(condition)

    def check(self, condition: ValueLike, name: str) -> None:
        """Claim that the condition holds in every clock after the reset."""
        claim = Signal(name=f"holds_{name}")
        self.m.d.comb += claim.eq(condition)
        with self.m.If(self.started):
            self.m.d.comb += Assert(claim)

    def lemma(self, condition: ValueLike, name: str) -> None:
        """Claim something of a unit's registers that makes the claims inductive.

        Left out where a counterexample is looked for: that must violate a claim about outputs.
        """
        if self._lemmas:
            self.check(condition, f"lemma_{name}")

    def past(self, value: ValueLike, clocks: int = 1, init: int | None = None) -> Value:
        """The value some clocks ago; with `init`, that instead after a reset."""
        value = Value.cast(value)
        name = value.name if isinstance(value, Signal) else "value"
        for clock in range(1, clocks + 1):
            stage = Signal(
                value.shape(),
                name=f"{name}_past{clock}",
                init=init or 0,
                reset_less=init is None,
            )
            self.m.d.sync += stage.eq(value)
            value = stage
        return value

    def flag_past(self, flag: ValueLike, clocks: int) -> Value:
        """A flag some clocks ago, low before the reset was over."""
        return self.past(Value.cast(flag) & self.started, clocks, init=0)

    def clocks_since(self, event: ValueLike, most: int, name: str) -> Signal:
        """Clocks since the event was last high, 0 beside it, held at `most`; first at `most`."""
        before = Signal(range(most + 1), name=f"{name}_before", init=most)
        now = Signal(range(most + 1), name=name)
        with self.m.If(event):
            self.m.d.comb += now.eq(0)
        with self.m.Elif(before != most):
            self.m.d.comb += now.eq(before + 1)
        with self.m.Else():
            self.m.d.comb += now.eq(most)
        self.m.d.sync += before.eq(now)
        return now

    def pulses(self, apart: int, name: str) -> Signal:
        """A free input that is high in single clocks, at least `apart` clocks from one another."""
        pulse = self.free(1, name)
        since = self.clocks_since(self.past(pulse & self.started, init=0), apart, f"{name}_since")
        # `since` is 0 one clock after a pulse.
        self.assume(~pulse | (since >= apart - 1))
        return pulse

    def rtlil(self) -> str:
        """The bench as RTLIL text, top module `proof`."""
        ports: list[Signal] = self._ports
        top: Elaboratable = self.m
        text = rtlil.convert(top, name="proof", ports=ports, emit_src=False)
        # A failed check is reported by the name of its cell, which Amaranth makes a number.
        return "\n\n".join(map(_named_check, text.split("\n\n")))


def _named_check(cell: str) -> str:
    found = re.search(r"\\A \\holds_(\w+)", cell)
    if found and "cell $check" in cell:
        return re.sub(r"cell \$check \S+", rf"cell $check \\check_{found[1]}", cell)
    return cell


def all_of(conditions: list[Value]) -> Value:
    """Whether all conditions hold."""
    held: Value = Const(1, 1)
    for condition in conditions:
        held = held & condition
    return held
