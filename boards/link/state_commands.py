"""The commands that ask who the board is and what it is doing."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import (
    HISTORY_DEPTH,
    IDENTITY,
    PREDICTION_DEPTH,
    PROTOCOL,
    STATE,
    Command,
    Status,
)
from boards.link.dispatcher import CommandPort, Size

__all__ = ["StateCommands"]

COUNTER_BYTES = 4


class StateCommands(wiring.Component):
    """Carries out IDENTIFY and STATUS; an answer shows all figures as they were in one clock.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    state : In
        The bits of STATE.
    saturations : In
        The core's saturation counters.
    """

    def __init__(self, design: BoardDesign):
        self._identity = IDENTITY.pack(
            PROTOCOL,
            design.identity,
            round(design.clock_hz / 1000),
            design.beats,
            design.samples,
            PREDICTION_DEPTH,
            HISTORY_DEPTH,
        )
        self._counters = 3 * len(design.core.schedule.timing)
        super().__init__(
            {
                "port": Out(CommandPort()),
                "state": In(8 * STATE.size),
                "saturations": In(8 * COUNTER_BYTES * self._counters),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        return {Command.IDENTIFY: Size(0, 0), Command.STATUS: Size(0, 0)}

    def elaborate(self, platform: object) -> Module:
        m = Module()
        port = self.port
        identity = Const(int.from_bytes(self._identity, "little"), 8 * len(self._identity))
        state: Value = Cat(self.state, self.saturations)
        answer = Signal(max(len(identity), len(state)), reset_less=True)
        m.d.comb += [
            port.status.eq(Status.OK),
            port.answer.valid.eq(1),
            port.answer.payload.eq(answer[:8]),
        ]
        with m.If(port.start):
            m.d.sync += port.done.eq(1)
            with m.If(port.code == Command.IDENTIFY):
                m.d.sync += [answer.eq(identity), port.answer_size.eq(len(self._identity))]
            with m.Else():
                m.d.sync += [answer.eq(state), port.answer_size.eq(len(state) // 8)]
        with m.Elif(port.answer.ready):
            m.d.sync += answer.eq(answer >> 8)
        return m
