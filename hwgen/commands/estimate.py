"""`presparse estimate`: what a core will take and how fast it will be, before synthesis."""

from __future__ import annotations

import argparse
from typing import Any

from hwgen.commands.core_option import CoreKind, add_core, core_kind
from hwgen.estimate.energy import ENERGY
from hwgen.estimate.model import Estimate
from hwgen.estimate.picture import sweep_figure
from hwgen.estimate.sweep import SWEEPS, estimate_file, sweep
from hwgen.families import family_of
from hwgen.synthesis.resources import share
from software_ref.commands.arguments import add_json, add_network_file, add_picture
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.devices import Device
from software_ref.figure import write_picture
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["add_arguments", "run"]

_MAX_MHZ = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    parser.add_argument(
        "--clock",
        type=_clock,
        default=100.0,
        metavar="MHZ",
        help="clock for samples per second and energy (default: %(default)g)",
    )
    parser.add_argument(
        "--sweep",
        choices=sorted(SWEEPS),
        help="estimate the network at every parallelism (z), or in other formats",
    )
    add_picture(parser, "draw the sweep")
    add_json(parser)


def _clock(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number of MHz, not {text!r}") from None
    if not 0 < value <= _MAX_MHZ:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most {_MAX_MHZ:g}, not {text}")
    return value


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    if arguments.picture and not arguments.sweep:
        raise ValueError("--picture draws a sweep: give --sweep z or --sweep formats with it")
    file = read_network_file(arguments.network_file)
    check_outputs(
        {"--json": arguments.json, "--picture": arguments.picture}, inputs=[arguments.network_file]
    )
    device = file.target.fpga
    kind = core_kind(arguments)
    head = {
        "network": str(arguments.network_file),
        "core": arguments.core,
        "constant": arguments.constant,
    }
    if arguments.sweep:
        return _run_sweep(arguments, file, kind, device, head)
    estimate = estimate_file(file, **kind)
    print("\n".join(_report(file, estimate, device, arguments.clock)))
    if arguments.json:
        figures = _figures(estimate, device, arguments.clock)
        write_json(arguments.json, head | figures | {"units": estimate.to_dict()["units"]})
    return 0


def _run_sweep(
    arguments: argparse.Namespace,
    file: NetworkFile,
    kind: CoreKind,
    device: Device,
    head: dict[str, Any],
) -> int:
    points = sweep(file, arguments.sweep, **kind)
    rows = []
    for point in points:
        figures = _figures(point.estimate, device, arguments.clock)
        rows.append({"label": point.label, "here": point.here} | figures)
    print("\n".join(_sweep_table(arguments.sweep, rows)))
    if arguments.picture:
        figure = sweep_figure(
            f"{file.name}: estimates over {arguments.sweep}",
            arguments.sweep,
            points,
            clock_mhz=arguments.clock,
            limits=family_of(device).available(device),
        )
        write_picture(arguments.picture, figure)
        print(f"picture: {arguments.picture}")
    if arguments.json:
        write_json(arguments.json, head | {"sweep": arguments.sweep, "points": rows})
    return 0


def _figures(estimate: Estimate, device: Device, clock_mhz: float) -> dict[str, Any]:
    """Everything that the estimate says, for one network."""
    figures = {key: value for key, value in estimate.to_dict().items() if key != "units"}
    return figures | {
        "fits": family_of(device).fit(estimate, device).fits,
        "clock_mhz": clock_mhz,
        "samples_per_second": round(clock_mhz * 1e6 / estimate.clocks_per_sample),
        "energy_nj_per_sample": round(ENERGY.sample_nj(estimate, clock_mhz), 1),
    }


def _report(file: NetworkFile, estimate: Estimate, device: Device, clock_mhz: float) -> list[str]:
    figures = _figures(estimate, device, clock_mhz)
    counts = [
        ("LUT", f"{estimate.lut:,}", "lut"),
        ("of them memory", f"{estimate.lutram:,}", "memory_lut"),
        ("FF", f"{estimate.ff:,}", "ff"),
        ("DSP", f"{estimate.dsp}", "dsp"),
        ("BRAM36", f"{estimate.bram36:g}", "bram36"),
    ]
    family = family_of(device)
    available = family.available(device)
    rows = []
    for name, count, key in counts:
        of_device = None
        if key in available:
            used = estimate.lutram if key == "memory_lut" else getattr(estimate, key)
            of_device = f"{100 * share(used, available[key]):.1f} %"
        kind = "exact" if key in family.exact else "estimate"
        rows.append((name, count, of_device, kind))
    lines = [f"{file.name}, clocks per sample {estimate.clocks_per_sample} (exact)", ""]
    lines += table_lines(("resource", "count", f"of {device.title}", ""), rows, text=(0, 3))
    lines += [
        "",
        family.fit(estimate, device).text,
        f"at {clock_mhz:g} MHz: {figures['samples_per_second']:,} samples/s, about "
        f"{figures['energy_nj_per_sample']:,.0f} nJ per sample (a rough model)",
    ]
    if estimate.lut_products:
        lines += ["", *_lut_products(estimate, file.target.dsp_blocks)]
    return lines


def _lut_products(estimate: Estimate, budget: int) -> list[str]:
    """The units that got no DSP blocks for all of their products."""
    header = (f"beyond {budget} DSP blocks", "in LUTs", "of")
    rows = [(each.name, each.count, each.lanes) for each in estimate.lut_products]
    return table_lines(header, rows)


def _sweep_table(what: str, rows: list[dict[str, Any]]) -> list[str]:
    header = (what, "clocks", "samples/s", "LUT", "FF", "DSP", "BRAM36", "nJ", "fits", "")
    table = [
        (
            row["label"],
            row["clocks_per_sample"],
            f"{row['samples_per_second']:,}",
            row["lut"],
            row["ff"],
            row["dsp"],
            f"{row['bram36']:g}",
            f"{row['energy_nj_per_sample']:,.0f}",
            {True: "yes", False: "no", None: "-"}[row["fits"]],
            "the file's" if row["here"] else "",
        )
        for row in rows
    ]
    return table_lines(header, table, text=(0, 8, 9))
