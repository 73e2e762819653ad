"""How often a core would wait for samples: `python -m benchmarks.store_rates --data DIR`.

Sample store, memory controller and the model of its chip run in Icarus, in random order, for a core
that takes a beat in every clock: no core is faster. The chip holds the data set from the beginning.
A minute for each row.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import Out
from numpy.typing import NDArray

from benchmarks.command import benchmark_parser, exit_status
from benchmarks.memory_rates import MHZ, QUICK
from boards.host.store import Store
from boards.memory.chip_models import chip_instances, chip_sources, words_in_chip
from boards.memory.external import CELLULAR, SDRAM, ExternalMemory
from boards.store.input_plan import stored_code
from boards.store.sample_store import SampleStore
from hwgen.core.design import CoreDesign
from hwgen.export.verilog import to_verilog
from hwgen.simulation import icarus
from hwgen.simulation.verilator import Source
from software_ref.console.output import table_lines, write_json
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.store_layout import StoreLayout
from software_ref.training import TrainingData

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_accurate.toml"
CASES = ((SDRAM, 40), (SDRAM, 80), (CELLULAR, 33), (CELLULAR, 80), (CELLULAR, 100))
WARM = 4
"""Samples that are not counted: the queues fill."""

_BENCH = """\
`timescale 1ns / 1ps
module store_bench;
  reg clk = 0;
  always #({half}) clk = ~clk;
  {wires}
  wire [31:0] worked, waited;
  wire done;
  store_use use_ (.clk(clk), .rst(1'b0), .worked(worked), .waited(waited), .done(done), {pins});
{chip}
  initial begin
    $readmemh("words.hex", chip.words);
    wait (done);
    $display("%0d %0d %0d", worked, waited, chip_errors);
    $finish;
  end
endmodule
"""


class StoreUse(wiring.Component):
    """A store with its memory, for a core that is always ready; it plays the first of the order."""

    def __init__(self, core: CoreDesign, layout: StoreLayout, memory: Any, pins: Any, samples: int):
        self._core, self._layout, self._samples = core, layout, samples
        self._memory, self._pins = memory, pins
        super().__init__({"worked": Out(32), "waited": Out(32), "done": Out(1), **pins})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.store = store = SampleStore(self._core, self._layout)
        m.submodules.memory = memory = self._memory
        wiring.connect(m, store.reads, memory.reads)
        wiring.connect(m, memory.data, store.data)
        for name, pin in self._pins.items():
            inside, outside = getattr(memory, name), getattr(self, name)
            outward = pin.flow is Out
            m.d.comb += outside.eq(inside) if outward else inside.eq(outside)
        place, taken = Signal(32), Signal(32)
        m.d.comb += [
            store.requests.valid.eq(memory.initialised & (place != self._samples)),
            store.requests.payload.place.eq(place),
            store.requests.payload.ordered.eq(1),
            store.samples.ready.eq(1),
            store.memory_idle.eq(memory.idle),
            store.running.eq(1),
            self.done.eq(taken == self._samples),
        ]
        with m.If(store.requests.valid & store.requests.ready):
            m.d.sync += place.eq(place + 1)
        m.d.sync += taken.eq(taken + store.taken)
        with m.If((taken >= WARM) & ~self.done):
            m.d.sync += [
                self.worked.eq(self.worked + store.samples.valid),
                self.waited.eq(self.waited + ~store.samples.valid),
            ]
        return m


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("network", type=Path, nargs="?", default=EXAMPLE, metavar="NETWORK.toml")
    parser.add_argument("--data", type=Path, metavar="DIR")
    parser.add_argument("--images", type=int, default=2000, metavar="N", help="in the memory")
    parser.add_argument("--samples", type=int, default=60, metavar="N", help="played")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    file = read_network_file(arguments.network)
    data = load_training_data(file, arguments.data)
    rows = []
    for external, mhz in CASES:
        rows.append(_rate(file, data, external, mhz, arguments))
        print(rows[-1], flush=True)
    names = list(rows[0])
    print("\n".join(table_lines(names, [[row[name] for name in names] for row in rows])))
    if arguments.json:
        write_json(arguments.json, {"network": str(arguments.network), "rows": rows})


def _rate(
    file: NetworkFile,
    data: TrainingData,
    external: ExternalMemory,
    mhz: int,
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    features = data.train_features[: arguments.images]
    labels = data.train_labels[: arguments.images]
    sizes = {"row_bits": 9, "tREF": SDRAM.chip.tREF / 2 ** (SDRAM.chip.row_bits - 9)}
    sizes = sizes if external is SDRAM else {"address_bits": 19}
    external = replace(external, chip=replace(external.chip, **{**QUICK[external.kind], **sizes}))
    core = CoreDesign.from_file(file)
    layout = StoreLayout(
        code=stored_code(core, external.shape.width),
        words=external.shape.words,
        samples=len(labels),
    )
    store = Store(None, layout, core, lambda first, count: 0)  # type: ignore[arg-type]
    image = store.image(features, labels)
    order = layout.order.packed(np.random.default_rng(1).permutation(len(labels)))
    words = np.zeros((external.shape.words, external.shape.width // 8), np.uint8)
    words[layout.order.first :][: len(order)] = order
    words[image.first :][: len(image.words)] = image.words
    use = StoreUse(core, layout, external.memory(mhz * MHZ), external.pins, arguments.samples)
    worked, waited, errors = _run(external, mhz, use, words.view("<u2")[:, 0])
    if errors:
        raise RuntimeError(f"{external.title} at {mhz} MHz: {errors} complaints of the chip")
    share = worked / (worked + waited)
    return {
        "memory": external.title,
        "MHz": mhz,
        "bytes a sample": f"{image.words[layout.index.words :].size / len(labels):.0f}",
        "clocks a sample": f"{core.ports.beats / share:.0f}",
        "of them at work": f"{100 * share:.1f} %",
        "samples/s": f"{mhz * MHZ * share / core.ports.beats:,.0f}",
    }


def _run(
    external: ExternalMemory, mhz: int, use: StoreUse, words: NDArray[np.uint16]
) -> tuple[int, int, int]:
    falling = external.falling(mhz * MHZ)
    bench = _BENCH.format(
        half=1000 / mhz / 2,
        wires="\n  ".join(
            f"wire [{len(getattr(use, name)) - 1}:0] {name};" for name in external.pins
        ),
        pins=", ".join(f".{name}({name})" for name in external.pins),
        chip=chip_instances(external, falling=falling),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        hexadecimal = "\n".join(f"{word:04x}" for word in words_in_chip(external, words))
        (path / "words.hex").write_text(hexadecimal, encoding="ascii")
        program = icarus.build(
            sources=[
                Source("store_bench.v", bench),
                Source("store_use.v", to_verilog(use, "store_use")),
                *chip_sources(external),
            ],
            top="store_bench",
            build_dir=path,
        )
        run = subprocess.run(
            [icarus.find_program("vvp"), "-N", str(program)],
            cwd=path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    worked, waited, errors = map(int, run.stdout.splitlines()[-1].split())
    return worked, waited, errors


if __name__ == "__main__":
    sys.exit(exit_status(main))
