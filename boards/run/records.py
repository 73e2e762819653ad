"""What runs leave behind: the last predictions, and every epoch's accuracy; the host reads both."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.link.commands import (
    HISTORY_DEPTH,
    HISTORY_ENTRY,
    MAX_ANSWER,
    PREDICTION,
    PREDICTION_DEPTH,
    READ_RANGE,
    Command,
    Status,
)
from boards.link.dispatcher import CommandPort, Size
from boards.link.words import WordSender, split, take_fields
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
    recorded : In(1), epoch : In(32), train_right, tail_right, test_right : In
        An epoch's end.
    predictions, epochs : Out(32)
        Records made since reset.
    """

    def __init__(self, class_bits: int, count_bits: int):
        if class_bits > 15:
            raise ValueError(f"class_bits must be at most 15, not {class_bits}")
        self._class_bits = class_bits
        self._counts = ("train_right", "tail_right", "test_right")
        super().__init__(
            {
                "port": Out(CommandPort()),
                "predicted": In(1),
                "prediction": In(class_bits),
                "correct": In(1),
                "recorded": In(1),
                "epoch": In(32),
                **{name: In(count_bits) for name in self._counts},
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
        entry = Signal(32)
        padding = Const(0, 15 - self._class_bits)
        counts = [getattr(self, name) for name in self._counts]
        with m.If(self.predicted):
            m.d.sync += self.predictions.eq(self.predictions + 1)
        with m.If(self.recorded):
            m.d.sync += self.epochs.eq(self.epochs + 1)
        (prediction,) = memory(
            m,
            "prediction_records",
            depth=PREDICTION_DEPTH,
            width=self._class_bits + 1,
            reads=[entry],
            write=(self.predictions, Cat(self.prediction, self.correct), self.predicted),
            init=None,
            latency=LATENCY,
        )
        (epoch,) = memory(
            m,
            "epoch_records",
            depth=HISTORY_DEPTH,
            width=32 + len(Cat(counts)),
            reads=[entry],
            write=(self.epochs, Cat(self.epoch, counts), self.recorded),
            init=None,
            latency=LATENCY,
        )
        m.submodules.sender = sender = WordSender(HISTORY_ENTRY.size)
        m.submodules.short_sender = short = WordSender(PREDICTION.size)
        width = len(counts[0])
        words = Cat(
            epoch[:32],
            *(
                Cat(epoch[32 + k * width : 32 + (k + 1) * width], Const(0, 32 - width))
                for k in range(len(counts))
            ),
        )
        self._answer(m, sender, short, entry)
        m.d.comb += [
            sender.words.payload.eq(words),
            short.words.payload.eq(Cat(prediction[:-1], padding, prediction[-1])),
        ]
        return m

    def _answer(self, m: Module, sender: WordSender, short: WordSender, entry: Signal) -> None:
        port = self.port
        fields, complete = take_fields(m, port, READ_RANGE.size)
        first, count = split(fields, READ_RANGE)
        history = Signal()
        made, depth, most = Signal(32), Signal(16), Signal(16)
        m.d.comb += history.eq(port.code == Command.READ_HISTORY)
        m.d.sync += [
            made.eq(Mux(history, self.epochs, self.predictions)),
            depth.eq(Mux(history, HISTORY_DEPTH, PREDICTION_DEPTH)),
            most.eq(Mux(history, MAX_ANSWER // HISTORY_ENTRY.size, MAX_ANSWER // PREDICTION.size)),
        ]
        age, left = Signal(33), Signal(16)
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
                m.next = "CHECK"
            with m.State("CHECK"):
                # Entries first .. first + count - 1 are there where the first is `age` entries old.
                m.d.sync += [
                    port.done.eq(1),
                    port.status.eq(Status.OK),
                    port.answer_size.eq(
                        Mux(history, count * HISTORY_ENTRY.size, count * PREDICTION.size)
                    ),
                    entry.eq(first),
                    left.eq(count),
                    wait.eq(0),
                ]
                m.next = "READ"
                with m.If((count == 0) | (count > most) | age[32] | (age < count) | (age > depth)):
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
                    m.d.sync += [entry.eq(entry + 1), left.eq(left - 1), wait.eq(0)]
                    m.next = "READ"
                    with m.If(left == 1):
                        m.next = "IDLE"
