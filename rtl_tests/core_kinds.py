"""One small core of every kind that the generator makes, and its Verilog, made once a process."""

from __future__ import annotations

from functools import cache

import numpy as np

from hwgen.core.design import CoreDesign
from hwgen.testing.shapes import network
from software_ref.checkpoint import Checkpoint
from software_ref.golden import Parameters, minimum_lags
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions

__all__ = ["NETWORKS", "design", "extreme_parameters", "extreme_start", "verilog"]

NETWORKS = {
    "relu": network(
        (12, 8, 2, 4), (8, 6, 3, 8), (6, 3, 2, 3), format=(2, 5), hidden="relu", relu_cap=1.0
    ),
    "free_dither": network(
        (6, 8, 4, 2), (8, 4, 2, 4), (4, 3, 3, 4), format=(1, 4), kind="free", dither=True
    ),
    "options": network(
        (12, 8, 2, 4), (8, 6, 3, 8), format=(2, 5), extra_bits=3, random_bits=4, low_bits=1
    ),
    "tiny": network((3, 3, 1, 3), format=(1, 4), kind="shared_seed"),
    "sigmoid": network((8, 4, 2, 4), (4, 4, 2, 4), format=(2, 5)),
    "inference": network((15, 10, 2, 5), (10, 10, 3, 10), format=(1, 4)),
    "constant": network(
        (15, 10, 2, 5), (10, 10, 3, 10), format=(2, 5), extra_bits=3, low_bits=1, hidden="relu"
    ),
}
"""Networks by the name that the core's top module has, too."""


def extreme_parameters(network: Network, seed: int | list[int]) -> Parameters:
    """Parameters over the whole format, so that sums, deltas and updates saturate."""
    rng = np.random.default_rng(seed)
    low, high = network.format.stored_min_raw, network.format.stored_max_raw + 1
    return Parameters(
        network=network,
        weights=tuple(rng.integers(low, high, shape.weights) for shape in network.junctions),
        biases=tuple(rng.integers(low, high, shape.right) for shape in network.junctions),
    )


def extreme_start(network: Network, seed: int | list[int]) -> Checkpoint:
    """The same as a state to start from."""
    return Checkpoint(parameters=extreme_parameters(network, seed), lags=minimum_lags(network))


@cache
def design(name: str) -> CoreDesign:
    """The core of a network; one of constants has a checkpoint's."""
    constant = name == "constant"
    training = name not in ("inference", "constant")
    options = CoreOptions(training=training, constant=constant, dsp_budget=20)
    start = extreme_start(NETWORKS[name], 5) if constant else None
    return CoreDesign(network=NETWORKS[name], name=name, options=options, start=start)


def verilog(name: str) -> str:
    """Its Verilog."""
    return design(name).verilog
