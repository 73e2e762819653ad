"""A push button: synchronised, debounced, one pulse for each press."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

__all__ = ["BOUNCE_SECONDS", "Button"]

BOUNCE_SECONDS = 0.005
"""How long a contact must rest before it counts."""


class Button(wiring.Component):
    """Finds presses.

    Parameters
    ----------
    clocks
        Clocks that the pin must rest, 1 or more.
    level
        Whether there is `down`.

    Members
    -------
    pin : In(1)
        High while pressed; from the board.
    pressed : Out(1)
        Pulse, once for each press.
    down : Out(1)
        High while it is pressed.
    """

    def __init__(self, clocks: int, *, level: bool = False):
        self._clocks, self._level = clocks, level
        super().__init__({"pin": In(1), "pressed": Out(1), **({"down": Out(1)} if level else {})})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pin, state = Signal(), Signal()
        m.submodules.synchroniser = FFSynchronizer(self.pin, pin)
        rest = Signal(range(self._clocks), init=self._clocks - 1)
        if self._level:
            m.d.comb += self.down.eq(state)
        m.d.sync += self.pressed.eq(0)
        with m.If(pin == state):
            m.d.sync += rest.eq(self._clocks - 1)
        with m.Elif(rest != 0):
            m.d.sync += rest.eq(rest - 1)
        with m.Else():
            m.d.sync += [state.eq(pin), self.pressed.eq(pin)]
        return m
