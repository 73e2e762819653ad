"""Words a second out of the memories beside an FPGA: `python -m benchmarks.memory_rates`.

Controller and model of the chip run in Icarus. Bursts begin anywhere; "long" ones are of 1,500
words, a sample of MNIST's is some 100, a look into a table some 4. A minute.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import benchmark_parser, exit_status
from boards.memory.bench import play, reading
from boards.memory.external import CELLULAR, FLASH, SDRAM, ExternalMemory
from software_ref.console.output import table_lines, write_json

MHZ = 1_000_000
BURSTS = {"long": (4, 1500), "100 words": (40, 100), "4 words": (200, 4)}
# Power-up is not part of a rate, and the models' arrays need not be whole.
QUICK: dict[str, dict[str, float]] = {
    "sdram": {
        "tINIT": 2_000.0,
        "row_bits": 8,
        "tREF": SDRAM.chip.tREF / 2 ** (SDRAM.chip.row_bits - 8),
    },
    "cellular": {"tPU": 2_000.0, "address_bits": 16},
    "flash": {"tPU": 2_000.0},
}
CASES = (
    (CELLULAR, 33),
    (CELLULAR, 80),
    (CELLULAR, 100),
    (SDRAM, 40),
    (SDRAM, 80),
    (FLASH, 80),
    (FLASH, 100),
)


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows = [
        {"memory": external.title, "MHz": mhz, "bursts": name} | _rate(external, mhz, number, words)
        for external, mhz in CASES
        for name, (number, words) in BURSTS.items()
    ]
    names = list(rows[0])
    print("\n".join(table_lines(names, [[row[name] for name in names] for row in rows])))
    if arguments.json:
        write_json(arguments.json, {"rows": rows})


def _rate(external: ExternalMemory, mhz: int, number: int, words: int) -> dict[str, Any]:
    external = replace(external, chip=replace(external.chip, **QUICK[external.kind]))
    memory: Any = external.memory(mhz * MHZ)
    rng = np.random.default_rng(1)
    commands = [reading(int(rng.integers(memory.words - words)), words) for _ in range(number)]
    with tempfile.TemporaryDirectory() as folder:
        played = play(memory, external, mhz * MHZ, commands, Path(folder))
    if played.complaints or played.missing:
        raise RuntimeError(f"{external.title} at {mhz} MHz: {played.complaints}")
    share = number * words / played.clocks
    return {
        "words a clock": f"{share:.3f}",
        "million words/s": f"{share * mhz:.1f}",
        "MB/s": f"{2 * share * mhz:.0f}",
    }


if __name__ == "__main__":
    sys.exit(exit_status(main))
