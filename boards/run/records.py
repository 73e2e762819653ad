"""What runs leave behind: the last predictions, and every epoch's accuracy; the host reads both."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from boards.link.commands import Command, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.payloads import (
    HISTORY_DEPTH,
    HISTORY_ENTRY,
    MAX_ANSWER,
    PREDICTION,
    PREDICTION_DEPTH,
    READ_RANGE,
)
from boards.link.words import WordSender, take_fields
from hwgen.parts.layouts import layout_of, view_of
from hwgen.parts.memory import memory

__all__ = ["Records"]

LATENCY = 2
"""Clocks from an entry's number to the entry."""


class Records(wiring.Component):
    """Keeps records, and carries out READ_PREDICTIONS and READ_HISTORY.

    Parameters
    ----------
    class_bits
        Bits of a prediction.
    count_bits
        Bits of a number of samples.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    predicted, correct : In(1), prediction : In
        A prediction.
    recorded : In(1), entry : In(StructLayout)
        An epoch's end: the fields of HISTORY_ENTRY, as wide as they need to be.
    predictions, epochs : Out(32)
        Records made since reset.
    """

    def __init__(self, class_bits: int, count_bits: int):
        most = layout_of(PREDICTION)["prediction"].width
        if class_bits > most:
            raise ValueError(f"class_bits must be at most {most}, not {class_bits}")
        self._class_bits = class_bits
        # An entry as it is kept: the counts are no wider than they need to be.
        self._kept = data.StructLayout(
            {
                field.name: field.bits if field.name == "epoch" else count_bits
                for field in HISTORY_ENTRY.fields
            }
        )
        super().__init__(
            {
                "port": Out(CommandPort()),
                "predicted": In(1),
                "prediction": In(class_bits),
                "correct": In(1),
                "recorded": In(1),
                "entry": In(self._kept),
                "predictions": Out(32),
                "epochs": Out(32),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        size = Size(READ_RANGE.size, READ_RANGE.size)
        return {Command.READ_PREDICTIONS: size, Command.READ_HISTORY: size}

    def elaborate(self, platform: object) -> Module:
        m = Module()
        place = Signal(32)
        with m.If(self.predicted):
            m.d.sync += self.predictions.eq(self.predictions + 1)
        with m.If(self.recorded):
            m.d.sync += self.epochs.eq(self.epochs + 1)
        (prediction,) = memory(
            m,
            "prediction_records",
            depth=PREDICTION_DEPTH,
            width=self._class_bits + 1,
            reads=[place],
            write=(self.predictions, Cat(self.prediction, self.correct), self.predicted),
            init=None,
            latency=LATENCY,
        )
        (epoch,) = memory(
            m,
            "epoch_records",
            depth=HISTORY_DEPTH,
            width=self._kept.size,
            reads=[place],
            write=(self.epochs, self.entry.as_value(), self.recorded),
            init=None,
            latency=LATENCY,
        )
        m.submodules.sender = sender = WordSender(HISTORY_ENTRY.size)
        m.submodules.short_sender = short = WordSender(PREDICTION.size)
        self._answer(m, sender, short, place)
        verdict = view_of(PREDICTION, short.words.payload)
        record, answer = data.View(self._kept, epoch), view_of(HISTORY_ENTRY, sender.words.payload)
        m.d.comb += [
            *(answer[name].eq(record[name]) for name in self._kept.members),
            verdict.prediction.eq(prediction[:-1]),
            verdict.correct.eq(prediction[-1]),
        ]
        return m

    def _answer(self, m: Module, sender: WordSender, short: WordSender, place: Signal) -> None:
        port = self.port
        fields, complete = take_fields(m, port, READ_RANGE.size)
        entries = view_of(READ_RANGE, fields)
        first, count = entries.first, entries.count
        history = Signal()
        made, depth, most = Signal(32), Signal(16), Signal(16)
        m.d.comb += history.eq(port.code == Command.READ_HISTORY)
        m.d.sync += [
            made.eq(Mux(history, self.epochs, self.predictions)),
            depth.eq(Mux(history, HISTORY_DEPTH, PREDICTION_DEPTH)),
            most.eq(Mux(history, MAX_ANSWER // HISTORY_ENTRY.size, MAX_ANSWER // PREDICTION.size)),
        ]
        age, left = Signal(33), Signal(16)
        # Entries first .. first + count - 1 are there where the first is `age` entries old.
        none, too_many, to_come, gone = Signal(), Signal(), Signal(), Signal()
        m.d.sync += [
            none.eq(count == 0),
            too_many.eq(count > most),
            to_come.eq(age < count),
            gone.eq(age > depth),
        ]
        wait = Signal(range(LATENCY + 1))
        for unit in (sender, short):
            m.d.comb += unit.bytes.ready.eq(port.answer.ready)
        m.d.comb += [
            port.answer.valid.eq(sender.bytes.valid | short.bytes.valid),
            port.answer.payload.eq(
                Mux(history, sender.bytes.payload, short.bytes.payload),
            ),
        ]
        ready = Signal()
        m.d.comb += ready.eq(Mux(history, sender.words.ready, short.words.ready))
        with m.FSM():
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += port.done.eq(0)
                m.next = "FIELDS"
            with m.State("FIELDS"):
                m.d.comb += port.payload.ready.eq(~complete)
                with m.If(complete):
                    m.next = "AGE"
            with m.State("AGE"):
                m.d.sync += age.eq(made - first)
                m.next = "COMPARE"
            with m.State("COMPARE"):
                m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += [
                    port.done.eq(1),
                    port.status.eq(Status.OK),
                    port.answer_size.eq(
                        Mux(history, count * HISTORY_ENTRY.size, count * PREDICTION.size)
                    ),
                    place.eq(first),
                    left.eq(count),
                    wait.eq(0),
                ]
                m.next = "READ"
                with m.If(none | too_many | age[32] | to_come | gone):
                    m.d.sync += [port.status.eq(Status.OUT_OF_RANGE), port.answer_size.eq(0)]
                    m.next = "IDLE"
            with m.State("READ"):
                m.d.sync += wait.eq(wait + 1)
                with m.If(wait == LATENCY):
                    m.next = "SEND"
            with m.State("SEND"):
                m.d.comb += [
                    sender.words.valid.eq(history),
                    short.words.valid.eq(~history),
                ]
                with m.If(ready):
                    m.d.sync += [place.eq(place + 1), left.eq(left - 1), wait.eq(0)]
                    m.next = "READ"
                    with m.If(left == 1):
                        m.next = "IDLE"
