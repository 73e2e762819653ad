"""The network core: junctions side by side, fed by one sequencer.

samples --> loader --> junction 1 <--> junction 2 <--> ... <--> junction L --> predictions
      '--> sequencer ---- start, delayed by each junction's offset ----'
parameters <--> every junction, while idle
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import fifo, wiring
from amaranth.utils import bits_for

from hwgen.core.junction import Junction, JunctionParameters
from hwgen.core.junction_cost import junction_costs
from hwgen.core.loader import Loader
from hwgen.core.parameter_port import ParameterPort
from hwgen.core.sequencer import Sequencer
from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.layouts import core_signature
from hwgen.parts.pipeline import Timeline
from software_ref.plan.dsp_budget import DspUnits
from software_ref.plan.ports import (
    SATURATION_COUNTERS,
    TAG_BITS,
    CorePorts,
)
from software_ref.plan.schedule import Schedule

__all__ = ["NetworkCore"]


class NetworkCore(wiring.Component):
    """A whole network that trains (or, without training, infers) one sample every P clocks.

    Parameters
    ----------
    schedule
        Network, offsets, lags and banks.
    parameters
        One JunctionParameters per junction.

    Members
    -------
    samples : In(stream), predictions : Out(stream)
        Payloads as CorePorts has them; a sample's header counts in its first beat.
    parameter_requests : In(stream), parameter_values : Out(stream)
        See ParameterPort; served while the core is not busy. Absent where parameters are constants.
    drain : In(1)
        While high and no sample is partly loaded, no sample is taken and steps run until every
        update is done. Keep it high until `busy` is low: that ends the sequence.
    busy : Out(1)
        Whether a sample is in flight, an update pending or a request at work.
    steps : Out(32)
        Steps started since reset.
    saturations : Out(ArrayLayout(32, 3 L))
        Counters of saturated s, deltas, and weights and biases, junction 1 first.

    Timing
    ------
    One sample per `schedule.period` clocks while samples come and predictions are taken.

    References
    ----------
    docs/architecture.md, "Steps".
    """

    def __init__(self, schedule: Schedule, parameters: list[JunctionParameters]):
        self.schedule = schedule
        self._parameters = parameters
        self.ports = CorePorts.of(schedule)
        """Its ports."""
        super().__init__(core_signature(self.ports))

    @staticmethod
    def costs(schedule: Schedule, dsp: Sequence[DspUnits]) -> dict[str, cost.Terms]:
        """What each instance takes, by its name in the core: `junction_1.update`.

        `dsp` has, for each junction, the DSP blocks of its units.
        """
        depth = schedule.credit
        result = CorePorts.of(schedule).prediction.bits
        units: dict[str, cost.Terms] = {
            "loader": Loader.cost(schedule),
            "output_queue": {
                "memory": cost.memory(depth, result),
                "own": cost.Logic(lut=8 + 4 * bits_for(depth - 1), ff=8 + 4 * bits_for(depth - 1)),
            },
        }
        if not schedule.options.constant:
            units["parameter_port"] = ParameterPort.cost(schedule)
        units["sequencer"] = Sequencer.cost(schedule)
        for number, units_with_dsp in enumerate(dsp, start=1):
            units[f"start_{number}"] = _start_cost(schedule, number)
            for name, terms in junction_costs(schedule, number, units_with_dsp).items():
                units[f"junction_{number}.{name}" if name else f"junction_{number}"] = terms
        return units

    def elaborate(self, platform: object) -> Module:
        m = Module()
        schedule = self.schedule
        m.submodules.sequencer = sequencer = Sequencer(
            schedule, beats=schedule.beats, credit=schedule.credit
        )
        m.submodules.loader = loader = Loader(schedule)
        junctions = [
            Junction(schedule, number, parameters)
            for number, parameters in enumerate(self._parameters, start=1)
        ]
        for junction in junctions:
            m.submodules[f"junction_{junction.number}"] = junction

        # Samples in.
        headers = sequencer.headers
        m.d.comb += [
            headers.valid.eq(self.samples.valid),
            self.samples.ready.eq(headers.ready),
            *(
                headers.payload[name].eq(self.samples.payload[name])
                for name in headers.payload.shape().members
            ),
            sequencer.drain.eq(self.drain),
            loader.taken.eq(headers.valid & headers.ready),
            loader.beat.eq(sequencer.beat),
            loader.features.eq(self.samples.payload.features),
            junctions[0].write_start.eq(sequencer.start),
            junctions[0].write_enables.eq(loader.enables),
            junctions[0].write_words.eq(loader.words),
            junctions[0].write_values.eq(loader.values),
        ]
        for junction in junctions:
            self._start_junction(m, sequencer, junction)
        for left, right in pairwise(junctions):
            m.d.comb += [
                right.write_start.eq(left.right_start),
                right.write_enables.eq(left.right_enables),
                right.write_words.eq(left.right_words),
                right.write_values.eq(left.right_values),
            ]
            if schedule.training:
                m.d.comb += [
                    right.fetch_start.eq(left.errors_start),
                    right.fetch_words.eq(left.error_words),
                    left.errors.eq(right.left_errors),
                ]
        self._predictions(m, sequencer, junctions[-1])
        if self.ports.parameter_port:
            self._parameter_port(m, sequencer, junctions)
        else:
            m.d.comb += self.busy.eq(sequencer.busy)
        if schedule.training and schedule.network.update.random_bits:
            rewind = Signal()
            m.d.sync += rewind.eq(self.drain & ~sequencer.busy)
            m.d.comb += [junction.rewind.eq(rewind) for junction in junctions]
        m.d.comb += self.steps.eq(sequencer.steps)
        self._count_saturations(m, junctions)
        return m

    def _count_saturations(self, m: Module, junctions: list[Junction]) -> None:
        for index, junction in enumerate(junctions):
            counters = {"feedforward": junction.linear_saturations}
            if self.schedule.training:
                counters["backprop"] = junction.delta_saturations
                counters["update"] = junction.update_saturations
            for place, name in enumerate(SATURATION_COUNTERS, len(SATURATION_COUNTERS) * index):
                if name in counters:
                    m.d.comb += self.saturations[place].eq(counters[name])

    def _start_junction(self, m: Module, sequencer: Sequencer, junction: Junction) -> None:
        """Delay the step's start so that the junction's first row is read when it is due."""
        schedule, index = self.schedule, junction.number - 1
        delay = _start_delay(schedule, junction.number)
        payload: dict[str, Value] = {"feed": sequencer.feed[index]}
        if schedule.training:
            payload |= {
                "learn": sequencer.learn[index],
                "rate_exponent": sequencer.rate_exponents[index],
            }
        if junction.timing.last:
            payload["label"] = sequencer.label
        timeline = Timeline(m, sequencer.start, payload, name=f"start_{junction.number}")
        m.d.comb += junction.start.eq(timeline.start(delay))
        for name in payload:
            m.d.comb += getattr(junction, name).eq(timeline.payload(name, delay))

    def _predictions(self, m: Module, sequencer: Sequencer, last: Junction) -> None:
        """Queue the results; the credit keeps the queue from overflowing."""
        layout = self.predictions.payload.shape()
        m.submodules.output_queue = queue = fifo.SyncFIFOBuffered(
            width=layout.size, depth=self.schedule.credit
        )
        tag = Signal(TAG_BITS)
        with m.If(last.done):
            m.d.sync += tag.eq(tag + 1)
        result = Signal(layout)
        m.d.comb += [
            result.tag.eq(tag),
            result.prediction.eq(last.prediction),
            result.correct.eq(last.correct),
            queue.w_data.eq(result),
            queue.w_en.eq(last.done),
            self.predictions.valid.eq(queue.r_rdy),
            self.predictions.payload.eq(queue.r_data),
            queue.r_en.eq(self.predictions.ready),
            sequencer.popped.eq(queue.r_rdy & queue.r_en),
        ]

    def _parameter_port(self, m: Module, sequencer: Sequencer, junctions: list[Junction]) -> None:
        m.submodules.parameter_port = port = ParameterPort(
            self.schedule, self.schedule.access_latency
        )
        idle = Signal()
        m.d.sync += idle.eq(~sequencer.busy)
        m.d.comb += [
            port.requests.valid.eq(self.parameter_requests.valid),
            port.requests.payload.eq(self.parameter_requests.payload),
            self.parameter_requests.ready.eq(port.requests.ready),
            self.parameter_values.valid.eq(port.values.valid),
            self.parameter_values.payload.eq(port.values.payload),
            port.values.ready.eq(self.parameter_values.ready),
            port.idle.eq(idle),
            sequencer.hold.eq(port.working),
            self.busy.eq(sequencer.busy | port.working),
        ]
        for index, junction in enumerate(junctions):
            request = port.request
            access = Signal(name=f"access_{junction.number}")
            here = register(m, request, f"request_{junction.number}")
            m.d.sync += access.eq(port.access[index])
            m.d.comb += [
                junction.access.eq(access),
                junction.access_bias.eq(here.bias),
                junction.access_row.eq(here.row),
                junction.access_lane.eq(here.lane),
                junction.write.eq(here.write & (here.junction == index)),
                junction.data.eq(here.data),
                port.read_data[index].eq(junction.read_data),
            ]
            if junction.timing.addresses.writable:
                m.d.comb += junction.access_address.eq(here.address)


def _start_delay(schedule: Schedule, junction: int) -> int:
    """Clocks from a step's start to a junction's own start pulse."""
    return schedule.row_read(junction) - schedule.timing[junction - 1].lead


def _start_cost(schedule: Schedule, junction: int) -> cost.Terms:
    timing = schedule.timing[junction - 1]
    payload = 1 + (1 + bits_for(schedule.options.max_rate_exponent) if schedule.training else 0)
    payload += bits_for(timing.shape.right - 1) if timing.last else 0
    return {"delay": cost.registers(_start_delay(schedule, junction) * (1 + payload))}
