"""Placement and routing: the real clock of a core, and what limits it."""

from hwgen.pnr.artix_plan import PLAN_FILES, write_plan
from hwgen.pnr.artix_tools import ARTIX_TOOLS, find_tool, run_artix_tool
from hwgen.pnr.ecp5 import ECP5_DEVICES, LFE5U_85F, Ecp5Device
from hwgen.pnr.flow import place_and_route
from hwgen.pnr.nextpnr import PlacementError
from hwgen.pnr.report import RouteReport

__all__ = [
    "ARTIX_TOOLS",
    "ECP5_DEVICES",
    "LFE5U_85F",
    "PLAN_FILES",
    "Ecp5Device",
    "PlacementError",
    "RouteReport",
    "find_tool",
    "place_and_route",
    "run_artix_tool",
    "write_plan",
]
