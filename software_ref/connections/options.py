"""How the patterns of a network are drawn: `[connections]` of the network file."""

from __future__ import annotations

from dataclasses import dataclass, field

from software_ref.connections.kinds import KINDS
from software_ref.console.errors import Mistakes
from software_ref.key_metadata import legal

__all__ = ["KINDS", "ConnectionOptions"]


@dataclass(frozen=True, kw_only=True)
class ConnectionOptions:
    """How the patterns of all junctions are drawn."""

    kind: str = field(default="seed_per_sweep", metadata=legal(KINDS))
    """Kind of the clash-free patterns (docs/connections.md)."""
    dither: bool = False
    """Whether each sweep permutes the z memories among the lanes."""
    seed: int = field(default=1, metadata=legal("at least 0"))
    """Seed of the generator; junction i draws from the stream (seed, i)."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            if self.kind not in list(KINDS):
                names = ", ".join(f'"{kind}"' for kind in KINDS)
                raise ValueError(f"connections kind must be one of {names}, not {self.kind!r}")
        with mistakes.noted():
            if not isinstance(self.dither, bool):
                raise TypeError(f"connections dither must be true or false, not {self.dither!r}")
        with mistakes.noted():
            if not isinstance(self.seed, int) or isinstance(self.seed, bool):
                raise TypeError(f"connections seed must be an integer, not {self.seed!r}")
            if self.seed < 0:
                raise ValueError(f"connections seed must be at least 0, not {self.seed}")
        mistakes.raise_any()
