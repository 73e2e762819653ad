"""Routed designs under the roofs of their chip: `python -m benchmarks.roofline FIGURES.json ...`.

FIGURES.json is what `presparse build` or `presparse pnr` wrote with `--json`. A training sample
takes one multiplication an edge forward, one to update, and one backward but in the first junction.
Roofs are samples a second of a design that keeps all of a resource busy at the clock of `--clock`:

- DSP blocks, one multiplication a clock each (LUTs can make more);
- block RAM, two ports of 36 bits each, with a weight read forward, backward and to be updated, and
  written once; as wide as it is stored.

Whatever more weights than block RAM and LUT memory hold is beyond the right wall.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.command import benchmark_parser, exit_status
from software_ref.console.errors import ToolError
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.console.text_file import read_text
from software_ref.devices import DEVICES, Device
from software_ref.figure import empty_figure, write_picture
from software_ref.network import Network
from software_ref.network_file import read_network_file
from software_ref.plan.schedule import Schedule

__all__ = ["Routed", "main", "roofs"]

_ACCESSES = 4
"""Accesses of a weight in a training sample."""


@dataclass(frozen=True, kw_only=True)
class Routed:
    """One routed design."""

    name: str
    """Its network, and its board if it is one."""
    device: str
    """The part it was routed on."""
    weights: int
    """Edges of all junctions."""
    multiplications: int
    """A training sample's."""
    clocks: int
    """A sample's, P."""
    mhz: float
    """Highest clock after routing."""
    tools: str
    """What routed it."""

    @property
    def samples(self) -> float:
        """Samples a second at that clock."""
        return 1e6 * self.mhz / self.clocks

    @classmethod
    def read(cls, path: Path) -> Routed:
        """From what `--json` of `presparse build` or `pnr` wrote.

        Raises
        ------
        ToolError
            It is of something else, or of a design that was not routed.
        """
        figures: dict[str, Any] = json.loads(read_text(path))
        if not isinstance(figures, dict) or not figures.get("fmax_mhz"):
            raise ToolError(f"{path} must be the JSON of a build or pnr that routed, but is not")
        file = read_network_file(Path(figures["network"]))
        board = figures.get("board")
        tools = figures.get("tools") or [figures.get("tool") or ""]
        return cls(
            name=f"{file.name} on {board}" if board else file.name,
            device=str(figures.get("part") or figures["device"]),
            weights=file.network.weights,
            multiplications=multiplications(file.network),
            clocks=Schedule.from_file(file).period,
            mhz=float(figures["fmax_mhz"]),
            tools=", ".join(tools),
        )


def multiplications(network: Network) -> int:
    """Those of a training sample."""
    first, *others = (shape.weights for shape in network.junctions)
    return 2 * first + 3 * sum(others)


def roofs(device: Device, mhz: float, bits: int, weights: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Samples a second that each resource allows, by the number of weights.

    Parameters
    ----------
    device
        The chip.
    mhz
        Its clock.
    bits
        Width of a stored weight.
    weights
        Edges of all junctions, of which half a multiplication a weight is saved in the first one.
    """
    clock = 1e6 * mhz
    ports = 2 * device.block_ram * device.family.block_ram.width
    return {
        f"{device.dsp} DSP blocks": clock * device.dsp / (2.5 * weights),
        f"{device.block_ram} block RAMs": clock * ports / (_ACCESSES * bits * weights),
    }


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("figures", nargs="+", type=Path, metavar="FIGURES.json")
    parser.add_argument("--device", choices=DEVICES, default="xc7a100t")
    parser.add_argument("--clock", type=float, default=100.0, metavar="MHZ")
    parser.add_argument("--picture", type=Path, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    check_outputs({"--json": arguments.json, "--picture": arguments.picture})
    designs = [Routed.read(path) for path in arguments.figures]
    rows = [
        [d.name, d.device, d.weights, d.clocks, f"{d.mhz:.1f}", f"{d.samples:,.0f}", d.tools]
        for d in designs
    ]
    header = ["design", "part", "weights", "clocks", "MHz", "samples/s", "tools"]
    print("\n".join(table_lines(header, rows, text=(0, 1, 6))))
    if arguments.picture:
        _draw(arguments.picture, designs, DEVICES[arguments.device], arguments.clock)
    if arguments.json:
        points = [vars(d) | {"samples": d.samples} for d in designs]
        write_json(arguments.json, {"roofline": points})


def _draw(path: Path, designs: list[Routed], device: Device, mhz: float) -> None:
    bits = Network(layers=(2, 2), out_degree=(1,), parallelism=(1,)).format.stored_width
    figure = empty_figure(7.0, 4.5)
    axes = figure.add_subplot()
    held = device.memory_bits / bits
    weights = np.geomspace(10, held, 50)
    for name, samples in roofs(device, mhz, bits, weights).items():
        axes.plot(weights, samples, label=f"{name} at {mhz:g} MHz")
    axes.axvline(held, color="grey", linestyle=":", label=f"{held:,.0f} weights of {bits} bits")
    for design in designs:
        axes.plot(design.weights, design.samples, "o", color="black")
        axes.annotate(
            f"{design.name}, {design.mhz:.0f} MHz",
            (design.weights, design.samples),
            textcoords="offset points",
            xytext=(6, -10),
            fontsize=8,
        )
    axes.set(xscale="log", yscale="log", xlabel="weights", ylabel="training samples a second")
    axes.set_title(f"Routed designs on {device.title}")
    axes.legend(fontsize=8)
    write_picture(path, figure)


if __name__ == "__main__":
    sys.exit(exit_status(main))
