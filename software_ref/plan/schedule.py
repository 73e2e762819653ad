"""The one scheduler: step period, offsets, update lags and banks of every queue, in pure Python.

A step sequencer issues a start pulse per step, at least P clocks apart. Junction i reads its row t
in step S at clock pulse(S) + lead + sigma_i + t, where `lead` covers the fetch of the first deltas.
Formulas (docs/architecture.md, "Steps"), with P the step period, C_i the rows and

    lF_i      row read to activation readable          (JunctionTiming.activation_latency)
    lB_{i+1}  row read to delta_i readable: the error readable, and the clocks by which junction i
              fetches it before its own row read
    lc        output activation readable to output delta readable, likewise

    sigma_1 = 0, sigma_{i+1} = max(0, sigma_i + lF_i - (P - C_i))
    m_L = ceil((C_L + lF_L + lc) / P)
    m_i = 1 + m_{i+1} + ceil((sigma_{i+1} - sigma_i + C_{i+1} + lB_{i+1}) / P)

In step S, junction i runs FF of sample S - i, and BP and UP of sample S - i - m_i. Sample n
of a queue with K banks uses bank n mod K.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.pipelining import tree_levels
from software_ref.plan.timing import WRITE, JunctionTiming

__all__ = ["ACCESS_ANSWER", "ACCESS_CHECK", "Queue", "Schedule"]

SETTLE_MARGIN = 8
"""Clocks for what follows a step's last latency: the saturation counters and the prediction."""
RESULT_MARGIN = 3
"""Clocks from a prediction to its place in the output queue."""
LOAD_WRITE = 1
"""Clocks from the start pulse of step n to the first write of a beat of sample n."""
ACCESS_CHECK = 3
"""Clocks from a parameter request's being taken to its access pulse."""
ACCESS_ANSWER = 1
"""Clocks from an access's end to its answer."""
CREDIT_MARGIN = 2
"""Samples more than a result takes steps, so that the input never waits for a prediction."""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """When one banked memory is written and read, for sample n, relative to start pulses.

    The first write is `write_clock` clocks after the pulse of step n + `write_step`, the last read
    `read_clock` clocks after that of step n + `read_step`. Pulses come P clocks apart or later.
    """

    write_step: int
    write_clock: int
    read_step: int
    read_clock: int

    def banks(self, period: int) -> int:
        """The least K for which sample n + K is first written after the last read of sample n.

        The write must not belong to an earlier step than the read: pulses may come later than P
        clocks apart, so nothing may rely on a read that comes soon enough.
        """
        behind = self.read_clock - self.write_clock
        return max(1, self.read_step - self.write_step + max(0, behind // period + 1))


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Offsets, lags and banks of a network's hardware."""

    network: Network
    """The network."""
    options: CoreOptions = field(default_factory=CoreOptions)
    """What the core is built with."""

    @classmethod
    def from_file(
        cls, file: NetworkFile, *, training: bool = True, constant: bool = False
    ) -> Schedule:
        """The schedule of the hardware that a network file describes."""
        options = file.core_options(training=training, constant=constant)
        return cls(network=file.network, options=options)

    @property
    def training(self) -> bool:
        """Whether the core trains."""
        return self.options.training

    @cached_property
    def timing(self) -> tuple[JunctionTiming, ...]:
        """Latencies of every junction."""
        return tuple(
            JunctionTiming(network=self.network, junction=junction.index, options=self.options)
            for junction in self.network.junctions
        )

    @property
    def period(self) -> int:
        """Step period P in clocks: C, unless an update would come back too late."""
        return max(self.network.block_cycle, *(t.update_latency for t in self.timing))

    @property
    def lead(self) -> int:
        """Clocks from a start pulse to junction 1's first row read."""
        return max(t.lead for t in self.timing)

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """sigma_i: clocks by which junction i's rows come after junction 1's."""
        offsets = [0]
        for timing in self.timing[:-1]:
            idle = self.period - timing.shape.rows
            offsets.append(max(0, offsets[-1] + timing.activation_latency - idle))
        return tuple(offsets)

    @cached_property
    def delta_latencies(self) -> tuple[int, ...]:
        """For junction i: reading the row that makes delta_i to delta_i readable (lB, lF + lc)."""
        latencies = []
        for this, following in zip(self.timing, (*self.timing[1:], None), strict=True):
            if following is None:
                made = this.activation_latency + this.output_delta_latency
            else:
                made = following.error_latency
            latencies.append(made + this.fetch_before_read)
        return tuple(latencies)

    @cached_property
    def lags(self) -> tuple[int, ...]:
        """m_i: steps from FF to UP of a sample in junction i; all 0 in an inference core."""
        if not self.training:
            return (0,) * len(self.timing)
        period, offsets = self.period, self.offsets
        rows = [timing.shape.rows for timing in self.timing]
        lags = [-(-(rows[-1] + self.delta_latencies[-1]) // period)]
        for i in reversed(range(len(rows) - 1)):
            wait = offsets[i + 1] - offsets[i] + rows[i + 1] + self.delta_latencies[i]
            lags.insert(0, 1 + lags[0] + -(-wait // period))
        return tuple(lags)

    def row_read(self, junction: int) -> int:
        """Clocks from a start pulse to the first row read of junction i (from 1)."""
        return self.lead + self.offsets[junction - 1]

    @property
    def settle(self) -> int:
        """Clocks after a start pulse by which everything that the step does is done."""
        return (
            max(
                self.row_read(t.junction)
                + t.shape.rows
                + max(t.activation_latency, t.error_latency, t.weight_written)
                + tree_levels(t.shape.parallelism)
                for t in self.timing
            )
            + SETTLE_MARGIN
        )

    @property
    def result_steps(self) -> int:
        """Step periods from a sample's last beat to its prediction, rounded up."""
        last = self.timing[-1]
        clocks = self.row_read(last.junction) + last.shape.rows + last.predicted + RESULT_MARGIN
        return len(self.timing) - 1 + -(-clocks // self.period)

    @property
    def credit(self) -> int:
        """Samples that may be between the input and the output: enough never to wait for any."""
        return self.result_steps + CREDIT_MARGIN

    @property
    def beat_features(self) -> int:
        """Features of one input beat: the fewest that divide z_1 and load a sample in P clocks."""
        shape = self.timing[0].shape
        return next(
            features
            for features in range(1, shape.parallelism + 1)
            if shape.parallelism % features == 0 and shape.left // features <= self.period
        )

    @property
    def beats(self) -> int:
        """Input beats of a sample."""
        return self.timing[0].shape.left // self.beat_features

    @property
    def access_latency(self) -> int:
        """Clocks from the parameter port's access pulse to its end in every junction.

        It reaches a junction a clock late: the port may stand far from it.
        """
        return 1 + max(timing.access_latency for timing in self.timing)

    @property
    def answer_clocks(self) -> int:
        """Clocks from the one that takes a parameter request to the one that offers its answer."""
        return ACCESS_CHECK + self.access_latency + ACCESS_ANSWER

    @property
    def value_width(self) -> int:
        """Bits of what the parameter port carries: two's complement, an address without a sign."""
        addresses = [t.addresses.word_bits + 1 for t in self.timing if t.addresses.writable]
        return max([self.network.format.stored_width, *addresses])

    def activation_queue(self, layer: int) -> Queue:
        """The left activations of junction `layer` + 1, for layer 0 (the input) to L - 1."""
        reader = self.timing[layer]
        lag = self.lags[layer]
        if layer == 0:
            write_step, write_clock = 0, LOAD_WRITE
        else:
            writer = self.timing[layer - 1]
            first = (writer.shape.in_degree - 1) // writer.shape.parallelism
            write_step = layer
            write_clock = self.row_read(layer) + writer.activation_latency - WRITE + first
        return Queue(
            write_step=write_step,
            write_clock=write_clock,
            read_step=layer + 1 + lag,
            read_clock=self.row_read(layer + 1) + reader.shape.rows - 1,
        )

    def derivative_queue(self, junction: int) -> Queue:
        """h' of the right layer of a junction that is not the last, or the last one's delta."""
        timing = self.timing[junction - 1]
        first = (timing.shape.in_degree - 1) // timing.shape.parallelism
        return Queue(
            write_step=junction,
            write_clock=self.row_read(junction) + timing.derivative_written + first,
            read_step=junction + self.lags[junction - 1],
            read_clock=self._last_fetch(junction),
        )

    def error_queue(self, junction: int) -> Queue:
        """e of the right layer of a junction that is not the last."""
        writer = self.timing[junction]
        return Queue(
            write_step=junction + 1 + self.lags[junction],
            write_clock=self.row_read(junction + 1) + writer.error_latency - WRITE,
            read_step=junction + self.lags[junction - 1],
            read_clock=self._last_fetch(junction),
        )

    def _last_fetch(self, junction: int) -> int:
        timing = self.timing[junction - 1]
        return self.row_read(junction) - timing.fetch_before_read + timing.shape.rows - 1
