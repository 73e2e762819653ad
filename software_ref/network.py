"""A pre-defined-sparse network: layer sizes, degrees, parallelism, format and activation."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from software_ref.activation import Activation
from software_ref.activation_functions import OUTPUT, ActivationFunction
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.sizes import (
    check_entries,
    positive_integers,
)
from software_ref.console.errors import Mistakes
from software_ref.fixed_point import FixedFormat
from software_ref.key_metadata import legal
from software_ref.update_rounding import UpdateOptions

__all__ = ["LARGEST_LAYER", "Network"]

LARGEST_LAYER = 1 << 20
"""Neurons that a layer may have: beyond any FPGA, and few enough for quick error messages."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """A legal network, as its file's `[network]`, `[format]`, `[activation]`, `[connections]`,
    `[update]` and `[rewire]` give it.

    Raises
    ------
    TypeError
        A field is of the wrong kind.
    ValueError
        A shape is not legal (README.md, "Supported, and limits"); the message names the rule, the
        numbers and the nearest legal values. InputErrors where there are several mistakes.
    """

    layers: tuple[int, ...] = field(
        metadata=legal(f"2 or more, each 1 to {LARGEST_LAYER}; right divides left times d_out")
    )
    """Neurons N_0 .. N_L."""
    out_degree: tuple[int, ...] = field(
        metadata=legal("one a junction, each 1 to its right neurons")
    )
    """Edges leaving each left neuron, d_out_1 .. d_out_L."""
    parallelism: tuple[int, ...] = field(
        metadata=legal(
            "one a junction, each a divisor of its left neurons, and at least the right neurons "
            "that finish in a clock before it"
        )
    )
    """Edges processed per clock, z_1 .. z_L."""
    classes: int | None = field(default=None, metadata=legal("1 to N_L", usual="N_L"))
    """Outputs that compete in a prediction."""
    format: FixedFormat = field(default_factory=FixedFormat)
    """Fixed-point format of every stored quantity."""
    activation: Activation = field(default_factory=Activation)
    """Hidden-layer activation; the output layer is always a sigmoid."""
    connections: ConnectionOptions = field(default_factory=ConnectionOptions)
    """Kind of clash-free pattern and its seed."""
    update: UpdateOptions = field(default_factory=UpdateOptions)
    """How updates are rounded."""
    rewire: RewireOptions | None = None
    """Which connections move between epochs; None leaves all as they are drawn."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        for name in ("layers", "out_degree", "parallelism"):
            with mistakes.noted():
                object.__setattr__(self, name, positive_integers(name, getattr(self, name)))
        outputs = None if mistakes or not self.layers else self.layers[-1]
        if not mistakes:
            self._check_sizes(mistakes)
        with mistakes.noted():
            self._check_classes(outputs)
        with mistakes.noted():
            self.activation.check_format(self.format)
        mistakes.raise_any()
        if self.rewire is not None:
            self.rewire.check_network(self.junctions, self.connections)

    def _check_sizes(self, mistakes: Mistakes) -> None:
        """Check the three lists against each other: one rule where the one before it holds."""
        with mistakes.noted():
            check_entries(self.layers, out_degree=self.out_degree, parallelism=self.parallelism)
        for layer, neurons in enumerate(self.layers):
            with mistakes.noted():
                if neurons > LARGEST_LAYER:
                    raise ValueError(
                        f"layers[{layer}] must be at most {LARGEST_LAYER}, not {neurons}"
                    )
        if mistakes:
            return
        for sizes in self._junction_sizes:
            with mistakes.noted():
                JunctionShape(**sizes)
        if mistakes:
            return
        for this, following in pairwise(self.junctions):
            with mistakes.noted():
                _check_finishing(this, following)

    def _check_classes(self, outputs: int | None) -> None:
        """Check `classes`, or set it; `outputs` is None where the layers are wrong already."""
        if self.classes is None:
            object.__setattr__(self, "classes", outputs)
        elif not isinstance(self.classes, int) or isinstance(self.classes, bool):
            raise TypeError(f"classes must be an integer, not {self.classes!r}")
        elif outputs is not None and not 1 <= self.classes <= outputs:
            raise ValueError(f"classes must be 1 to the {outputs} outputs, not {self.classes}")

    @cached_property
    def junctions(self) -> tuple[JunctionShape, ...]:
        """The L junctions, left to right."""
        return tuple(JunctionShape(**sizes) for sizes in self._junction_sizes)

    @property
    def _junction_sizes(self) -> list[dict[str, int]]:
        """What every junction is made of."""
        sizes = zip(pairwise(self.layers), self.out_degree, self.parallelism, strict=True)
        return [
            {"index": i, "left": left, "right": right, "out_degree": degree, "parallelism": z}
            for i, ((left, right), degree, z) in enumerate(sizes, start=1)
        ]

    @property
    def moving(self) -> tuple[int, ...]:
        """Numbers of the junctions whose connections move, from 1."""
        return () if self.rewire is None else self.rewire.moving(self.junctions)

    @property
    def competing(self) -> int:
        """Outputs that compete in a prediction, as an integer whatever `classes` was given as."""
        assert self.classes is not None  # set in __post_init__
        return self.classes

    @property
    def weights(self) -> int:
        """Edges of all junctions."""
        return sum(junction.weights for junction in self.junctions)

    @property
    def biases(self) -> int:
        """Biases of all layers but the input."""
        return sum(self.layers[1:])

    @property
    def density(self) -> float:
        """Overall density rho_net = sum W_i / sum N_{i-1} N_i."""
        return self.weights / sum(left * right for left, right in pairwise(self.layers))

    @property
    def block_cycle(self) -> int:
        """The largest row count C = max C_i."""
        return max(junction.rows for junction in self.junctions)

    def activation_of(self, layer: int) -> ActivationFunction:
        """The activation function of a layer, from 1."""
        return self.activation.function if layer < len(self.layers) - 1 else OUTPUT

    def activation_maximum(self, layer: int) -> int:
        """The largest raw activation of a layer (0 = input); the smallest is 0."""
        return self.activation_of(layer).maximum(self.format) if layer else self.format.one

    def activation_shift(self, layer: int) -> int:
        """Low bits of a layer's activations that are always 0; an output has none."""
        return self.format.activation_shift if layer < len(self.layers) - 1 else 0


def _check_finishing(this: JunctionShape, following: JunctionShape) -> None:
    """Refuse a junction that finishes more neurons a clock than the one behind it takes."""
    if this.finishing <= following.parallelism:
        return
    limit = following.parallelism * this.in_degree
    lower = max(d for d in range(1, limit + 1) if this.left % d == 0)
    higher = next(d for d in range(this.finishing, following.left + 1) if following.left % d == 0)
    advice = (
        f"lower parallelism of junction {this.index} to {lower}, "
        f"or raise that of junction {following.index} to {higher}"
    )
    raise ValueError(
        f"parallelism of junction {following.index} must be at least the right neurons "
        f"that finish per clock in junction {this.index}: ceil({this.parallelism} / "
        f"{this.in_degree}) = {this.finishing} is more than {following.parallelism}; "
        f"{advice}"
    )
