"""The clock after routing, and what limits it: `python -m benchmarks.place_and_route`.

Each core is placed and routed on an LFE5U-85F of speed grade 6, once for every seed. The `digits`
core, 52 edges a clock and 21,000 LUTs, took 20 minutes of a processor core a seed, and
`slides_8_4_4` two.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.command import benchmark_parser, exit_status
from hwgen.core.design import CoreDesign
from hwgen.pnr import RouteReport, place_and_route
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.devices import DEVICES
from software_ref.network_file import NetworkFile, read_network_file

EXAMPLES = Path(__file__).parent.parent / "examples"
NETWORKS = ("slides_8_4_4", "digits")
"""Network files that are placed and routed."""

DEVICE = DEVICES["lfe5u-85f"]
TARGET_MHZ = 120.0
SHOWN = 10
"""Kinds of paths listed for every core."""


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("networks", nargs="*", default=NETWORKS, help="names in examples/")
    parser.add_argument("--core", choices=("training", "inference"), default="training")
    parser.add_argument("--freq", type=float, default=TARGET_MHZ, metavar="MHZ")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], metavar="N")
    parser.add_argument("--build", type=Path, metavar="DIR", help="keep all files in DIR")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    check_outputs({"--json": arguments.json})
    figures: list[dict[str, Any]] = []
    for name in arguments.networks:
        file = _on_ecp5(read_network_file(EXAMPLES / f"{name}.toml"))
        design = CoreDesign.from_file(file, training=arguments.core == "training")
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory() as temporary:
                folder = (arguments.build or Path(temporary)) / f"{name}_{seed}"
                folder.mkdir(parents=True, exist_ok=True)
                report = place_and_route(
                    design,
                    folder,
                    _tell,
                    part=DEVICE.part,
                    freq_mhz=arguments.freq,
                    seed=seed,
                )
            figures.append(_figures(name, design, report))
            _print_paths(name, report)
    print("\n".join(table_lines(list(_row(figures[0])), [list(_row(f).values()) for f in figures])))
    if arguments.json:
        write_json(arguments.json, {"place_and_route": figures})
    else:
        print(json.dumps(figures))


def _on_ecp5(file: NetworkFile) -> NetworkFile:
    """The same network, for the ECP5 and all of its DSP blocks."""
    target = dataclasses.replace(file.target, device=DEVICE.name, dsp_budget=None)
    return dataclasses.replace(file, target=target)


def _tell(step: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr)


def _figures(name: str, design: CoreDesign, report: RouteReport) -> dict[str, Any]:
    return {
        "network": name,
        "edges_per_clock": sum(design.network.parallelism),
        "clocks_per_sample": design.schedule.period,
        **report.to_dict(),
    }


def _row(figures: dict[str, Any]) -> dict[str, Any]:
    """The columns of the table."""
    used, path = figures["used"], figures["path"]
    return {
        "network": figures["network"],
        "z": figures["edges_per_clock"],
        "seed": figures["seed"],
        "COMB": used["TRELLIS_COMB"],
        "FF": used["TRELLIS_FF"],
        "MULT18": used["MULT18X18D"],
        "DP16KD": used["DP16KD"],
        "MHz": figures["fmax_mhz"],
        "ns": path["ns"],
        "in cells": path["cell_ns"],
        "on wires": path["wire_ns"],
        "limit": " to ".join(figures["path_units"]),
        "minutes": f"{figures['seconds'] / 60:.1f}",
    }


def _print_paths(name: str, report: RouteReport) -> None:
    header = ("ns", "in cells", "on wires", "levels", "paths", f"{name}, seed {report.seed}")
    rows = [
        (
            f"{each.ns:.2f}",
            f"{each.cell_ns:.2f}",
            f"{each.wire_ns:.2f}",
            each.levels,
            each.paths,
            f"{each.start} -> {each.end}",
        )
        for each in report.classes[:SHOWN]
    ]
    print("\n".join([*table_lines(header, rows, text=(5,)), ""]))


if __name__ == "__main__":
    sys.exit(exit_status(main))
