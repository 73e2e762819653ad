"""The commands that ask who the board is and what it is doing."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.payloads import (
    COUNTER,
    HISTORY_DEPTH,
    IDENTITY,
    PREDICTION_DEPTH,
    PROTOCOL,
    READ_ONLY,
    STATE,
)
from boards.link.words import WordSender
from hwgen.parts.layouts import constant, layout_of

__all__ = ["StateCommands"]


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
    state : In(layout_of(STATE))
        What the board is doing.
    saturations : In(ArrayLayout(layout_of(COUNTER), 3 L))
        The core's saturation counters.
    """

    def __init__(self, design: BoardDesign):
        identity = constant(
            IDENTITY,
            protocol=PROTOCOL,
            identity=int.from_bytes(design.identity, "little"),
            clock_khz=round(design.clock_hz / 1000),
            words=design.store.words,
            word_bits=design.word_bits or 0,
            samples=design.store.samples,
            prediction_depth=PREDICTION_DEPTH,
            history_depth=HISTORY_DEPTH,
        )
        if design.read_only:
            places = constant(READ_ONLY, places=design.store.order.entries)
            identity = Cat(identity, places)
        self._identity = identity
        counters = data.ArrayLayout(layout_of(COUNTER), design.core.ports.counters)
        super().__init__(
            {
                "port": Out(CommandPort()),
                "state": In(layout_of(STATE)),
                "saturations": In(counters),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        return {Command.IDENTIFY: Size(0, 0), Command.STATUS: Size(0, 0)}

    def elaborate(self, platform: object) -> Module:
        m = Module()
        port = self.port
        identity = self._identity
        state: Value = Cat(self.state, self.saturations)
        m.submodules.sender = sender = WordSender(max(len(identity), len(state)) // 8)
        identify, started = Signal(), Signal()
        m.d.comb += [
            port.status.eq(Status.OK),
            port.answer_size.eq(Mux(identify, len(identity) // 8, len(state) // 8)),
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
