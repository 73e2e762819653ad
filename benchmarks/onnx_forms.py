"""How fast ONNX Runtime is on exported models: `python -m benchmarks.onnx_forms [NETWORK.toml]`.

The first row is the model that `presparse export` writes, whole. The others are its products alone,
in every form that standard operators offer: one dense product of each junction, or edge by edge
(Gather, Mul, ReduceSum), in each type of numbers. They are why a model is what it is.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, helper

from benchmarks.command import benchmark_parser, exit_status
from software_ref.console.output import table_lines, write_json
from software_ref.exchange.onnx_graph import IR_VERSION, OPSET, onnx_model
from software_ref.exchange.onnx_nodes import OnnxNodes, element_type
from software_ref.golden import Parameters, edges_of, initial_parameters
from software_ref.network_file import read_network_file

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_accurate.toml"
BATCH = 1000
FORMS: tuple[tuple[str, type[np.generic]], ...] = (
    ("dense", np.float64),
    ("dense", np.float32),
    ("dense", np.int32),
    ("dense", np.int64),
    ("by edges", np.float64),
    ("by edges", np.float32),
    ("by edges", np.int32),
)


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("network", type=Path, nargs="?", default=EXAMPLE, metavar="NETWORK.toml")
    parser.add_argument("--repeats", type=int, default=15, metavar="N")
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    file = read_network_file(arguments.network)
    parameters = initial_parameters(file.network, file.training.seed)
    models = {"exported": onnx_model(parameters)} | {
        f"{form}, {dtype.__name__}": _products(parameters, form, dtype) for form, dtype in FORMS
    }
    rows = [
        {"model": name} | _times(model, file.network.layers[0], arguments)
        for name, model in models.items()
    ]
    names = list(rows[0])
    print("\n".join(table_lines(names, [[row[name] for name in names] for row in rows])))
    if arguments.json:
        write_json(arguments.json, {"threads": arguments.threads, "rows": rows})


def _products(parameters: Parameters, form: str, dtype: type[np.generic]) -> ModelProto:
    """The products of all junctions, one after the other, in a type of numbers."""
    network, nodes = parameters.network, OnnxNodes()
    values = nodes.cast("input", dtype)
    for edges, weights in zip(edges_of(network), parameters.weights, strict=True):
        i, shape = edges.shape.index, edges.shape
        if form == "dense":
            matrix = nodes.constant(f"weights_{i}", edges.matrix(weights).T.astype(dtype))
            values = nodes.node("MatMul", [values, matrix])
            continue
        grid = (shape.right, shape.in_degree)
        gathered = nodes.node(
            "Gather",
            [values, nodes.constant(f"left_{i}", edges.left.reshape(grid).astype(np.int32))],
            axis=1,
        )
        matrix = nodes.constant(f"weights_{i}", weights.reshape(grid).astype(dtype))
        products = nodes.node("Mul", [gathered, matrix])
        axis = nodes.constant("axis", np.array([2], np.int64))
        values = nodes.node("ReduceSum", [products, axis], keepdims=0)
    outputs = nodes.node("Identity", [values], "outputs")
    widths = ["samples", network.layers[0]], ["samples", network.layers[-1]]
    graph = nodes.graph(
        form,
        [helper.make_tensor_value_info("input", element_type(np.int32), widths[0])],
        [helper.make_tensor_value_info(outputs, element_type(dtype), widths[1])],
    )
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)


def _times(model: ModelProto, inputs: int, arguments: argparse.Namespace) -> dict[str, Any]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    content = model.SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    samples = np.random.default_rng(1).integers(0, 257, (BATCH, inputs)).astype(np.int32)
    many = min(_seconds(session, samples) for _ in range(arguments.repeats))
    one = min(_seconds(session, samples[:1]) for _ in range(100 * arguments.repeats))
    return {
        "kB": round(len(content) / 1000),
        "samples/s": round(BATCH / many),
        "one sample, us": round(1e6 * one),
    }


def _seconds(session: onnxruntime.InferenceSession, samples: NDArray[np.int32]) -> float:
    began = time.perf_counter()
    session.run(None, {"input": samples})
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(exit_status(main))
