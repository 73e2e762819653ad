"""Boards with an ECP5: a PLL, and bitstreams with tools from PyPI alone."""

from __future__ import annotations

from boards.bitstream.ecp5 import build_ecp5
from boards.bitstream.job import BitstreamJob
from boards.clocking.clocking import Clocking
from boards.clocking.ecp5_pll import find_pll
from boards.families.family import BoardFamily, Builder, BuildOptions, Built
from boards.platforms.board import Board
from hwgen.tool import Progress
from software_ref.devices import ECP5

__all__ = ["Ecp5Boards"]


class Ecp5Boards(BoardFamily):
    """The family whose bitstreams are always made here."""

    data = ECP5
    options = ("seed", "seeds")
    remedy = "another --seed, or several --seeds"

    def clocking(self, oscillator_hz: int, clock_hz: int) -> Clocking:
        """See `BoardFamily`."""
        return find_pll(oscillator_hz, clock_hz)

    def builder(self, board: Board, options: BuildOptions) -> Builder:
        """See `BoardFamily`."""

        def build(job: BitstreamJob, progress: Progress) -> Built:
            return Built(routed=build_ecp5(job, progress, seeds=options.placer_seeds))

        return build
