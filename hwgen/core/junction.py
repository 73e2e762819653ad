"""One junction: its weights, left memories and units, all on the same row each clock.

start --> delta unit --------------------------+--> lanes' deltas
      --> interleaver --> left memories --+    |
      --> row counter --> weight memory --+----+--> feedforward --> router --> next junction
                             ^            |    +--> backprop  --> errors --> previous junction
                             |            +----+--> update
                             +------------------------'
"""

from __future__ import annotations

from dataclasses import dataclass

from amaranth.hdl import Module, Value, signed, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts.pipeline import Timeline, delayed, pipelined_mux
from hwgen.storage.activation_queue import ActivationQueue
from hwgen.storage.interleaver import Interleaver, LaneCrossbar
from hwgen.storage.neuron_queue import NeuronQueue
from hwgen.storage.router import Router
from hwgen.storage.weight_memory import WeightMemory
from hwgen.storage.weight_rom import WeightRom
from hwgen.units.backprop import Backprop
from hwgen.units.bias import BiasUnit
from hwgen.units.delta import DeltaUnit
from hwgen.units.feedforward import Feedforward
from hwgen.units.output_delta import OutputDelta
from hwgen.units.prediction import PredictionUnit
from hwgen.units.rounding_noise import RoundingNoise
from hwgen.units.update import Update
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.plan.dsp_budget import DspBlocks, DspUnits
from software_ref.plan.ports import COUNTER_BITS
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import ROUTE, ROUTER_LEAD, SCAN_LEAD

__all__ = ["Junction", "JunctionParameters"]


@dataclass(frozen=True, kw_only=True)
class JunctionParameters:
    """What one junction is built with."""

    pattern: ClashFreePattern
    """Which left neuron each edge reads."""
    weights: list[int]
    """Initial weights, raw, in natural edge order."""
    biases: list[int]
    """Initial biases, raw."""
    dsp: DspUnits
    """DSP blocks of its units, "feedforward", "backprop" and "update"; none of those left out."""


@dataclass(frozen=True, kw_only=True)
class _Row:
    """What the units of a junction share: when a row is read, and what is read."""

    timeline: Timeline
    """The start pulse and what its step does; row 0 is read `timing.lead` clocks later."""
    interleaver: Interleaver
    weights: WeightMemory | WeightRom
    left: ActivationQueue


