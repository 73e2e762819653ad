"""How fast minibatch training is: `python -m benchmarks.mlp [--data DIR]`.

Two tables. The first times one epoch of the slides' MNIST network at every density of their
comparison, next to PyTorch's dense layers with a mask where PyTorch is installed. The second times
the three products of one junction, done densely under a mask, by gathering, and by SciPy's sparse
matrices: it is where the densities in `software_ref.mlp.kernels` come from.

Without --data, random images of MNIST's size stand in for it: the work is the same.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.command import benchmark_parser, exit_status
from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.structured import structured_pattern
from software_ref.console.output import table_lines, write_json
from software_ref.datasets import load_dataset
from software_ref.experiments.claims.patterns import ROWS
from software_ref.experiments.problems import legal_degrees
from software_ref.mlp import MlpModel, MlpOptions, MlpTrainer, Samples
from software_ref.mlp.kernels import DenseKernel, EdgeKernel
from software_ref.mlp.trainer import samples_of

LAYERS = (800, 100, 100, 100, 10)
SAMPLES = 60_000
OPTIONS = MlpOptions(epochs=1, batch=128)
SHAPES = ((800, 100), (2000, 50), (1024, 1024), (4000, 500))
DENSITIES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST")
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of BLAS")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with threadpool_limits(arguments.threads):
        epochs = list(_epochs(_samples(arguments.data), arguments.repeats, arguments.threads))
        names = list(epochs[0])
        print(f"one epoch of MNIST, {SAMPLES:,} samples, {'-'.join(map(str, LAYERS))}, s")
        print("\n".join(table_lines(names, [[row[name] for name in names] for row in epochs])))
        products = list(_products(arguments.repeats))
        names = list(products[0])
        print(f"\nproducts of one junction, {OPTIONS.batch} samples, ms")
        print("\n".join(table_lines(names, [[row[name] for name in names] for row in products])))
    document = {"threads": arguments.threads, "epochs": epochs, "products": products}
    if arguments.json:
        write_json(arguments.json, document)
    else:
        print(json.dumps(document))


def _samples(folder: Path | None) -> Samples:
    """MNIST's training samples, or random ones of their size."""
    model = MlpModel(network_patterns("fully_connected", LAYERS, LAYERS[1:]), OPTIONS)
    if folder is not None:
        dataset = load_dataset("mnist", options={}, data_dir=folder, base_dir=None)
        return samples_of(dataset, "train", model)
    rng = np.random.default_rng(1)
    return Samples(
        features=rng.random((SAMPLES, LAYERS[0]), np.float32), labels=rng.integers(0, 10, SAMPLES)
    )


def _epochs(samples: Samples, repeats: int, threads: int) -> Iterator[dict[str, Any]]:
    degrees = [LAYERS[1:], *(row.out_degree for row in ROWS["mnist"])]
    for out_degree in degrees:
        patterns = network_patterns("structured", LAYERS, out_degree)
        model = MlpModel(patterns, OPTIONS)
        seconds = [_train(patterns, samples) for _ in range(repeats)]
        row = {
            "d_out": ", ".join(map(str, out_degree)),
            "density %": round(100 * model.density, 1),
            "here": round(float(np.median(seconds)), 2),
        }
        torch_seconds = [_train_torch(patterns, samples, threads) for _ in range(repeats)]
        if None not in torch_seconds:
            row["PyTorch"] = round(float(np.median(torch_seconds)), 2)  # type: ignore[arg-type]
        yield row


def _train(patterns: tuple[SparsePattern, ...], samples: Samples) -> float:
    trainer = MlpTrainer(MlpModel(patterns, OPTIONS), samples)
    return next(trainer.epochs()).seconds


def _train_torch(
    patterns: tuple[SparsePattern, ...], samples: Samples, threads: int
) -> float | None:
    """The same epoch with PyTorch on the CPU: dense layers, masked gradients, its own Adam."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(threads)
    features, labels = torch.from_numpy(samples.features), torch.from_numpy(samples.labels)
    layers, masks = [], []
    for pattern in patterns:
        layer = torch.nn.Linear(pattern.left, pattern.right)
        mask = torch.from_numpy(pattern.biadjacency.astype(np.float32))
        with torch.no_grad():
            layer.weight *= mask
        layers += [layer, torch.nn.ReLU()]
        masks.append((layer.weight, mask))
    model = torch.nn.Sequential(*layers[:-1])
    optimiser = torch.optim.Adam(model.parameters(), lr=OPTIONS.rate)
    began = time.perf_counter()
    order = torch.randperm(len(labels))
    for start in range(0, len(labels), OPTIONS.batch):
        chosen = order[start : start + OPTIONS.batch]
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(features[chosen]), labels[chosen])
        loss.backward()
        for weight, mask in masks:
            weight.grad *= mask
        optimiser.step()
    return time.perf_counter() - began


def _products(repeats: int) -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(1)
    single = np.dtype(np.float32)
    for left, right in SHAPES:
        degrees = [
            min(legal_degrees(left, right), key=lambda d, wanted=density * right: abs(d - wanted))
            for density in DENSITIES
        ]
        for degree in dict.fromkeys(degrees):
            pattern = structured_pattern(left, right, degree, rng)
            activations = rng.random((left, OPTIONS.batch), np.float32)
            deltas = rng.random((right, OPTIONS.batch), np.float32)
            dense, edges = DenseKernel(pattern, single), EdgeKernel(pattern, single)
            gathered = _Gathered(pattern)
            row: dict[str, Any] = {
                "junction": f"{left}-{right}",
                "density %": round(100 * pattern.density, 1),
            }
            for name, kernel in (("masked", dense), ("sparse", edges), ("gather", gathered)):
                if name == "gather" and pattern.edges > 100_000:
                    row |= dict.fromkeys((f"{name} FF", f"{name} BP", f"{name} UP"))
                    continue
                products = {
                    "FF": partial(kernel.feedforward, activations),
                    "BP": partial(kernel.backpropagate, deltas),
                    "UP": partial(kernel.gradient, activations, deltas),
                }
                for product, call in products.items():
                    row[f"{name} {product}"] = round(_milliseconds(call, repeats), 2)
            yield row


class _Gathered:
    """The products by gathering a value an edge: the third way that NumPy has."""

    def __init__(self, pattern: SparsePattern) -> None:
        self.left = pattern.left_neurons.reshape(pattern.right, -1)
        leaving = np.argsort(pattern.left_neurons, kind="stable")
        self.right = pattern.right_neurons[leaving].reshape(pattern.left, -1)
        self.weights = np.zeros(self.left.shape, np.float32)
        self.left_weights = np.zeros(self.right.shape, np.float32)

    def feedforward(self, activations: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.einsum("rd,rdb->rb", self.weights, activations[self.left])

    def backpropagate(self, deltas: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.einsum("ld,ldb->lb", self.left_weights, deltas[self.right])

    def gradient(
        self, activations: NDArray[np.float32], deltas: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        return np.einsum("rb,rdb->rd", deltas, activations[self.left])


def _milliseconds(call: Callable[[], object], repeats: int) -> float:
    call()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return 1e3 * float(np.median(seconds))


if __name__ == "__main__":
    sys.exit(exit_status(main))
