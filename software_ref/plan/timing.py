"""Pipeline depth of every unit of a junction, as formulas in its shape.

The generator builds its pipelines to these figures and the scheduler turns them into offsets, lags
and banks. All clocks are counted from the clock in which a row is read, that is, in which its
address is at the weight memory; a value is "readable" from the clock in which its address, or the
register that holds it, may be used.

    row read   operands      products   sums        s       a, h'   readable
       |-- x -----|--- multiply --|-- tree --|-- bias, sat --|-- act --|-- route --|   feedforward
       |          |               |-- route --|-- add, write --|                       backprop
       |          |               |-- shift, subtract, saturate, write --|             update
    |-- fetch: banks, window, h' product, slots, lanes --|                             deltas
"""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.connections.junction_shape import JunctionShape
from software_ref.network import Network
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.pipelining import PIPELINES, Pipelining
from software_ref.plan.row_layout import RowLayout

__all__ = ["LANES_PER_COPY", "SCAN_LEAD", "JunctionTiming", "lane_parts"]

LANES_PER_COPY = 8
"""Lanes, or memories beside them, that share one copy of a value which goes to all."""
NOMINAL_BANKS = 8
"""Banks assumed where a queue's memory is planned: its true number follows from the latencies."""
SCAN_LEAD = 2
"""Clocks from a scan's start pulse to its first row."""


def lane_parts(lanes: int) -> list[range]:
    """The lanes, or memories beside them, that share each copy."""
    return [
        range(first, min(first + LANES_PER_COPY, lanes))
        for first in range(0, lanes, LANES_PER_COPY)
    ]


