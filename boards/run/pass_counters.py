"""What is counted about a pass over samples: taken, predicted, right, and the clocks it took."""

from __future__ import annotations

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.link.payloads import TAIL

__all__ = ["PassCounters"]


class PassCounters(wiring.Component):
    """Counts.

    Parameters
    ----------
    bits
        Bits of a number of samples.

    Members
    -------
    begin : In(1), count : In
        A pass begins; its number of samples, from the clock after that.
    taken, prediction, correct : In(1)
        The core took a sample; a prediction came, and was right.
    samples : Out
        Samples of the pass taken.
    clocks : Out(32), timed : Out
        Clocks from the first sample to the last of the last pass with any, and their number.
    right, tail_right : Out
        Its correct predictions, and those of its last TAIL samples.
    complete : Out(1), all_predictions : Out(32)
        Every sample ever taken has its prediction, or had it in the clock before; predictions
        since reset.
    """

    def __init__(self, bits: int):
        self._bits = bits
        super().__init__(
            {
                "begin": In(1),
                "count": In(bits),
                "taken": In(1),
                "prediction": In(1),
                "correct": In(1),
                "samples": Out(bits),
                "clocks": Out(32),
                "timed": Out(bits),
                "right": Out(bits),
                "tail_right": Out(bits),
                "complete": Out(1),
                "all_predictions": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        since_first, predicted = Signal(32), Signal(self._bits)
        flying = Signal(self._bits)  # taken, and not predicted yet
        m.d.sync += [
            flying.eq(flying + self.taken - self.prediction),
            since_first.eq(since_first + 1),
        ]
        m.d.sync += self.complete.eq(flying == 0)
        # The last TAIL predictions of a pass follow so many others, known long before they come.
        others = Signal(signed(max(self._bits, TAIL.bit_length()) + 1))
        m.d.sync += others.eq(self.count - TAIL)
        with m.If(self.taken):
            m.d.sync += [self.samples.eq(self.samples + 1), self.timed.eq(self.samples + 1)]
            with m.If(self.samples == 0):
                m.d.sync += [since_first.eq(1), self.clocks.eq(0)]
            with m.Else():
                m.d.sync += self.clocks.eq(since_first)
        with m.If(self.prediction):
            m.d.sync += [
                self.all_predictions.eq(self.all_predictions + 1),
                predicted.eq(predicted + 1),
                self.right.eq(self.right + self.correct),
            ]
            with m.If(predicted >= others):
                m.d.sync += self.tail_right.eq(self.tail_right + self.correct)
        with m.If(self.begin):
            m.d.sync += [
                signal.eq(0) for signal in (self.samples, predicted, self.right, self.tail_right)
            ]
        return m
