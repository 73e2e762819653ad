"""How irregularly letters may be tapped: `python -m benchmarks.morse_taps TRAINED.npz`.

Every letter and digit is tapped fifty times for each irregularity, at a speed that is drawn for
each time through the 36; what the golden model makes of the frames is what a board makes of them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from benchmarks.command import benchmark_parser, exit_status
from boards.host.tapping import times_of
from boards.morse.live import MorseLive
from software_ref.checkpoint import load_checkpoint
from software_ref.console.output import percent, table_lines
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_key import FIRST_UNIT, tapped_frame, unit_after
from software_ref.datasets.morse_live_options import LEVEL_BITS
from software_ref.golden import GoldenTrainer, Parameters
from software_ref.loading import lags_of
from software_ref.network_file import NetworkFile, read_network_file

EXAMPLE = Path(__file__).parents[1] / "examples" / "morse_live.toml"
CHARACTERS = 36
TIMES = 50
UNITS = (60, 200)
"""Milliseconds of a unit: the fastest and the slowest."""


def accuracy(file: NetworkFile, parameters: Parameters, irregular: float) -> float:
    """Share of characters named as they were tapped."""
    live = MorseLive.of(file)
    if live is None:
        raise ValueError(f"{file.origin}: [data] name must be morse_live, not {file.data.name}")
    rng = np.random.default_rng(1)
    frames = []
    for _ in range(TIMES):
        own, unit = rng.uniform(*UNITS), FIRST_UNIT
        # Somebody begins with a letter that tells the speed.
        for label in (0, *range(CHARACTERS)):
            times = times_of(MORSE_CODES[label][1], own, irregular=irregular, rng=rng)
            unit = unit_after(unit, times)
            frames.append(tapped_frame(live.options, unit, times))
    raw = np.zeros((len(frames), file.network.layers[0]), np.int64)
    raw[:, : len(frames[0])] = np.array(frames) << file.network.format.fraction - LEVEL_BITS
    named = GoldenTrainer(file.network, parameters, lags_of(file)).infer(raw)
    tapped = named.reshape(TIMES, CHARACTERS + 1)[:, 1:]
    return float((tapped == np.arange(CHARACTERS)).mean())


def main() -> None:
    """Print the table."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("trained", type=Path, help="of `presparse train --save`")
    parser.add_argument("--network", type=Path, default=EXAMPLE)
    arguments = parser.parse_args()
    file = read_network_file(arguments.network)
    parameters = load_checkpoint(arguments.trained, file.network).parameters
    rows = [
        (share, percent(accuracy(file, parameters, share / 100))) for share in (0, 10, 20, 30, 40)
    ]
    print("\n".join(table_lines(["irregular by %", "named right %"], rows)))


if __name__ == "__main__":
    sys.exit(exit_status(main))
