"""The commands that ask who the board is and what it is doing."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
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
from boards.link.words import WordSender

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
        m.submodules.sender = sender = WordSender(max(len(identity), len(state)) // 8)
        identify, started = Signal(), Signal()
        m.d.comb += [
            port.status.eq(Status.OK),
            port.answer_size.eq(Mux(identify, len(self._identity), len(state) // 8)),
            port.answer.valid.eq(sender.bytes.valid),
            port.answer.payload.eq(sender.bytes.payload),
            sender.bytes.ready.eq(port.answer.ready),
            sender.drop.eq(port.start),
            sender.words.valid.eq(started),
            sender.words.payload.eq(Mux(identify, identity, state)),
        ]
        m.d.sync += started.eq(port.start)
        with m.If(port.start):
            m.d.sync += [identify.eq(port.code == Command.IDENTIFY), port.done.eq(0)]
        with m.If(started):
            m.d.sync += port.done.eq(1)
        return m
