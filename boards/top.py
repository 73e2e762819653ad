"""The board's logic: core, sample store, run control, host link, display and buttons."""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.display import DIGITS, SEGMENTS

__all__ = ["BoardTop"]


class BoardTop(wiring.Component):
    """All that is between a board's pins, whatever the board.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    rx : In(1), tx : Out(1)
        The UART, idle high.
    run_button, pause_button, reset_button : In(1)
        High while pressed; from pins, neither synchronised nor debounced.
    leds : Out(design.leds)
        High for light.
    segments : Out(8), digits : Out(8)
        Seven-segment display, high for light: segments a to g and the point, digit 0 at the right.
        One digit is lit at a time.
    """

    def __init__(self, design: BoardDesign):
        self.design = design
        super().__init__(
            {
                "rx": In(1),
                "tx": Out(1, init=1),
                "run_button": In(1),
                "pause_button": In(1),
                "reset_button": In(1),
                "leds": Out(design.leds),
                "segments": Out(SEGMENTS),
                "digits": Out(DIGITS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        return m
