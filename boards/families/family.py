"""What `presparse build` may ask of a family of FPGAs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boards.bitstream.job import BitstreamJob
from boards.bitstream.report import Routed
from boards.clocking.clocking import Clocking
from boards.memory.external import BLOCK
from boards.platforms.board import Board
from hwgen.pnr.nextpnr import DEFAULT_SEED
from hwgen.tool import Progress
from software_ref.devices import DeviceFamily

__all__ = ["BoardFamily", "BuildOptions", "Builder", "Built"]


@dataclass(frozen=True, kw_only=True)
class BuildOptions:
    """What the user said about tools."""

    seed: int | None = None
    """Seed of the placer; None takes the usual one."""
    seeds: int | None = None
    """How many seeds from that one on are tried, of which the best is kept; None for one."""
    placer: str | None = None
    """nextpnr's placer; None for its usual one."""
    toolchain: str | None = None
    """Which tools to look for; None for any."""
    plan_only: bool = False
    """Whether no tool is to be run."""
    engine: str | None = None
    """Program that places and routes; None for the best one installed."""
    chipdb: Path | None = None
    """nextpnr's database of the FPGA."""
    database: Path | None = None
    """Folder of Project X-Ray's databases."""
    memory: str = BLOCK
    """Kind of memory that holds the samples."""

    @property
    def placer_seeds(self) -> range:
        """Every seed to try."""
        first = DEFAULT_SEED if self.seed is None else self.seed
        return range(first, first + (self.seeds or 1))


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build came to."""

    routed: Routed | None = None
    """Figures; None where no tool ran."""
    archive: Path | None = None
    """What another machine needs; None where a tool ran here."""
    text: str | None = None
    """A line to print."""


Builder = Callable[[BitstreamJob, Progress], Built]
"""Makes the bitstream in the job's existing folder, unless the clock is missed.

It raises ToolError where a tool fails; the message names the log.
"""


class BoardFamily(ABC):
    """A family of FPGAs, as far as its boards differ from others."""

    data: DeviceFamily
    """What its devices share."""
    options: tuple[str, ...]
    """Fields of BuildOptions that mean something here."""
    remedy: str = ""
    """What to take, beside a lower clock, where the clock is missed."""

    @abstractmethod
    def clocking(self, oscillator_hz: int, clock_hz: int) -> Clocking:
        """What makes a clock out of an oscillator's.

        Raises
        ------
        ValueError
            Nothing makes one near enough; the message names the nearest.
        """

    @abstractmethod
    def builder(self, board: Board, options: BuildOptions) -> Builder:
        """What makes a board's bitstream with some tools, or a plan for it.

        Raises
        ------
        ValueError
            An option is wrong or missing.
        """
