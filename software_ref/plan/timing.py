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

from dataclasses import dataclass, field
from functools import cached_property

from software_ref.connections.junction_shape import JunctionShape
from software_ref.network import Network
from software_ref.plan.addresses import AddressPlan, crossbar_levels
from software_ref.plan.copies import LANES_PER_COPY, LaneCopies
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.memories import JunctionMemories
from software_ref.plan.pipelining import Pipelining, tree_levels
from software_ref.plan.product_pair import LATENCY, ProductPair
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.widths import Widths

__all__ = ["ACCESS_LEAD", "ROUTE", "ROUTER_LEAD", "SCAN_LEAD", "TAKE", "WRITE", "JunctionTiming"]

SCAN_LEAD = 2
"""Clocks from a scan's start pulse to its first row."""
ROUTER_LEAD = SCAN_LEAD + 1
"""Clocks from a router's start pulse to its first row's values, to choose the banks."""
ROUTE = 1
"""Clocks from values at a router to the clock that writes them."""
WRITE = 1
"""Clocks from a write to the first read of what it wrote."""
SUBTRACT = 1
"""Clocks of the output delta."""
TAKE = 1
"""Clocks from the outputs' activations to the prediction unit's own copy of them."""
ADD = 1
"""Clocks of an addition to an error."""
STEP = 2
"""Clocks from weights, or biases, at their changes to the write of both: subtract, saturate."""
ACCESS_LEAD = 2
"""Clocks from a parameter port's access to the read of a row: the copies, then the counter."""
BIAS_ACCESS_LEAD = 1
"""The same to that of a bias word."""


