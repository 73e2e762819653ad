"""The designer: legal networks near a wish, each with its estimate, in the order asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hwgen.designer.candidates import STEP, Candidate, candidates_near, distance
from hwgen.designer.goal import DesignGoal
from hwgen.estimate import Estimate
from hwgen.estimate.sweep import estimate_file
from hwgen.families import family_of
from software_ref.devices import Device
from software_ref.network import Network
from software_ref.network_file import NetworkFile

__all__ = ["SORTS", "Design", "find_designs", "measured", "ranked", "wished"]

MOST = 160
"""Networks that are estimated, nearest first: some milliseconds each."""
FEW = 12
"""Those that are estimated to find one that fits, at every multiple of the clocks."""
SLOWER = (1.25, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 16, 24, 32)
"""Factors of the clocks at which a device too small may have room."""


@dataclass(frozen=True, kw_only=True)
class Design:
    """A legal network and what its core will take."""

    candidate: Candidate
    """The network and the wish that it was found for."""
    estimate: Estimate
    """Resources and clocks per sample."""
    fits: bool | None
    """Whether the core fits the device; None where only placement tells."""

    @property
    def network(self) -> Network:
        """The network."""
        return self.candidate.network

    @property
    def padded(self) -> bool:
        """Whether inputs have no feature, or outputs no class."""
        return self.candidate.sizes.padded

    @property
    def density(self) -> float:
        """Share of all possible edges that there are."""
        return self.network.density

    @property
    def clocks(self) -> int:
        """Clocks per sample."""
        return self.estimate.clocks_per_sample

    @property
    def off(self) -> tuple[float, float]:
        """How far density and clocks are from the wish, as shares."""
        goal = self.candidate.goal
        return distance(self.density, goal.density), distance(self.clocks, goal.clocks)

    def to_dict(self) -> dict[str, Any]:
        """All figures as JSON holds them."""
        network = self.network
        figures = self.estimate.to_dict()
        return {
            "layers": list(network.layers),
            "out_degree": list(network.out_degree),
            "parallelism": list(network.parallelism),
            "classes": network.competing,
            "padded": self.padded,
            "density": self.density,
            **{key: value for key, value in figures.items() if key != "units"},
            "fits": self.fits,
        }


def _closest(design: Design) -> tuple[float, ...]:
    return round(sum(design.off) / STEP), design.estimate.lut, sum(design.off)


SORTS: dict[str, Callable[[Design], tuple[float, ...]]] = {
    "closest": _closest,
    "density": lambda design: (round(design.off[0] / STEP), *_closest(design)),
    "clocks": lambda design: (design.clocks, *_closest(design)),
    "weights": lambda design: (-design.network.weights, *_closest(design)),
    "lut": lambda design: (design.estimate.lut, *_closest(design)),
    "ff": lambda design: (design.estimate.ff, *_closest(design)),
    "dsp": lambda design: (design.estimate.dsp, *_closest(design)),
    "bram": lambda design: (design.estimate.bram36, *_closest(design)),
}
"""Keys of designs by the name of an order; among equals distance and LUTs decide."""


def find_designs(goal: DesignGoal) -> list[Design]:
    """Legal networks near a wish that fit the device, the nearest first.

    Raises
    ------
    ValueError
        No legal network is near enough, or none of these fits; the message has the nearest one that
        would do.
    """
    return wished(measured(candidates_near(goal, MOST)), goal)


def measured(
    candidates: Sequence[Candidate], finished: Callable[[], object] = lambda: None
) -> list[Design]:
    """Estimate networks; `finished` is called after each."""
    designs = []
    for candidate in candidates:
        goal, target = candidate.goal, candidate.goal.target
        file = NetworkFile(network=candidate.network, target=target)
        estimate = estimate_file(file, training=goal.training, constant=goal.constant)
        fit = family_of(target.fpga).fit(estimate, target.fpga)
        designs.append(Design(candidate=candidate, estimate=estimate, fits=fit.fits))
        finished()
    return designs


def wished(designs: Sequence[Design], goal: DesignGoal) -> list[Design]:
    """Those that are near enough and may fit, the nearest first.

    Raises
    ------
    ValueError
        There are none; see `find_designs`.
    """
    if not designs:
        raise ValueError(f"no network of the layers {_layers(goal)} is legal")
    near = [design for design in designs if max(design.off) <= goal.within]
    if not near:
        nearest = min(designs, key=_closest)
        raise ValueError(
            f"no legal network of the layers {_layers(goal)} is within {100 * goal.within:g} % of "
            f"{100 * goal.density:g} % density and {goal.clocks} clocks; the nearest is "
            f"{_described(nearest)}"
        )
    fitting = [design for design in near if design.fits is not False]
    if not fitting:
        smallest = min(near, key=SORTS["lut"])
        raise ValueError(
            f"no network of {100 * goal.density:g} % density and {goal.clocks} clocks fits "
            f"{goal.target.fpga.title}: {_described(smallest)} takes "
            f"{_needs(smallest, goal.target.fpga)}; {_slower(goal)}"
        )
    return ranked(fitting)


def ranked(designs: Sequence[Design], order: str = "closest") -> list[Design]:
    """Designs in an order of `SORTS`."""
    return sorted(designs, key=SORTS[order])


def _layers(goal: DesignGoal) -> str:
    if len(goal.sizes) > 1:
        return f"tried ({len(goal.sizes)} choices)"
    return "-".join(map(str, goal.sizes[0].layers))


def _described(design: Design) -> str:
    network = design.network
    degrees, parallelism = (
        ", ".join(map(str, numbers)) for numbers in (network.out_degree, network.parallelism)
    )
    return (
        f"{'-'.join(map(str, network.layers))} with out_degree {degrees} and parallelism "
        f"{parallelism} ({100 * design.density:.3g} %, {design.clocks} clocks)"
    )


def _needs(design: Design, device: Device) -> str:
    """What the device has too little of; in words, where an estimate is in terms of another's."""
    family = family_of(device)
    available = family.available(device)
    short = {
        name: (getattr(design.estimate, key), available[key])
        for key, name in (("lut", "LUT"), ("ff", "FF"), ("bram36", "BRAM36"))
        if key in available and getattr(design.estimate, key) > available[key]
    }
    if not short:
        return f"too much ({family.fit(design.estimate, device).text})"
    name = max(short, key=lambda name: short[name][0] / short[name][1])
    return f"{short[name][0]:,g} of {short[name][1]:,g} {name}"


def _slower(goal: DesignGoal) -> str:
    """The fewest clocks, of some multiples, with which a network does fit."""
    for factor in SLOWER:
        slower = replace(goal, clocks=round(factor * goal.clocks))
        designs = measured(candidates_near(slower, FEW))
        fitting = [each for each in designs if each.fits and max(each.off) <= goal.within]
        if fitting:
            return f"one that does is {_described(min(fitting, key=_closest))}"
    return f"nor does any that takes {SLOWER[-1]} times as long"
