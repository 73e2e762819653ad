"""The Digilent Nexys A7-100T: the Nexys4 DDR under its present name, on the same pins."""

from __future__ import annotations

from dataclasses import replace

from boards.platforms import nexys4ddr

__all__ = ["BOARD"]

BOARD = replace(nexys4ddr.BOARD, name="nexysa7", title="Digilent Nexys A7-100T")
"""The board."""