@dataclass(frozen=True, kw_only=True)
class JunctionTiming:
    """Latencies of one junction; `training=False` leaves out all that only training needs."""

    network: Network
    """The network the junction belongs to."""
    junction: int
    """Junction number i, from 1."""
    training: bool = True
    """Whether the core trains or only infers."""
    max_rate_exponent: int = 7
    """The largest k that the update unit shifts by."""
    pipeline: str = "deep"
    """A name in `PIPELINES`."""

    @property
    def pipelining(self) -> Pipelining:
        """How much logic is between registers."""
        return PIPELINES[self.pipeline]

    @property
    def shape(self) -> JunctionShape:
        """The junction's sizes."""
        return self.network.junctions[self.junction - 1]

    @property
    def layout(self) -> RowLayout:
        """Geometry of its rows."""
        return RowLayout(self.shape)

    @property
    def last(self) -> bool:
        """Whether its right layer is the output."""
        return self.junction == len(self.network.junctions)

    @property
    def backpropagates(self) -> bool:
        """Whether it computes deltas for its left layer; junction 1 need not."""
        return self.training and self.junction > 1

    # Copies of what goes to many lanes.

    @property
    def lane_copies(self) -> int:
        """Copies of a value that all lanes share."""
        return len(lane_parts(self.shape.parallelism))

    @property
    def delta_copies(self) -> int:
        """Copies of a group's delta."""
        return len(lane_parts(self.layout.group))

    @property
    def all_delta_copies(self) -> int:
        """Copies of the deltas of all groups in a row."""
        return self.layout.groups * self.delta_copies

    def delta_copy(self, lane: int) -> int:
        """The copy that a lane uses, counted over all groups."""
        group, place = divmod(lane, self.layout.group)
        return group * self.delta_copies + place // LANES_PER_COPY

    # Widths in bits.

    @property
    def left_activation_width(self) -> int:
        """Bits of an activation of the left layer, unsigned, without low bits always 0."""
        return self._activation_width(self.junction - 1)

    @property
    def right_activation_width(self) -> int:
        """The same of the right layer."""
        return self._activation_width(self.junction)

    def _activation_width(self, layer: int) -> int:
        largest = self.network.activation_maximum(layer) >> self.network.activation_shift(layer)
        return largest.bit_length()

    @property
    def derivative_width(self) -> int:
        """Bits in which h' of the right layer is stored; a ReLU's is one flag."""
        if self.network.activation.hidden == "relu":
            return 1
        return self.network.activation.derivative_maximum(self.network.format).bit_length()

    @property
    def delta_width(self) -> int:
        """Bits of a delta of the right layer, signed; an output's lies in [-1, 1]."""
        return self.network.format.fraction + 2 if self.last else self.network.format.width

    @property
    def left_error_width(self) -> int:
        """Bits of e of the left layer, the exact sum of w delta over out-edges, signed."""
        largest = self.shape.out_degree << (self.network.format.width + self.delta_width - 2)
        return largest.bit_length() + 1

    @property
    def error_width(self) -> int:
        """Bits of e of the right layer, which the next junction sums up; 0 for the output."""
        if self.last:
            return 0
        following = JunctionTiming(
            network=self.network,
            junction=self.junction + 1,
            training=self.training,
            pipeline=self.pipeline,
        )
        return following.left_error_width

    # Memories (their depths in banks are the scheduler's).

    @property
    def weight_plan(self) -> MemoryPlan:
        """The weight memory: one row of z weights a word."""
        width = self.shape.parallelism * self.network.format.stored_width
        return MemoryPlan(depth=self.shape.rows, width=width)

    @property
    def bias_plan(self) -> MemoryPlan:
        """The bias memory: the biases of one row's finishing neurons a word."""
        width = self.layout.finishing * self.network.format.stored_width
        return MemoryPlan(depth=self.layout.finish_words, width=width)

    @property
    def left_plan(self) -> MemoryPlan:
        """One of the z memories of left activations."""
        return MemoryPlan(depth=self.shape.depth * NOMINAL_BANKS, width=self.left_activation_width)

    @property
    def fetch_plan(self) -> MemoryPlan:
        """One of the memories that deltas are fetched from: errors, or output deltas."""
        if self.last:
            words = -(-self.shape.right // self.layout.finishing)
            return MemoryPlan(depth=words * NOMINAL_BANKS, width=self.delta_width)
        following = self.network.junctions[self.junction]
        return MemoryPlan(depth=following.depth * NOMINAL_BANKS, width=self.error_width)

    # Row read to operands.

    @property
    def row_read(self) -> int:
        """Clocks from the addresses to the row's words: the slower of weights and activations."""
        return max(self.weight_plan.read_latency, self.left_plan.read_latency)

    @property
    def dither_levels(self) -> int:
        """Multiplexer levels between the left memories and the lanes."""
        if not self.network.connections.dither or self.shape.parallelism == 1:
            return 0
        return self.pipelining.mux_levels(self.shape.out_degree)

    @property
    def operands(self) -> int:
        """Row read to weights, activations and deltas side by side at the lanes."""
        return self.row_read + self.dither_levels

    @property
    def multiply(self) -> int:
        """Clocks of the lanes' multipliers; the deepest of the three operations sets them all."""
        narrow = self.left_activation_width
        if self.backpropagates:
            narrow = max(narrow, self.delta_width)
        return self.pipelining.multiplier_latency(narrow, dsp=True)

    @property
    def products(self) -> int:
        """Row read to the lanes' products."""
        return self.operands + self.multiply

    # Feedforward.

    @property
    def group_sums(self) -> int:
        """Row read to the sum of each group of lanes."""
        return self.products + self.pipelining.tree_levels(self.layout.group)

    @property
    def slot_sums(self) -> int:
        """Row read to the sum of each slot's share of the row."""
        if not self.layout.moving:
            return self.group_sums
        return self.group_sums + max(1, self.pipelining.tree_levels(self.layout.slot_inputs))

    @property
    def totals(self) -> int:
        """Row read to the finished neurons' sums of products."""
        return self.slot_sums + (1 if self.layout.accumulates else 0)

    @property
    def linear(self) -> int:
        """Row read to s: bias added, rounded and saturated."""
        return self.totals + 2

    @property
    def activated(self) -> int:
        """Row read to a and h': a table is a memory read of two clocks, a ReLU takes one."""
        relu = self.network.activation.hidden == "relu" and not self.last
        return self.linear + (1 if relu else 2)

    @property
    def activation_latency(self) -> int:
        """lF: row read to the activations readable by the next junction, or by the output delta."""
        return self.activated + (0 if self.last else 2)

    # The parameter port.

    @property
    def part_levels(self) -> int:
        """Multiplexer levels from the lanes that share a copy to the one accessed."""
        return self.pipelining.mux_levels(min(self.shape.parallelism, LANES_PER_COPY))

    @property
    def lane_levels(self) -> int:
        """The same from all lanes."""
        return self.part_levels + self.pipelining.mux_levels(self.lane_copies)

    # Output delta and backpropagation.

    @property
    def output_delta_latency(self) -> int:
        """Activation readable to output delta readable: subtract, route, write."""
        return 3

    @property
    def error_latency(self) -> int:
        """Row read to e readable: products, route to the memories, add, write."""
        return self.products + self.dither_levels + 2

    @property
    def fetch_window(self) -> int:
        """Multiplexer levels from the error (or output delta) banks to a row's starting slots."""
        if self.last:
            return self.queue_window
        return self._window_levels(self.network.junctions[self.junction].parallelism)

    @property
    def queue_window(self) -> int:
        """The same for the queue of h' or output deltas, which has one bank per finishing slot."""
        return self._window_levels(self.layout.finishing)

    def _window_levels(self, banks: int) -> int:
        layout = self.layout
        unit = layout.finishing
        aligned = (layout.groups % layout.span == 0 or unit == 1) and banks % unit == 0
        return self.pipelining.mux_levels(banks // unit if aligned else banks)

    @property
    def derivative_multiply(self) -> int:
        """Clocks of e h'; with a ReLU it is a gate."""
        if self.network.activation.hidden == "relu":
            return 1
        return self.pipelining.multiplier_latency(self.derivative_width, dsp=False)

    @property
    def fetch(self) -> int:
        """Clocks from a delta's address to the delta at its lanes."""
        read = self.fetch_plan.read_latency + self.fetch_window
        delta = 0 if self.last else self.derivative_multiply + 2
        hold = 1 if self.layout.accumulates else 0
        return read + delta + hold + 1

    @property
    def fetch_before_read(self) -> int:
        """Clocks by which the delta's address comes before the row read (negative: after)."""
        return self.fetch - self.operands if self.training else 0

    @property
    def interleave(self) -> int:
        """Clocks from the interleaver's start to its first addresses: seeds count, `free` reads."""
        if self.network.connections.kind != "free":
            return 2
        return 1 + self.free_plan.read_latency

    @property
    def free_plan(self) -> MemoryPlan:
        """The address memory of a `free` pattern: the words of all z memories for one row."""
        word = (self.shape.depth - 1).bit_length()
        return MemoryPlan(depth=self.shape.rows, width=self.shape.parallelism * word)

    @property
    def lead(self) -> int:
        """Clocks from the junction's start pulse to its first row read."""
        return max(self.interleave, self.fetch_before_read + SCAN_LEAD)

    # Update.

    @property
    def shift_levels(self) -> int:
        """Registered levels of the shift by the rate exponent."""
        return self.pipelining.mux_levels(self.max_rate_exponent + 1)

    @property
    def noise_levels(self) -> int:
        """Clocks in which random bits meet the fraction of a change."""
        return 1 if self.network.update.random_bits else 0

    @property
    def update_noise(self) -> int:
        """Row read to its random bits, for the weights' changes."""
        return self.products + self.shift_levels

    @property
    def bias_noise(self) -> int:
        """The same for the biases' changes."""
        return self.totals - self.noise_levels

    @property
    def weight_written(self) -> int:
        """Row read to the clock that writes the row back."""
        return self.products + self.shift_levels + self.noise_levels + 2

    @property
    def update_latency(self) -> int:
        """The longest time from reading a weight or bias to reading its successor."""
        if not self.training:
            return 1
        weights = self.weight_written + 1
        biases = self.bias_plan.read_latency + 3
        return max(weights, biases)
