"""Synthesis estimates without vendor tools: resources, their split by unit, and path delays."""

from hwgen.synthesis.capacity import check_capacity
from hwgen.synthesis.flow import synthesise
from hwgen.synthesis.report import SynthesisReport, UnitReport
from hwgen.synthesis.resources import Resources
from hwgen.synthesis.static_timing import PathCell, TimingPath
from hwgen.synthesis.yosys import SynthesisError

__all__ = [
    "PathCell",
    "Resources",
    "SynthesisError",
    "SynthesisReport",
    "TimingPath",
    "UnitReport",
    "check_capacity",
    "synthesise",
]
