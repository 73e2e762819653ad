"""Which connections move while a network learns, and when: `[rewire]` of the network file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import Free
from software_ref.connections.options import ConnectionOptions
from software_ref.console.errors import Mistakes
from software_ref.key_metadata import legal

__all__ = ["RewireOptions"]


@dataclass(frozen=True, kw_only=True)
class RewireOptions:
    """Connections that exchange their left ends between epochs (docs/numerics.md, "Rewiring").

    Raises
    ------
    TypeError
        A field is of the wrong kind.
    ValueError
        A field is out of range.
    """

    share: float = field(default=0.3, metadata=legal("0 to 1"))
    """Share of a junction's weights that move after the first epoch."""
    until: float = field(default=0.75, metadata=legal("above 0 and at most 1"))
    """Share of the epochs after which connections move; the share of weights falls to 0 by then."""
    seed: int = field(default=1, metadata=legal("at least 0"))
    """Seed of the pairs that exchange their left ends."""
    junctions: tuple[int, ...] | None = field(
        default=None,
        metadata=legal(
            "numbers from 1, of junctions with several words a memory and not fully connected",
            usual="all such",
        ),
    )
    """Junctions whose connections move."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            share = _number("share", self.share)
            if not 0 <= share <= 1:
                raise ValueError(f"rewire share must be 0 to 1, not {self.share!r}")
        with mistakes.noted():
            until = _number("until", self.until)
            if not 0 < until <= 1:
                raise ValueError(f"rewire until must be above 0 and at most 1, not {self.until!r}")
        with mistakes.noted():
            if not isinstance(self.seed, int) or isinstance(self.seed, bool):
                raise TypeError(f"rewire seed must be an integer, not {self.seed!r}")
            if self.seed < 0:
                raise ValueError(f"rewire seed must be at least 0, not {self.seed}")
        with mistakes.noted():
            self._check_junctions()
        mistakes.raise_any()

    def _check_junctions(self) -> None:
        junctions: Any = self.junctions
        if junctions is None:
            return
        if not isinstance(junctions, list | tuple):
            raise TypeError(f"rewire junctions must be a list of integers, not {junctions!r}")
        for each in junctions:
            if not isinstance(each, int) or isinstance(each, bool):
                raise TypeError(f"rewire junctions must hold integers, not {each!r}")
        if not junctions or list(junctions) != sorted(set(junctions)):
            raise ValueError(
                "rewire junctions must list one or more junctions in rising order, "
                f"not {list(junctions)}"
            )
        object.__setattr__(self, "junctions", tuple(junctions))

    def check_network(
        self, junctions: Sequence[JunctionShape], connections: ConnectionOptions
    ) -> None:
        """Raise ValueError where connections cannot move in the junctions that are named."""
        if connections.kind != Free.name:
            raise ValueError(
                f'rewire must come with connections kind = "{Free.name}", the only kind whose '
                f'connections can move, not "{connections.kind}"'
            )
        names = {shape.index: shape for shape in junctions}
        mistakes = Mistakes()
        for index in self.junctions or ():
            with mistakes.noted():
                if index not in names:
                    raise ValueError(
                        f"rewire junctions must be 1 to the {len(junctions)} there are, not {index}"
                    )
                if not names[index].movable:
                    raise ValueError(f"rewire junctions must not name {_unmovable(names[index])}")
        if self.junctions is None and not any(shape.movable for shape in junctions):
            told = "; ".join(map(_unmovable, junctions))
            raise ValueError(f"rewire must have a junction whose connections can move: {told}")
        mistakes.raise_any()

    def moving(self, junctions: Sequence[JunctionShape]) -> tuple[int, ...]:
        """Numbers of the junctions whose connections move, from 1."""
        if self.junctions is not None:
            return self.junctions
        return tuple(shape.index for shape in junctions if shape.movable)

    def ends(self, epochs: int) -> Fraction:
        """The epoch, from 0, behind which nothing moves any more, of so many."""
        return _exact(self.until) * epochs

    def moved_after(self, epoch: int, epochs: int, weights: int) -> int:
        """How many of a junction's weights are chosen between an epoch, from 0, and the next.

        `epochs` is the number of all. 0 after the last epoch.
        """
        until = self.ends(epochs)
        if epoch + 1 >= epochs or epoch >= until:
            return 0
        return floor(weights * _exact(self.share) * (1 - epoch / until))


def _number(name: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"rewire {name} must be a number, not {value!r}")
    return value


def _exact(value: float) -> Fraction:
    """The decimal that a float is written as."""
    return Fraction(str(value))


def _unmovable(shape: JunctionShape) -> str:
    if shape.depth == 1:
        reason = f"has one word in each of its {shape.parallelism} memories, as z = {shape.left}"
    else:
        reason = "is fully connected"
    return f"junction {shape.index}, which {reason}"
