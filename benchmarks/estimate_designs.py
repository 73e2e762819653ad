"""The cores that `presparse estimate` is fitted on, and those that it is held against.

Every design is the text of a network file. The sampler draws what users build: one to four
junctions of like length in clocks, several formats, patterns, pipelines and DSP budgets.
"""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Any

from hwgen.core.design import CoreDesign
from hwgen.synthesis import synthesise
from software_ref.network import Network
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["SynthesisTask", "fitted", "held_out"]

EXAMPLES = Path(__file__).parent.parent / "examples"
INPUTS = (16, 24, 32, 48, 64, 96, 128, 196, 256, 512, 784)
HIDDEN = (16, 20, 24, 32, 40, 48, 64, 96)
OUTPUTS = (8, 10, 12, 16, 20, 26, 32)
CLOCKS = (8, 16, 25, 32, 64, 100, 128, 256)
"""Clocks a sample that parallelism is chosen for."""
TOO_LARGE = ("morse",)
"""Examples whose synthesis did not finish: Yosys takes very long to read tables of 16,384 words."""
FORMATS = ((2, 5), (2, 7), (3, 6), (3, 8), (3, 8), (3, 8), (3, 10), (3, 9))
EDGES_PER_CLOCK = range(6, 150)
"""The least and the most edges a clock of all junctions, for a synthesis of a minute or two."""


@dataclass(frozen=True, kw_only=True)
class SynthesisTask:
    """One core and its synthesis."""

    text: str
    """The network file."""
    core: str = "training"
    """"training" or "inference"."""

    @property
    def data_key(self) -> str:
        """There are no data."""
        return ""

    @property
    def file(self) -> NetworkFile:
        """The network file, parsed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "network.toml"
            path.write_text(self.text, encoding="utf-8")
            return read_network_file(path)

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Figures of `presparse synth`, by unit."""
        del data_dir
        file = self.file
        design = CoreDesign.from_file(file, training=self.core == "training")
        with tempfile.TemporaryDirectory() as folder:
            verilog = Path(folder) / "core.v"
            verilog.write_text(design.verilog, encoding="utf-8")
            report = synthesise(verilog, design.name, folder, device=file.target.fpga).to_dict()
        return {"clocks_per_sample": design.schedule.period, **report}


def fitted() -> list[SynthesisTask]:
    """The designs whose syntheses the formulas are fitted on."""
    return [_sampled(random.Random(seed)) for seed in range(20)]


def held_out() -> dict[str, SynthesisTask]:
    """Designs that are not: the examples, and sampled ones."""
    tasks = {
        path.stem: SynthesisTask(text=path.read_text(encoding="utf-8"))
        for path in sorted(EXAMPLES.glob("*.toml"))
        if path.stem not in TOO_LARGE
    }
    for seed in range(1000, 1009):
        tasks[f"sample_{seed}"] = _sampled(random.Random(seed))
    return tasks


def _sampled(rng: random.Random) -> SynthesisTask:
    while True:
        text = _text(rng)
        core = "training" if rng.random() < 0.8 else "inference"
        task = SynthesisTask(text=text, core=core)
        try:
            network = task.file.network
        except ValueError:
            continue  # too few banks for the neurons that finish, or an activation out of range
        if sum(network.parallelism) in EDGES_PER_CLOCK and _balanced(network):
            return task


def _balanced(network: Network) -> bool:
    """Whether every junction works most of the time, as users will have it."""
    rows = [shape.rows for shape in network.junctions]
    return min(rows) * 3 >= max(rows) and max(rows) >= 8


def _text(rng: random.Random) -> str:
    junctions = rng.choice((1, 2, 2, 2, 3, 3, 4))
    layers = [rng.choice(INPUTS), *rng.choices(HIDDEN, k=junctions - 1), rng.choice(OUTPUTS)]
    clocks = rng.choice(CLOCKS)
    degrees, parallelism = [], []
    for left, right in pairwise(layers):
        unit = right // gcd(left, right)
        degree = unit * min(rng.randint(1, right // unit) for _ in range(2))
        choices = [z for z in range(1, left + 1) if left % z == 0 and left * degree <= clocks * z]
        degrees.append(degree)
        parallelism.append(min(choices, default=left))
    integer, fraction = rng.choice(FORMATS)
    tables: dict[str, dict[str, Any]] = {
        "network": {"layers": layers, "out_degree": degrees, "parallelism": parallelism},
        "format": {"integer": integer, "fraction": fraction},
        "activation": {"hidden": rng.choice(("sigmoid", "sigmoid", "relu"))},
        "connections": {"kind": rng.choice(("shared_seed", "seed_per_sweep", "free"))},
        "target": {
            "pipeline": rng.choice(("deep", "deep", "deep", "medium", "shallow")),
            "dsp_budget": rng.choice((240, 240, 0, rng.randint(1, 100))),
            "max_rate_exponent": rng.choice((7, 7, 7, 4, 12)),
        },
    }
    if rng.random() < 0.15:
        tables["connections"]["dither"] = True
    if rng.random() < 0.2:
        tables["format"]["stored_fraction"] = fraction + rng.randint(1, fraction)
    if rng.random() < 0.15:
        tables["format"]["activation_fraction"] = rng.randint(3, fraction)
    if rng.random() < 0.15:
        tables["update"] = {"random_bits": rng.choice((4, 8, 12))}
    lines = []
    for table, entries in tables.items():
        lines.append(f"[{table}]")
        lines += [f"{key} = {_value(value)}" for key, value in entries.items()]
    return "\n".join([*lines, ""])


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
