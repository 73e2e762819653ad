"""The prediction unit: the lowest index among the largest competing outputs; is it right?

row's slots --> register --> tournament tree (registered) --> running best --> after the last row
"""

from __future__ import annotations

from dataclasses import dataclass

from amaranth.hdl import Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import Timeline, delayed
from hwgen.parts.scan import NeuronCount, row_counter
from software_ref.plan.timing import SCAN_LEAD, TAKE, JunctionTiming

__all__ = ["PredictionUnit"]


@dataclass(frozen=True)
class _Candidate:
    competes: Value
    value: Value
    neuron: Value


class PredictionUnit(wiring.Component):
    """Finds the prediction while the output neurons finish.

    Parameters
    ----------
    timing
        Latencies and sizes of the last junction.
    classes
        Outputs that compete.

    Members
    -------
    start, feed : In(1), label : In
        Pulse SCAN_LEAD clocks before row 0's values; whether the step has a sample, and its label.
    values : In(ArrayLayout(unsigned, F))
        a_L of the row's finishing neurons.
    done, correct : Out(1), prediction : Out
        Pulse with the result, `latency` clocks after the last row's values.

    References
    ----------
    docs/numerics.md, "Prediction".
    """

    def __init__(self, timing: JunctionTiming, classes: int):
        self.timing = timing
        self._classes = classes
        self.latency = timing.predicted - timing.activated
        labels = range(max(timing.shape.right, 2))
        values = data.ArrayLayout(unsigned(timing.widths.right_activation), timing.layout.finishing)
        super().__init__(
            {
                "start": In(1),
                "feed": In(1),
                "label": In(labels),
                "values": In(values),
                "done": Out(1),
                "prediction": Out(labels),
                "correct": Out(1),
            }
        )

    @staticmethod
    def cost(timing: JunctionTiming) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        slots = timing.layout.finishing
        candidate = timing.widths.right_activation + bits_for(timing.shape.right - 1) + 1
        compare = timing.widths.right_activation // 2 + candidate
        return {
            "rounds": cost.Logic(lut=compare, ff=candidate) * (slots - 1),
            "best": cost.Logic(lut=compare, ff=candidate),
            "label": cost.registers(bits_for(timing.shape.right - 1) * 4),
            "own": cost.ONE * (bits_for(timing.shape.rows - 1) + 6),
            "present": cost.ONE * slots,
            "taken": cost.registers(slots * timing.widths.right_activation),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        timing = self.timing
        timeline = Timeline(m, self.start, {"feed": self.feed, "label": self.label})
        count = NeuronCount(m, timeline.start(TAKE), timing.layout, "output")
        # The sigmoid's tables are far from here where they are block RAM.
        values = delayed(m, self.values.as_value(), TAKE, "values")
        candidates = []
        for k, present in enumerate(count.present):
            neuron = (count.first + k)[: len(self.prediction)]
            competes = present & (count.first + k < self._classes)
            value = values.word_select(k, timing.widths.right_activation)
            candidates.append(_Candidate(competes, value, neuron))
        levels = self.latency - TAKE - 1
        for level in range(levels):
            candidates = [
                self._registered(m, candidates[k : k + 2], f"round{level}_{k // 2}")
                for k in range(0, len(candidates), 2)
            ]
        (row,) = candidates
        # The running best over rows; row 0 comes `clock` clocks after the start pulse.
        clock = SCAN_LEAD + TAKE + levels
        best = _Candidate(
            Signal(name="best_competes"),
            Signal(self.timing.widths.right_activation, name="best_value", reset_less=True),
            Signal(len(self.prediction), name="best_neuron", reset_less=True),
        )
        better = row.competes & (~best.competes | (row.value > best.value))
        with m.If(timeline.start(clock) | better):
            m.d.sync += [
                best.competes.eq(row.competes),
                best.value.eq(row.value),
                best.neuron.eq(row.neuron),
            ]
        active = Signal(name="rows_active")
        number = row_counter(m, timeline.start(clock - 1), timing.shape.rows, "rows", active)
        last = active & (number == timing.shape.rows - 1)
        feed = timeline.held("feed", clock - 1)
        label = register(m, timeline.held("label", clock - 1), "label_late")
        m.d.sync += self.done.eq(last & feed)
        m.d.comb += [self.prediction.eq(best.neuron), self.correct.eq(best.neuron == label)]
        return m

    @staticmethod
    def _registered(m: Module, pair: list[_Candidate], name: str) -> _Candidate:
        """The winner of two candidates, the lower neuron on a tie; registered."""
        winner = pair[0]
        if len(pair) == 2:
            low, high = pair
            wins = high.competes & (~low.competes | (high.value > low.value))
            winner = _Candidate(
                low.competes | high.competes,
                Mux(wins, high.value, low.value),
                Mux(wins, high.neuron, low.neuron),
            )
        return _Candidate(
            register(m, winner.competes, f"{name}_competes"),
            register(m, winner.value, f"{name}_value"),
            register(m, winner.neuron, f"{name}_neuron"),
        )
