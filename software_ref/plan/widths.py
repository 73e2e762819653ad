"""Bits of every value of a junction: they follow from the network alone."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.connections.junction_shape import JunctionShape
from software_ref.network import Network

__all__ = ["Widths", "product_width"]


def product_width(bits: int, largest: int) -> int:
    """Bits of a signed number of so many bits times one from 0 to a largest, at least 1."""
    return ((largest << (bits - 1)) - 1).bit_length() + 1


@dataclass(frozen=True)
class Widths:
    """Widths in bits of what one junction computes with."""

    network: Network
    """The network the junction belongs to."""
    junction: int
    """Junction number i, from 1."""

    @property
    def shape(self) -> JunctionShape:
        """The junction's sizes."""
        return self.network.junctions[self.junction - 1]

    @property
    def last(self) -> bool:
        """Whether its right layer is the output."""
        return self.junction == len(self.network.junctions)

    @property
    def left_activation(self) -> int:
        """An activation of the left layer, unsigned, without low bits always 0."""
        return self._activation(self.junction - 1)

    @property
    def right_activation(self) -> int:
        """The same of the right layer."""
        return self._activation(self.junction)

    @property
    def largest_left_activation(self) -> int:
        """The largest activation of the left layer, without low bits always 0."""
        return self._largest(self.junction - 1)

    def _activation(self, layer: int) -> int:
        return self._largest(layer).bit_length()

    def _largest(self, layer: int) -> int:
        return self.network.activation_maximum(layer) >> self.network.activation_shift(layer)

    @property
    def fed(self) -> int:
        """A weight times an activation of the left layer, signed."""
        return product_width(self.network.format.width, self.largest_left_activation)

    @property
    def change(self) -> int:
        """A delta times an activation of the left layer, signed."""
        return product_width(self.delta, self.largest_left_activation)

    @property
    def derivative(self) -> int:
        """h' of the right layer as it is stored."""
        return self.network.activation_of(self.junction).derivative_width(self.network.format)

    @property
    def delta(self) -> int:
        """A delta of the right layer, signed; an output's lies in [-1, 1]."""
        return self.network.format.fraction + 2 if self.last else self.network.format.width

    @property
    def left_error(self) -> int:
        """e of the left layer, the exact sum of w delta over out-edges, signed."""
        largest = self.shape.out_degree << (self.network.format.width + self.delta - 2)
        return largest.bit_length() + 1

    @property
    def error(self) -> int:
        """e of the right layer, which the next junction sums up; 0 for the output."""
        return 0 if self.last else Widths(self.network, self.junction + 1).left_error