@dataclass(frozen=True, kw_only=True)
class JunctionTiming:
    """Latencies of one junction; an inference core lacks all that only training needs."""

    network: Network
    """The network the junction belongs to."""
    junction: int
    """Junction number i, from 1."""
    options: CoreOptions = field(default_factory=CoreOptions)
    """What the core is built with."""

    @property
    def training(self) -> bool:
        """Whether the core trains."""
        return self.options.training

    @property
    def pipelining(self) -> Pipelining:
        """How much logic is between registers."""
        return self.options.pipelining

    @property
    def shape(self) -> JunctionShape:
        """The junction's sizes."""
        return self.widths.shape

    @property
    def last(self) -> bool:
        """Whether its right layer is the output."""
        return self.widths.last

    @property
    def backpropagates(self) -> bool:
        """Whether it computes deltas for its left layer; junction 1 need not."""
        return self.training and self.junction > 1

    @cached_property
    def layout(self) -> RowLayout:
        """Geometry of its rows."""
        return RowLayout(self.shape)

    @cached_property
    def copies(self) -> LaneCopies:
        """Copies of what goes to many lanes."""
        return LaneCopies(self.layout)

    @cached_property
    def widths(self) -> Widths:
        """Bits of its values."""
        return Widths(self.network, self.junction)

    @cached_property
    def memories(self) -> JunctionMemories:
        """What its memories are built from."""
        return JunctionMemories(self.widths)

    @cached_property
    def addresses(self) -> AddressPlan:
        """What its interleaver is built from."""
        return AddressPlan(
            kind=self.network.connections.kind,
            shape=self.shape,
            rewritable=self.network.rewire is not None and not self.options.constant,
        )

    # Row read to operands.

    @property
    def row_read(self) -> int:
        """Clocks from the addresses to the row's words: the slower of weights and activations."""
        return max(self.memories.weights.read_latency, self.memories.activations.read_latency)

    @property
    def dither_levels(self) -> int:
        """Multiplexer levels between the left memories and the lanes."""
        dither = self.network.connections.dither
        return crossbar_levels(self.shape, self.pipelining, dither=dither)

    @property
    def operands(self) -> int:
        """Row read to weights, activations and deltas side by side at the lanes."""
        return self.row_read + self.dither_levels

    @property
    def multiply(self) -> int:
        """Clocks of the lanes' multipliers; the deepest of the three operations sets them all."""
        narrow = self.widths.left_activation
        if self.backpropagates:
            narrow = max(narrow, self.widths.delta)
        return self.pipelining.multiplier_latency(narrow, dsp=True)

    @property
    def products(self) -> int:
        """Row read to the lanes' products."""
        return self.operands + self.multiply

    @cached_property
    def update_pair(self) -> ProductPair | None:
        """How a DSP block makes the products of two lanes of a group, whose delta is the same.

        None where it makes one.
        """
        pair = ProductPair(
            common=self.widths.delta,
            largest=self.widths.largest_left_activation,
            dsp_widths=self.options.dsp_widths,
        )
        possible = self.options.dsp_adds and self.multiply >= LATENCY and self.layout.group > 1
        return pair if possible and pair.fits else None

    @property
    def update_pairs(self) -> int:
        """How many pairs there are; 0 where a DSP block makes none."""
        return self.layout.groups * (self.layout.group // 2) if self.update_pair else 0

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
        """Row read to a and h'."""
        return self.linear + self.network.activation_of(self.junction).latency

    @property
    def activation_latency(self) -> int:
        """lF: row read to the activations readable by the next junction, or by the output delta."""
        return self.activated + (0 if self.last else ROUTE + WRITE)

    @property
    def predicted(self) -> int:
        """Row read to the prediction, once the last row is compared with the best before it."""
        return self.activated + TAKE + tree_levels(self.layout.finishing) + 1

    # The parameter port.

    @property
    def part_levels(self) -> int:
        """Multiplexer levels from the lanes that share a copy to the one accessed."""
        return self.pipelining.mux_levels(min(self.shape.parallelism, LANES_PER_COPY))

    @property
    def lane_levels(self) -> int:
        """The same from all lanes."""
        return self.part_levels + self.pipelining.mux_levels(self.copies.lanes)

    @property
    def lane_accessed(self) -> int:
        """Clocks from an access pulse to the weight accessed."""
        return ACCESS_LEAD + self.operands + self.lane_levels

    @property
    def bias_accessed(self) -> int:
        """The same to the bias accessed."""
        slots = self.pipelining.mux_levels(self.layout.finishing)
        return BIAS_ACCESS_LEAD + self.memories.biases.read_latency + slots

    @property
    def access_latency(self) -> int:
        """Clocks from an access pulse to what it reads, and to the end of its write-back."""
        read = max(self.lane_accessed, self.bias_accessed)
        written = max(ACCESS_LEAD + self.weight_written, BIAS_ACCESS_LEAD + self.bias_written)
        if self.addresses.writable:
            read = max(read, self.addresses.accessed(self.pipelining))
            written = max(written, self.addresses.written(self.pipelining))
        return max(read, written) + 1

    # Output delta and backpropagation.

    @property
    def output_delta_latency(self) -> int:
        """Activation readable to output delta readable: subtract, route, write."""
        return SUBTRACT + ROUTE + WRITE

    @property
    def derivative_written(self) -> int:
        """Row read to the clock that writes h' of the right layer, or the last layer's delta."""
        return self.activated + (SUBTRACT if self.last else 0) + ROUTE

    @property
    def error_latency(self) -> int:
        """Row read to e readable: products, route to the memories, add, write."""
        return self.products + self.dither_levels + ADD + WRITE

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
        return self.pipelining.mux_levels(self.layout.window_inputs(banks))

    @property
    def derivative_multiply(self) -> int:
        """Clocks of e h'; where h' is a flag it is a gate."""
        if self.network.activation_of(self.junction).gates:
            return 1
        return self.pipelining.multiplier_latency(self.widths.derivative, dsp=False)

    @property
    def fetch(self) -> int:
        """Clocks from a delta's address to the delta at its lanes."""
        read = self.memories.fetched.read_latency + self.fetch_window
        delta = 0 if self.last else self.derivative_multiply + 2
        hold = 1 if self.layout.accumulates else 0
        return read + delta + hold + 1

    @property
    def fetch_before_read(self) -> int:
        """Clocks by which the delta's address comes before the row read (negative: after)."""
        return self.fetch - self.operands if self.training else 0

    @property
    def lead(self) -> int:
        """Clocks from the junction's start pulse to its first row read."""
        return max(self.addresses.latency, self.fetch_before_read + SCAN_LEAD)

    # Update.

    @property
    def shift_levels(self) -> int:
        """Registered levels of the shift by the rate exponent."""
        return self.pipelining.mux_levels(self.options.max_rate_exponent + 1)

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
    def subtracted_at(self) -> int:
        """Row read to weights and their changes side by side."""
        return self.update_noise + self.noise_levels

    @property
    def bias_shift(self) -> int:
        """Row read to the shift of the biases' changes, which ends beside the biases."""
        return self.bias_noise - self.shift_levels

    @property
    def weight_written(self) -> int:
        """Row read to the clock that writes the row back."""
        return self.subtracted_at + STEP

    @property
    def bias_written(self) -> int:
        """A bias word's address to the clock that writes its successor."""
        return self.memories.biases.read_latency + STEP

    @property
    def update_latency(self) -> int:
        """The longest time from reading a weight or bias to reading its successor."""
        if not self.training:
            return 1
        return max(self.weight_written, self.bias_written) + WRITE
