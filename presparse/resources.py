"""Resources from Python: estimates, sweeps, synthesis and designs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hwgen.designer import Design, DesignGoal
from hwgen.designer.network_text import network_file
from hwgen.estimate.energy import ENERGY
from hwgen.estimate.model import Estimate
from hwgen.estimate.picture import sweep_figure
from hwgen.estimate.sweep import Point
from hwgen.families import family_of
from hwgen.synthesis import SynthesisReport
from presparse.shown import Picture, Shown, Table
from software_ref.devices import Device
from software_ref.network_file import NetworkFile

__all__ = ["Designs", "Resources", "Sweep", "Synthesis"]

_CLOCK_MHZ = 100.0
_ROWS = 20
"""Networks of a design's table; the others are in `designs`."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Resources(Shown):
    """What a core will take, before synthesis."""

    name: str
    """The network's."""
    device: Device
    """The FPGA that it is held against."""
    estimate: Estimate
    """LUTs, flip-flops, DSP blocks, block RAMs and clocks per sample; the same by unit."""

    @property
    def fits(self) -> bool | None:
        """Whether the core fits the device; None where placement alone tells."""
        return family_of(self.device).fit(self.estimate, self.device).fits

    def samples_per_second(self, clock_mhz: float = _CLOCK_MHZ) -> float:
        """Training samples a second at a clock."""
        return clock_mhz * 1e6 / self.estimate.clocks_per_sample

    def energy_nj(self, clock_mhz: float = _CLOCK_MHZ) -> float:
        """Energy of a sample in nJ, by a rough model."""
        return ENERGY.sample_nj(self.estimate, clock_mhz)

    @property
    def title(self) -> str:
        """See Shown."""
        verdict = family_of(self.device).fit(self.estimate, self.device).text
        return f"{self.name}, {self.estimate.clocks_per_sample} clocks a sample: {verdict}"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        figures = self.estimate.to_dict()
        available = family_of(self.device).available(self.device)
        rows = [
            (name, f"{figures[key]:,}", _share(figures[key], available.get(key)))
            for key, name in (("lut", "LUT"), ("ff", "FF"), ("dsp", "DSP"), ("bram36", "BRAM36"))
        ]
        return (Table(("resource", "count", f"of {self.device.title}"), rows),)


def _share(count: float, of: float | None) -> str | None:
    return f"{100 * count / of:.1f} %" if of else None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Sweep(Shown):
    """Estimates of a network's variants."""

    name: str
    """The network's."""
    device: Device
    """The FPGA that they are held against."""
    what: str
    """What varies: "z" or "formats"."""
    points: tuple[Point, ...]
    """The variants, by rising size."""

    @property
    def title(self) -> str:
        """See Shown."""
        return f"{self.name}: estimates over {self.what}"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = []
        for point in self.points:
            found = point.estimate
            rows.append(
                (
                    *(point.label, found.clocks_per_sample, found.lut, found.ff, found.dsp),
                    *(f"{found.bram36:g}", "the network's own" if point.here else ""),
                )
            )
        return (Table((self.what, "clocks", "LUT", "FF", "DSP", "BRAM36", ""), rows, text=(0, 6)),)

    def plot(self, clock_mhz: float = _CLOCK_MHZ) -> Picture:
        """Each resource over samples a second, or over bits."""
        limits = family_of(self.device).available(self.device)
        return Picture(
            sweep_figure(self.title, self.what, self.points, clock_mhz=clock_mhz, limits=limits)
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Synthesis(Shown):
    """What Yosys makes of a core."""

    name: str
    """The network's."""
    report: SynthesisReport
    """Resources by unit, and the longest path."""

    @property
    def figures(self) -> dict[str, Any]:
        """All of it as plain values."""
        return self.report.to_dict()

    @property
    def title(self) -> str:
        """See Shown."""
        path = self.report.path_ns
        longest = "" if path is None else f", longest register-to-register path {path:.3f} ns"
        return f"{self.name} on {self.report.device.title}{longest} (cells only)"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [
            (unit, r.lut, r.ff, r.dsp, f"{r.bram36:g}")
            for unit, r in (
                ("whole core", self.report.resources),
                *((name, each.resources) for name, each in self.report.units.items()),
            )
        ]
        return (Table(("unit", "LUT", "FF", "DSP", "BRAM36"), rows),)

    def __str__(self) -> str:
        return self.report.format_table()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Designs(Shown):
    """Legal networks near a density and a speed, the nearest first."""

    goal: DesignGoal
    """What was wished for."""
    designs: tuple[Design, ...]
    """The networks, with their estimates."""
    file: NetworkFile
    """Data and training that each of them gets."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.designs)

    def network_file(self, number: int = 0) -> NetworkFile:
        """The network file of one, from 0."""
        chosen = network_file(self.designs[number])
        return replace(self.file, network=chosen.network, target=chosen.target)

    @property
    def title(self) -> str:
        """See Shown."""
        return (
            f"{len(self.designs)} networks near {100 * self.goal.density:g} % and "
            f"{self.goal.clocks} clocks"
        )

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = []
        for number, design in enumerate(self.designs[:_ROWS]):
            network, found = design.network, design.estimate
            rows.append(
                (
                    number,
                    "-".join(map(str, network.layers)),
                    ", ".join(map(str, network.out_degree)),
                    ", ".join(map(str, network.parallelism)),
                    f"{100 * design.density:.2f}",
                    *(design.clocks, found.lut, found.dsp, f"{found.bram36:g}"),
                )
            )
        header = ("", "layers", "d_out", "z", "density %", "clocks", "LUT", "DSP", "BRAM36")
        return (Table(header, rows, text=(1, 2, 3)),)
