"""What is between two registers of a board: Yosys' static timing of the 7 series' cells.

Yosys has no delays of the ECP5's registers and block RAMs, so its boards are not measured here; the
logic is the same.
"""

from __future__ import annotations

import pytest

from boards.design import TOP, BoardDesign
from boards.memory.deep_memory import CHUNK
from boards.memory.external import MEMORIES
from boards.top import board_verilog
from hwgen.core.design import CoreDesign
from hwgen.synthesis import SynthesisReport, synthesise
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network

MOST_NS = 3.0
"""Cell delay from register to register. One table, one carry chain or three LUTs are below it; on a
routed board wires take as long again, and 120 MHz leave 8.3 ns."""
CLOCK_HZ = 120_000_000


@pytest.fixture(scope="module", params=["block", pytest.param("flash", marks=pytest.mark.slow)])
def report(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> SynthesisReport:
    """A small core with a store of several block RAMs in depth, or in the flash.

    Its connections move and its inputs are chosen: all that a board can have beside the core.
    """
    external = MEMORIES.get(request.param)
    core = CoreDesign(
        network=Network(
            layers=(8, 4),
            out_degree=(2,),
            parallelism=(4,),
            format=FixedFormat(integer=2, fraction=5),
            connections=ConnectionOptions(kind="free"),
            rewire=RewireOptions(),
        ),
        inputs=(5, 2, 2, 0, 7, 5, 3, 2),
    )
    samples = CHUNK // core.ports.beats + 1
    design = BoardDesign(core=core, clock_hz=CLOCK_HZ, samples=samples, external=external)
    folder = tmp_path_factory.mktemp("timing")
    verilog = folder / "board.v"
    verilog.write_text(board_verilog(design), encoding="utf-8")
    return synthesise(verilog, TOP, folder)


def test_no_path_of_the_logic_is_longer_than_the_cores_may_be(report: SynthesisReport) -> None:
    assert report.path is not None
    assert report.path.ns <= MOST_NS, report.path


def test_all_cells_have_delays(report: SynthesisReport) -> None:
    assert report.untimed == ()


def test_pins_are_as_near(report: SynthesisReport) -> None:
    assert max(report.input_ns or 0, report.output_ns or 0) <= MOST_NS
    assert report.through_ns is None
