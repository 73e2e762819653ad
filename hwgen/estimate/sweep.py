"""Variants of a network for the trade-off between resources and throughput, and their estimates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hwgen.estimate.model import Estimate, estimate_core
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.dsp_budget import divide_multipliers
from software_ref.plan.schedule import Schedule

__all__ = ["SWEEPS", "Point", "estimate_file", "sweep"]

FRACTIONS = range(3, 15)
"""Fraction bits of a sweep over formats."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """One variant."""

    label: str
    """What it is told by: its parallelism, or its format."""
    network: Network
    """The network."""
    estimate: Estimate
    """What its core takes."""
    here: bool
    """Whether it is the network file's own."""


def estimate_file(file: NetworkFile, *, training: bool = True, constant: bool = False) -> Estimate:
    """Estimate the core of a network file."""
    schedule = Schedule.from_file(file, training=training, constant=constant)
    return estimate_core(schedule, divide_multipliers(schedule))


def sweep(
    file: NetworkFile, what: str, *, training: bool = True, constant: bool = False
) -> list[Point]:
    """Estimate all variants of a kind, by rising size.

    Parameters
    ----------
    file
        The network file.
    what
        A name in `SWEEPS`.
    training, constant
        Whether the cores train, and whether their parameters are constants.

    Raises
    ------
    ValueError
        No variant is legal.
    """
    points = []
    for label, network in SWEEPS[what](file.network):
        variant = dataclasses.replace(file, network=network)
        points.append(
            Point(
                label=label,
                network=network,
                estimate=estimate_file(variant, training=training, constant=constant),
                here=network == file.network,
            )
        )
    if not points:
        raise ValueError(f"no other {what} is legal for {file.name}")
    return sorted(points, key=lambda point: (point.estimate.clocks_per_sample, point.estimate.lut))


def _over_parallelism(network: Network) -> Iterator[tuple[str, Network]]:
    """For every number of clocks that a junction can take: the least z that takes no longer."""
    legal = [
        [z for z in range(1, shape.left + 1) if shape.left % z == 0] for shape in network.junctions
    ]
    clocks = {
        shape.weights // z
        for shape, choices in zip(network.junctions, legal, strict=True)
        for z in choices
    }
    seen = set()
    for most in sorted(clocks):
        parallelism = tuple(
            min((z for z in choices if shape.weights <= most * z), default=0)
            for shape, choices in zip(network.junctions, legal, strict=True)
        )
        if 0 in parallelism or parallelism in seen:
            continue
        seen.add(parallelism)
        variant = _legal(lambda z=parallelism: dataclasses.replace(network, parallelism=z))
        if variant is not None:
            yield ", ".join(map(str, parallelism)), variant
    if network.parallelism not in seen:
        yield ", ".join(map(str, network.parallelism)), network


def _over_formats(network: Network) -> Iterator[tuple[str, Network]]:
    """The same integer bits with other fraction bits, and as many extra bits where there are."""
    fmt = network.format
    fractions = sorted({*FRACTIONS, fmt.fraction})
    for fraction in fractions:

        def build(fraction: int = fraction) -> Network:
            stored = fraction + fmt.extra_bits if fmt.extra_bits else None
            shift = fmt.activation_shift
            narrow = fraction - shift if shift else None
            changed = dataclasses.replace(
                fmt, fraction=fraction, stored_fraction=stored, activation_fraction=narrow
            )
            return dataclasses.replace(network, format=changed)

        variant = _legal(build)
        if variant is not None:
            yield str(variant.format), variant


def _legal(build: Callable[[], Network]) -> Network | None:
    try:
        return build()
    except ValueError:
        return None


SWEEPS: dict[str, Callable[[Network], Iterator[tuple[str, Network]]]] = {
    "z": _over_parallelism,
    "formats": _over_formats,
}
"""Variants, with a label each, by what is varied."""
