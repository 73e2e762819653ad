"""What every example turns into, as checksums: `python -m benchmarks.checksums`.

A change that only moves code leaves them as they are:

    python -m benchmarks.checksums --json before.json     # then the change
    python -m benchmarks.checksums --against before.json  # exit status 1 where anything differs
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.command import benchmark_parser, exit_status
from hwgen.core.design import CoreDesign
from hwgen.estimate.sweep import estimate_file
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.console.output import check_outputs, write_json
from software_ref.console.progress import ProgressBar
from software_ref.console.text_file import read_text
from software_ref.golden.engine import golden_trainer
from software_ref.golden.parameters import initial_parameters
from software_ref.manifest import manifest
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.schedule import Schedule

EXAMPLES = Path(__file__).parent.parent / "examples"
SAMPLES = 4
"""Samples, of random features, that the checkpoint is trained with."""


def main() -> int:
    """Run the command."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("examples", nargs="*", metavar="NAME", help="examples (default: all)")
    parser.add_argument("--against", type=Path, metavar="FILE", help="checksums to compare with")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    inputs = [arguments.against] if arguments.against else []
    check_outputs({"--json": arguments.json}, inputs=inputs)
    files = sorted(EXAMPLES.rglob("*.toml"))
    known = {path.relative_to(EXAMPLES).with_suffix("").as_posix(): path for path in files}
    for name in arguments.examples:
        if name not in known:
            parser.error(f"unknown example {name!r}; known: {', '.join(known)}")
    before = json.loads(read_text(arguments.against)) if arguments.against else {}
    found: dict[str, dict[str, str]] = {}
    differing = []
    names = arguments.examples or list(known)
    with ProgressBar(len(names), unit="example") as bar:
        for name in names:
            bar.describe(name)
            found[name] = {}
            for what, content in _products(read_network_file(known[name])):
                found[name][what] = digest = hashlib.sha256(content).hexdigest()
                differs = bool(before) and before.get(name, {}).get(what) != digest
                differing += [f"{name} {what}"] * differs
                bar.print(f"{digest[:16]}  {name:<36}  {what}{'  DIFFERENT' if differs else ''}")
            bar.update()
    if arguments.json:
        write_json(arguments.json, found)
    if before:
        print(f"{len(differing)} different: {', '.join(differing)}" if differing else "all equal")
    return 1 if differing else 0


def _products(file: NetworkFile) -> Iterator[tuple[str, bytes]]:
    """Everything that an example turns into."""
    for training in (True, False):
        kind = "training" if training else "inference"
        estimate = estimate_file(file, training=training)
        yield f"{kind} estimate", _json(estimate.to_dict())
        design = CoreDesign.from_file(file, training=training)
        yield f"{kind} manifest", _json(manifest(design))
        yield f"{kind} Verilog", design.verilog.encode()
    yield "checkpoint", _checkpoint(file)


def _checkpoint(file: NetworkFile) -> bytes:
    network, lags = file.network, Schedule.from_file(file).lags
    random = np.random.default_rng(1)
    features = random.integers(0, network.format.one + 1, (SAMPLES, network.layers[0]))
    labels = random.integers(0, network.competing, SAMPLES)
    trainer = golden_trainer(network, initial_parameters(network, file.training.seed), lags)
    trainer.run(features, labels, True, file.training.rate_exponent_at(0))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "checkpoint.npz")
        save_checkpoint(path, Checkpoint(parameters=trainer.parameters, lags=lags, epoch=1))
        return path.read_bytes()


def _json(document: object) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


if __name__ == "__main__":
    sys.exit(exit_status(main))
