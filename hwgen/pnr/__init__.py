"""Placement and routing: the real clock of a core, and what limits it."""

from hwgen.pnr.flow import place_and_route
from hwgen.pnr.nextpnr import PlacementError
from hwgen.pnr.report import RouteReport
from hwgen.pnr.xc7_engines import PROGRAMS, Program, find_program
from hwgen.pnr.xc7_plan import PLAN_FILES, write_plan
from hwgen.pnr.xc7_tools import run_xc7_tool

__all__ = [
    "PLAN_FILES",
    "PROGRAMS",
    "PlacementError",
    "Program",
    "RouteReport",
    "find_program",
    "place_and_route",
    "run_xc7_tool",
    "write_plan",
]
