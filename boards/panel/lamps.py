"""The LEDs: running, paused, the core's work, the link's traffic, and a bar of the accuracy."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["Lamps"]

_GLOW_SECONDS = 0.05
"""How long a frame lights its LED."""
_BLINK_SECONDS = 0.2
"""How long a warning is lit, and how long it is not."""
_STATES = 4
"""LEDs before the bar."""


class Lamps(wiring.Component):
    """Drives the LEDs.

    Parameters
    ----------
    clock_hz
        Frequency of the `sync` domain.
    count
        LEDs, 4 or more.
    warns
        Whether there is something to warn of.

    Members
    -------
    running, paused, busy, traffic : In(1)
        What LEDs 0 to 3 show; `traffic` is a pulse.
    wrong : In(1)
        Where it warns: LED 1 blinks.
    per_mille : In(10)
        The accuracy. Of the n other LEDs, the lowest floor(n per_mille / 1000) are lit.
    leds : Out(count)
        High for light.
    """

    def __init__(self, clock_hz: float, count: int, *, warns: bool = False):
        self._glow = max(round(_GLOW_SECONDS * clock_hz), 1)
        self._blink = max(round(_BLINK_SECONDS * clock_hz), 1) if warns else None
        super().__init__(
            {
                "running": In(1),
                "paused": In(1),
                "busy": In(1),
                "traffic": In(1),
                "per_mille": In(10),
                "leds": Out(count),
                **({"wrong": In(1)} if warns else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        glow = Signal(range(self._glow + 1))
        with m.If(self.traffic):
            m.d.sync += glow.eq(self._glow)
        with m.Elif(glow != 0):
            m.d.sync += glow.eq(glow - 1)
        paused: Value = self.paused
        if self._blink is not None:
            blink, lit = Signal(range(self._blink)), Signal(init=1)
            m.d.sync += blink.eq(blink + 1)
            with m.If(blink == self._blink - 1):
                m.d.sync += [blink.eq(0), lit.eq(~lit)]
            paused = paused | (self.wrong & lit)
        states = (self.running, paused, self.busy, glow != 0)
        m.d.sync += [self.leds[k].eq(state) for k, state in enumerate(states)]
        bar = self.leds[_STATES:]
        for k in range(len(bar)):
            least = -(-1000 * (k + 1) // len(bar))
            m.d.sync += bar[k].eq(self.per_mille >= least)
        return m
