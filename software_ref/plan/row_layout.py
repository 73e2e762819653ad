"""How the rows of a junction cut its right neurons: groups of lanes, slots, what finishes when.

A row holds z consecutive edges and a right neuron d_in consecutive edges, so neuron borders only
ever fall on multiples of g = gcd(z, d_in). The lanes of a row are therefore handled in G = z / g
groups, a neuron spans q = d_in / g groups, and a row's phase r (the groups of its first neuron that
lie in earlier rows) takes the q values (t G) mod q.

    z = 6, d_in = 4: g = 2, G = 3, q = 2          slot 0   slot 1
        row 0, r = 0:  [e0  e1 | e2  e3 | e4  e5 ]   n0       n1
        row 1, r = 1:  [e6  e7 | e8  e9 | e10 e11]   n1       n2

Slots number the neurons that a row touches. The neurons that finish in a row are its first slots.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, gcd

from software_ref.connections.junction_shape import JunctionShape

__all__ = ["RowLayout"]


@dataclass(frozen=True)
class RowLayout:
    """Geometry of one junction's rows; all counts, no state."""

    shape: JunctionShape
    """Sizes of the junction."""

    @cached_property
    def group(self) -> int:
        """Lanes g in a group."""
        return gcd(self.shape.parallelism, self.shape.in_degree)

    @cached_property
    def groups(self) -> int:
        """Groups G in a row."""
        return self.shape.parallelism // self.group

    @cached_property
    def span(self) -> int:
        """Groups q of one right neuron."""
        return self.shape.in_degree // self.group

    @property
    def slots(self) -> int:
        """The most right neurons that one row touches."""
        return (self.span + self.groups - 2) // self.span + 1

    @property
    def finishing(self) -> int:
        """The most right neurons that finish, or start, in one row."""
        return ceil(self.groups / self.span)

    @property
    def accumulates(self) -> bool:
        """Whether a right neuron's edges ever lie in two rows."""
        return self.span > 1

    @property
    def moving(self) -> bool:
        """Whether groups move between slots from row to row."""
        return self.span > 1 and self.groups > 1

    @cached_property
    def slot_inputs(self) -> int:
        """The most groups that can lie in one slot, over all phases."""
        if not self.moving:
            return 1
        return max(
            sum(slot in self.group_slots(i) for i in range(self.groups))
            for slot in range(self.slots)
        )

    def bank_unit(self, banks: int) -> int:
        """Banks that the place of a row's first neuron is a multiple of, neuron n in bank n mod Z.

        Either all that finish in one row, where these always share one word, or 1.
        """
        whole = self.groups % self.span == 0 or self.finishing == 1
        return self.finishing if whole and banks % self.finishing == 0 else 1

    def window_inputs(self, banks: int) -> int:
        """Banks that a slot's value may come from, read by rows that neurons start in."""
        return banks // self.bank_unit(banks)

    def group_slots(self, group: int) -> tuple[int, ...]:
        """The one or two slots that a group lies in, depending on the phase."""
        base = group // self.span
        return (base,) if group % self.span == 0 else (base, base + 1)

    def upper_from(self, group: int) -> int:
        """The first phase from which a group lies in the second of its `group_slots`."""
        return self.span - group % self.span

    def finished(self, phase: int) -> int:
        """Right neurons that finish in a row of this phase."""
        return (phase + self.groups) // self.span

    def started(self, phase: int) -> int:
        """Right neurons that start in a row of this phase."""
        return ceil((phase + self.groups) / self.span) - ceil(phase / self.span)

    @property
    def finish_words(self) -> int:
        """Words of a memory that holds the values of one row's finishing neurons in each word.

        With one finishing neuron a row, neuron n sits in word n; otherwise every row has at least
        one, and row t's sit in word t.
        """
        return self.shape.right if self.finishing == 1 else self.shape.rows

    def finish_place(self, neuron: int) -> tuple[int, int]:
        """Word and slot of a right neuron in such a memory."""
        if self.finishing == 1:
            return neuron, 0
        row = ((neuron + 1) * self.shape.in_degree - 1) // self.shape.parallelism
        return row, neuron - row * self.shape.parallelism // self.shape.in_degree
