"""What a command on a core may ask of a family of FPGAs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.core.design import CoreDesign
from hwgen.estimate.model import Estimate
from hwgen.synthesis import SynthesisReport
from hwgen.tool import Progress
from software_ref.devices import Device, DeviceFamily, Part

__all__ = ["Family", "Fit", "Placement", "PlacementTask"]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Whether an estimated core fits a device."""

    fits: bool | None
    """None where only placement tells."""
    text: str
    """One line."""


@dataclass(frozen=True, kw_only=True)
class PlacementTask:
    """A core to place and route, and what the user said about it."""

    design: CoreDesign
    """The core."""
    part: Part
    """The FPGA."""
    name: str
    """Name of the network."""
    folder: Path | None
    """Where all files shall stay; None for nowhere."""
    freq_mhz: float
    """Clock to aim for."""
    seed: int | None = None
    """Seed of the placer; None takes the family's."""
    chipdb: Path | None = None
    """The tool's database of the FPGA."""
    engine: str | None = None
    """Program to use; None for the best one installed."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What placement and routing came to."""

    text: str
    """What to print."""
    figures: Mapping[str, Any]
    """The same and more, for JSON."""


class Family(ABC):
    """A family of FPGAs, as far as commands on cores see a difference."""

    data: DeviceFamily
    """What its devices share."""
    options: tuple[str, ...]
    """Options of `presparse pnr` that mean something here."""
    exact: tuple[str, ...]
    """Resources that an estimate knows exactly; the others are formulas."""
    synthesise: Callable[..., SynthesisReport] | None = None
    """`hwgen.synthesis.synthesise`, or what has its arguments; None where only placement tells."""

    @abstractmethod
    def available(self, device: Device) -> dict[str, float]:
        """What a device has of what estimates count in its own terms, by their keys."""

    @abstractmethod
    def fit(self, estimate: Estimate, device: Device) -> Fit:
        """Whether an estimated core fits a device."""

    @abstractmethod
    def place(self, task: PlacementTask, progress: Progress) -> Placement:
        """Place and route a core, or write what does so elsewhere.

        Raises
        ------
        ToolError
            A tool failed; the message names the log.
        ValueError
            An option is missing, or the part is none that the tools know.
        """