class Junction(wiring.Component):
    """A junction of a training or inference core.

    Parameters
    ----------
    schedule
        Offsets, lags, latencies and banks.
    number
        Junction number i, from 1.
    parameters
        Pattern, initial parameters and kind of multipliers.

    Members
    -------
    start, feed, learn : In(1), rate_exponent, label : In
        The step's start pulse, `timing.lead` clocks before the first row read, and what the step
        does: whether there is a sample to feed forward (with `label` in the last junction) and one
        to learn from, at rate 2**-rate_exponent.
    write_start, write_enables, write_words, write_values : In
        Writes of left activations (see ActivationQueue).
    right_start, right_enables, right_words, right_values : Out
        The same for the next junction; all but the last.
    errors_start, error_words : Out, errors : In
        Fetches from the next junction's error memories; all but the last.
    fetch_start, fetch_words : In, left_errors : Out
        Fetches from this junction's error memories; all but the first.
    done, correct : Out(1), prediction : Out
        Result of the sample fed; the last only.
    access, access_bias : In(1), access_row, access_lane, write, data : In
        The parameter port, while idle: a pulse reads a row (and writes it back, with one lane
        replaced by `data` if `write`). All but the pulse must stay for `timing.access_latency`
        clocks, and `write` must be low before the next step.
    access_address : In(1)
        The same of the interleaver's words, of the left memory `access_lane`; only where they can
        be written.
    read_data : Out(signed(schedule.value_width))
        The parameter accessed, `timing.access_latency` clocks after the pulse. A junction of
        constants has none of these ports.
    rewind : In(1)
        The sequence is over: return the generator to its seed (only with random bits).
    *_saturations : Out(32)
        Saturated s, deltas, and weights and biases.
    """

    def __init__(self, schedule: Schedule, number: int, parameters: JunctionParameters):
        self.schedule = schedule
        self.number = number
        self.timing = timing = schedule.timing[number - 1]
        self._parameters = parameters
        shape, layout = timing.shape, timing.layout
        width = schedule.value_width
        members = {
            "start": In(1),
            "feed": In(1),
            "write_start": In(1),
            "write_enables": In(shape.parallelism),
            "write_words": In(_words(shape.depth, shape.parallelism)),
            "write_values": In(
                data.ArrayLayout(unsigned(timing.widths.left_activation), shape.parallelism)
            ),
            "linear_saturations": Out(COUNTER_BITS),
        }
        if not timing.options.constant:
            members |= {
                "access": In(1),
                "access_bias": In(1),
                "access_row": In(range(max(shape.rows, layout.finish_words, 2))),
                "access_lane": In(range(max(shape.parallelism, 2))),
                "write": In(1),
                "data": In(signed(width)),
                "read_data": Out(signed(width)),
            }
            if timing.addresses.writable:
                members["access_address"] = In(1)
        if timing.last:
            labels = range(max(shape.right, 2))
            members |= {
                "label": In(labels),
                "done": Out(1),
                "prediction": Out(labels),
                "correct": Out(1),
            }
        else:
            following = schedule.network.junctions[number]
            z = following.parallelism
            right = data.ArrayLayout(unsigned(timing.widths.right_activation), z)
            members |= {
                "right_start": Out(1),
                "right_enables": Out(z),
                "right_words": Out(_words(following.depth, z)),
                "right_values": Out(right),
            }
            if schedule.training:
                members |= {
                    "errors_start": Out(1),
                    "error_words": Out(_words(following.depth, z)),
                    "errors": In(data.ArrayLayout(signed(timing.widths.error), z)),
                }
        if schedule.training:
            members |= {
                "learn": In(1),
                "rate_exponent": In(range(max(schedule.options.max_rate_exponent + 1, 2))),
                "delta_saturations": Out(COUNTER_BITS),
                "update_saturations": Out(COUNTER_BITS),
            }
            if timing.network.update.random_bits:
                members["rewind"] = In(1)
        if timing.backpropagates:
            z = shape.parallelism
            members |= {
                "fetch_start": In(1),
                "fetch_words": In(_words(shape.depth, z)),
                "left_errors": Out(data.ArrayLayout(signed(timing.widths.left_error), z)),
            }
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        row = self._row(m)
        activations = self._to_lanes(m, "feed_crossbar", row, row.left.feed_activations)
        deltas, neurons = self._delta_unit(m, row) if self.schedule.training else (None, None)
        feedforward, bias = self._feedforward(m, row, activations)
        self._right_side(m, row, feedforward, neurons)
        if deltas is not None:
            if self.timing.backpropagates:
                self._backprop(m, row, deltas)
            self._update(m, row, deltas, bias)
        if isinstance(row.weights, WeightMemory):
            self._parameter_access(m, row, row.weights, bias)
        return m

    def _row(self, m: Module) -> _Row:
        """What reads a row: its words, weights and left activations."""
        timing = self.timing
        timeline = self._timeline(m)
        m.submodules.interleaver = interleaver = Interleaver(
            self._parameters.pattern, timing.pipelining, writable=timing.addresses.writable
        )
        m.d.comb += interleaver.start.eq(timeline.start(timing.lead - interleaver.latency))
        kind = WeightRom if timing.options.constant else WeightMemory
        m.submodules.weights = weights = kind(timing, self._parameters.weights)
        m.d.comb += weights.start.eq(timeline.start(timing.lead - 1))
        m.submodules.left = left = ActivationQueue(self.schedule, self.number - 1)
        m.d.comb += [
            left.write_start.eq(self.write_start),
            left.enables.eq(self.write_enables),
            left.write_words.eq(self.write_words),
            left.values.eq(self.write_values),
            left.read_start.eq(timeline.start(timing.lead - 1)),
            left.words.eq(interleaver.words),
        ]
        return _Row(timeline=timeline, interleaver=interleaver, weights=weights, left=left)

    def _timeline(self, m: Module) -> Timeline:
        """The start pulse, and what the step does, at any clock later."""
        payload: dict[str, Value] = {"feed": self.feed}
        if self.schedule.training:
            payload |= {"learn": self.learn, "rate_exponent": self.rate_exponent}
        if self.timing.last:
            payload["label"] = self.label
        return Timeline(m, self.start, payload)

    def _feedforward(
        self, m: Module, row: _Row, activations: Value
    ) -> tuple[Feedforward, BiasUnit]:
        """Sums of the sample fed, and the biases that they begin with."""
        timing = self.timing
        operands = timing.lead + timing.operands  # at the lanes
        m.submodules.bias = bias = BiasUnit(timing, self._bias_words())
        m.submodules.feedforward = feedforward = Feedforward(
            timing, dsp=self._parameters.dsp.get("feedforward", DspBlocks())
        )
        m.d.comb += [
            feedforward.start.eq(row.timeline.start(operands - 1)),
            feedforward.feed.eq(row.timeline.payload("feed", operands - 1)),
            feedforward.activations.eq(activations),
            bias.start.eq(row.timeline.start(timing.lead - 1)),
            self.linear_saturations.eq(feedforward.saturations),
        ]
        self._drop_extra_bits(m, row.weights.weights, feedforward.weights)
        self._drop_extra_bits(m, bias.biases, feedforward.biases)
        return feedforward, bias

    def _backprop(self, m: Module, row: _Row, deltas: DeltaUnit) -> None:
        """Errors of the left neurons, for the junction before to fetch."""
        m.submodules.backprop = backprop = Backprop(
            self.schedule,
            self.number,
            self._parameters.pattern,
            dsp=self._parameters.dsp.get("backprop", DspBlocks()),
        )
        m.d.comb += [
            backprop.start.eq(row.timeline.start(self.timing.lead - 1)),
            backprop.words.eq(row.interleaver.words),
            backprop.sweep.eq(row.interleaver.sweep),
            backprop.deltas.eq(deltas.lanes),
            backprop.fetch_start.eq(self.fetch_start),
            backprop.fetch_words.eq(self.fetch_words),
            self.left_errors.eq(backprop.errors),
        ]
        self._drop_extra_bits(m, row.weights.weights, backprop.weights)

    def _update(self, m: Module, row: _Row, deltas: DeltaUnit, bias: BiasUnit) -> None:
        """Weights and biases learn from the sample whose deltas are at the lanes."""
        timing = self.timing
        read, operands = timing.lead, timing.lead + timing.operands
        m.submodules.update = update = Update(
            timing, dsp=self._parameters.dsp.get("update", DspBlocks())
        )
        activations = self._to_lanes(m, "learn_crossbar", row, row.left.learn_activations)
        m.d.comb += [
            update.start.eq(row.timeline.start(operands - 1)),
            update.rate_exponent.eq(row.timeline.payload("rate_exponent", operands - 1)),
            update.weights.eq(row.weights.weights),
            update.activations.eq(activations),
            update.deltas.eq(deltas.lanes),
            update.replace.eq(row.weights.replace),
            update.replacements.eq(row.weights.replacements),
            row.weights.updated.eq(update.updated),
            bias.rate_exponent.eq(row.timeline.payload("rate_exponent", read - 1)),
            bias.deltas.eq(deltas.finishing),
            self.delta_saturations.eq(deltas.saturations),
            self.update_saturations.eq(update.saturations + bias.saturations),
        ]
        if timing.network.update.random_bits:
            self._rounding_noise(m, row, update, bias)

    def _drop_extra_bits(self, m: Module, stored: data.View, used: data.View) -> None:
        """Products and sums take the upper bits of the stored weights or biases."""
        extra = self.timing.network.format.extra_bits
        if not extra:
            m.d.comb += used.eq(stored)
            return
        for j in range(used.shape().length):
            m.d.comb += used[j].eq(stored[j][extra:].as_signed())

    def _rounding_noise(self, m: Module, row: _Row, update: Update, bias: BiasUnit) -> None:
        """One generator for both; the unit that needs a row's state first gets it undelayed."""
        timing = self.timing
        read = timing.lead
        first = min(timing.update_noise, timing.bias_noise)
        m.submodules.noise = noise = RoundingNoise(timing)
        m.d.comb += [
            noise.start.eq(row.timeline.start(read + first - 1)),
            noise.learn.eq(row.timeline.payload("learn", read + first - 1)),
            noise.rewind.eq(self.rewind),
            update.noise.eq(delayed(m, noise.state, timing.update_noise - first, "update_noise")),
            bias.noise.eq(delayed(m, noise.state, timing.bias_noise - first, "bias_noise")),
        ]

    def _bias_words(self) -> list[int]:
        timing = self.timing
        width = timing.network.format.stored_width
        words = [0] * timing.layout.finish_words
        for neuron, bias in enumerate(self._parameters.biases):
            word, slot = timing.layout.finish_place(neuron)
            words[word] |= (bias & (1 << width) - 1) << (slot * width)
        return words

    def _to_lanes(self, m: Module, name: str, row: _Row, values: data.View) -> Value:
        """Left activations by lane; without dither a crossbar is wires and left out."""
        timing = self.timing
        if not timing.network.connections.dither:
            return values
        crossbar = LaneCrossbar(
            self._parameters.pattern,
            timing.widths.left_activation,
            timing.pipelining,
            dither=timing.network.connections.dither,
            to_lanes=True,
        )
        m.submodules[name] = crossbar
        m.d.comb += [
            crossbar.inputs.eq(values),
            crossbar.sweep.eq(delayed(m, row.interleaver.sweep, timing.row_read, f"{name}_sweep")),
        ]
        return crossbar.outputs

    def _delta_unit(self, m: Module, row: _Row) -> tuple[DeltaUnit, NeuronQueue]:
        """Deltas of the sample to learn from, and the queue that keeps what they are made of."""
        schedule, timing = self.schedule, self.timing
        m.submodules.delta = unit = DeltaUnit(timing)
        fetch = timing.lead - timing.fetch_before_read - SCAN_LEAD  # its start pulse
        queue = schedule.derivative_queue(self.number)
        m.submodules.queue = neurons = NeuronQueue(
            timing.layout,
            width=timing.widths.delta if timing.last else timing.widths.derivative,
            samples=queue.banks(schedule.period),
            write_first=1 - self.number,
            read_first=1 - self.number - schedule.lags[self.number - 1],
            latency=timing.memories.fetched.read_latency,
            pipelining=timing.pipelining,
        )
        m.d.comb += [
            unit.start.eq(row.timeline.start(fetch)),
            unit.learn.eq(row.timeline.payload("learn", fetch)),
            unit.starting.eq(neurons.starting),
            neurons.read_start.eq(row.timeline.start(fetch)),
        ]
        if not timing.last:
            m.d.comb += [
                self.errors_start.eq(row.timeline.start(fetch + 1)),
                self.error_words.eq(unit.error_words),
                unit.errors.eq(self.errors),
            ]
        return unit, neurons

    def _right_side(
        self,
        m: Module,
        row: _Row,
        feedforward: Feedforward,
        neurons: NeuronQueue | None,
    ) -> None:
        """Activations to the next junction; or prediction and output delta in the last.

        In a training core `neurons` takes what the delta unit will need.
        """
        schedule, timing = self.schedule, self.timing
        activated = timing.lead + timing.activated
        queued = timing.lead + timing.derivative_written - ROUTE  # at the queue
        if timing.last:
            m.submodules.predictor = unit = PredictionUnit(timing, schedule.network.competing)
            m.d.comb += [
                unit.start.eq(row.timeline.start(activated - SCAN_LEAD)),
                unit.feed.eq(row.timeline.payload("feed", activated - SCAN_LEAD)),
                unit.label.eq(row.timeline.payload("label", activated - SCAN_LEAD)),
                unit.values.eq(feedforward.values),
                self.done.eq(unit.done),
                self.prediction.eq(unit.prediction),
                self.correct.eq(unit.correct),
            ]
            if neurons is not None:
                m.submodules.output_delta = output_delta = OutputDelta(timing)
                m.d.comb += [
                    output_delta.start.eq(row.timeline.start(activated - SCAN_LEAD)),
                    output_delta.label.eq(row.timeline.payload("label", activated - SCAN_LEAD)),
                    output_delta.values.eq(feedforward.values),
                    neurons.write_start.eq(row.timeline.start(queued - ROUTER_LEAD)),
                    neurons.values.as_value().eq(output_delta.deltas.as_value()),
                ]
            return
        following = schedule.network.junctions[self.number]
        m.submodules.router = router = Router(
            timing.layout, following.parallelism, timing.widths.right_activation
        )
        m.d.comb += [
            router.start.eq(row.timeline.start(activated - ROUTER_LEAD)),
            router.values.eq(feedforward.values),
            self.right_start.eq(row.timeline.start(activated)),
            self.right_enables.eq(router.enables),
            self.right_words.eq(router.words),
            self.right_values.eq(router.routed),
        ]
        if neurons is not None:
            m.d.comb += [
                neurons.write_start.eq(row.timeline.start(queued - ROUTER_LEAD)),
                neurons.values.eq(feedforward.derivatives),
            ]

    def _parameter_access(
        self, m: Module, row: _Row, weights: WeightMemory, bias: BiasUnit
    ) -> None:
        """The parameter port: catch what is accessed in the clock in which it arrives."""
        timing, layout = self.timing, self.timing.layout
        to_weight: Value = ~self.access_bias
        pulse = Timeline(m, self.access, name="access_timeline")
        slot = pipelined_mux(
            m,
            [bias.biases[k].as_unsigned() for k in range(layout.finishing)],
            self.access_lane,
            timing.pipelining,
            "slot",
        )
        if timing.addresses.writable:
            to_weight = to_weight & ~self.access_address
            self._address_access(m, row.interleaver, pulse)
        with m.If(pulse.start(timing.lane_accessed) & to_weight):
            m.d.sync += self.read_data.eq(weights.accessed)
        with m.If(pulse.start(timing.bias_accessed) & self.access_bias):
            m.d.sync += self.read_data.eq(slot.as_signed())
        m.d.comb += [
            weights.access.eq(self.access & to_weight),
            weights.access_row.eq(self.access_row),
            weights.access_lane.eq(self.access_lane),
            weights.write.eq(self.write & to_weight),
            weights.replacement.eq(self.data),
            bias.access.eq(self.access & self.access_bias),
            bias.access_word.eq(self.access_row),
            bias.replacement.eq(self.data),
        ]
        for k in range(layout.finishing):
            m.d.sync += bias.replace[k].eq(self.write & self.access_bias & (self.access_lane == k))

    def _address_access(self, m: Module, interleaver: Interleaver, pulse: Timeline) -> None:
        read = self.timing.addresses.accessed(self.timing.pipelining)
        with m.If(pulse.start(read) & self.access_address):
            m.d.sync += self.read_data.eq(interleaver.accessed)
        m.d.comb += [
            interleaver.access.eq(self.access & self.access_address),
            interleaver.access_row.eq(self.access_row),
            interleaver.access_memory.eq(self.access_lane),
            interleaver.write.eq(self.write & self.access_address),
            interleaver.replacement.eq(self.data),
        ]


def _words(depth: int, memories: int) -> data.ArrayLayout:
    """Word addresses by memory."""
    return data.ArrayLayout(unsigned(bits_for(depth - 1)), memories)
