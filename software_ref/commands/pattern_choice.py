"""Which patterns a subcommand looks at: the network file's own, or of another kind or seed."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from software_ref.checkpoint import load_checkpoint
from software_ref.commands.arguments import integer_from
from software_ref.connections.counts import PatternCount, clash_free_count, pattern_count
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.network_patterns import PATTERN_KINDS, network_patterns
from software_ref.connections.options import KINDS
from software_ref.connections.pattern import SparsePattern
from software_ref.network import Network
from software_ref.network_file import NetworkFile

__all__ = ["PatternChoice", "add_pattern_choice", "pattern_choice", "pattern_inputs"]


def add_pattern_choice(parser: argparse.ArgumentParser) -> None:
    """Add `--kind KIND`, `--seed N` and `--resume FILE`."""
    parser.add_argument(
        "--kind",
        choices=(*PATTERN_KINDS, *KINDS),
        metavar="KIND",
        help="look at patterns of this kind, in place of the file's clash-free ones: "
        f"{', '.join((*PATTERN_KINDS[1:], *KINDS))}",
    )
    parser.add_argument(
        "--seed",
        type=integer_from(0),
        metavar="N",
        help="seed of the patterns, in place of the file's",
    )
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE.npz",
        help="look at a saved file's connections, which [rewire] may have moved",
    )


def pattern_choice(file: NetworkFile, arguments: argparse.Namespace) -> PatternChoice:
    """What `--kind`, `--seed` and `--resume` choose.

    Raises
    ------
    OSError, ValueError
        A saved file cannot be read, is another network's, or is named beside a kind or a seed.
    """
    if arguments.resume is None:
        return PatternChoice.of(file.network, arguments.kind, arguments.seed)
    for option, given in (("--kind", arguments.kind), ("--seed", arguments.seed)):
        if given is not None:
            raise ValueError(f"--resume must be given without {option}")
    state = load_checkpoint(arguments.resume, file.network)
    return replace(
        PatternChoice.of(file.network),
        learnt=tuple(pattern.sparse for pattern in state.parameters.connections),
        learnt_where=f"{arguments.resume} after epoch {state.epoch}",
    )


def pattern_inputs(arguments: argparse.Namespace) -> list[Path]:
    """Files that are read, which no output may overwrite."""
    return [each for each in (arguments.network_file, arguments.resume) if each is not None]


@dataclass(frozen=True, kw_only=True)
class PatternChoice:
    """Patterns of a network's sizes and degrees."""

    network: Network
    """Sizes, degrees, parallelism and dither."""
    kind: str
    """A name in `kinds.KINDS`, or of PATTERN_KINDS but "clash_free"."""
    seed: int
    """Seed of the patterns."""
    learnt: tuple[SparsePattern, ...] | None = None
    """Those of a trained state, in place of drawn ones."""
    learnt_where: str = ""
    """What to call that state."""

    @classmethod
    def of(
        cls, network: Network, kind: str | None = None, seed: int | None = None
    ) -> PatternChoice:
        """A network's own patterns, or those of another kind or seed."""
        own = network.connections
        return cls(
            network=network,
            kind=own.kind if kind in {None, "clash_free"} else str(kind),
            seed=own.seed if seed is None else seed,
        )

    @property
    def clash_free(self) -> bool:
        """Whether an interleaver makes these patterns."""
        return self.kind in KINDS

    @property
    def dither(self) -> bool | None:
        """Whether each sweep permutes the memories; None where there are none."""
        return self.network.connections.dither if self.clash_free else None

    def patterns(self, seed: int | None = None) -> tuple[SparsePattern, ...]:
        """The patterns of all junctions, with this seed or another.

        Raises
        ------
        ValueError
            Some junction has no pattern of this kind.
        """
        if self.learnt is not None:
            return self.learnt
        options: dict[str, Any] = (
            {"clash_free_kind": self.kind, "dither": self.network.connections.dither}
            if self.clash_free
            else {}
        )
        return network_patterns(
            "clash_free" if self.clash_free else self.kind,
            self.network.layers,
            self.network.out_degree,
            parallelism=self.network.parallelism,
            seed=self.seed if seed is None else seed,
            **options,
        )

    def count(self, shape: JunctionShape) -> PatternCount:
        """How many patterns of this kind one of the network's junctions has.

        Raises
        ------
        ValueError
            There is no closed form; the message says why.
        """
        if self.clash_free:
            return clash_free_count(shape, self.kind, "per_sweep" if self.dither else "none")
        return pattern_count(
            self.kind,
            shape.left,
            shape.right,
            shape.out_degree,
            where=f"junction {shape.index}",
        )

    def title(self, name: str, seeds: int = 1) -> str:
        """A heading: "digits: 64-40-10, seed_per_sweep connections with dither, seed 1"."""
        seed = (
            f"seed {self.seed}" if seeds == 1 else f"seeds {self.seed} to {self.seed + seeds - 1}"
        )
        layers = "-".join(map(str, self.network.layers))
        dither = " with dither" if self.dither else ""
        learnt = "" if self.learnt is None else f", of {self.learnt_where}"
        return f"{name}: {layers}, {self.kind} connections{dither}, {seed}{learnt}"
