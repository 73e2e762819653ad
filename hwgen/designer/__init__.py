"""Legal networks for a density and a speed, with what their cores will take."""

from __future__ import annotations

from hwgen.designer.goal import DesignGoal
from hwgen.designer.layer_sizes import LayerSizes, sizes_for
from hwgen.designer.search import Design, find_designs, ranked

__all__ = ["Design", "DesignGoal", "LayerSizes", "find_designs", "ranked", "sizes_for"]
