"""The cores that the benches know, by their names: builds and benches start from the same ones."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from hwgen.bus.design import AxiDesign
from hwgen.core.design import CoreDesign
from hwgen.testing.shapes import network
from rtl_tests import core_kinds
from software_ref.connections.rewire_options import RewireOptions
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["axi_design", "network_file"]

EXAMPLES = Path(__file__).parents[2] / "examples"


def network_file(name: str) -> NetworkFile:
    """An example."""
    return read_network_file(EXAMPLES / f"{name}.toml")


@cache
def axi_design(name: str) -> AxiDesign:
    """An example's core on AXI, or that of one of the small networks of core_kinds; `moving` is one
    whose first junction's connections move.
    """
    if name == "moving":
        shapes = network((12, 8, 2, 4), (8, 4, 2, 8), format=(2, 5), kind="free")
        moving = replace(shapes, rewire=RewireOptions())
        return AxiDesign(core=CoreDesign(network=moving, name=name))
    if name in core_kinds.NETWORKS:
        return AxiDesign(core=core_kinds.design(name))
    return AxiDesign(core=CoreDesign.from_file(network_file(name), name=name))
