"""One small core of every kind that the generator makes, and its Verilog, made once a process."""

from __future__ import annotations

from functools import cache

from hwgen.generate import CoreDesign
from hwgen.tests.shapes import network

__all__ = ["NETWORKS", "design", "verilog"]

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
}
"""Networks by the name that the core's top module has, too."""


@cache
def design(name: str) -> CoreDesign:
    """The core of a network."""
    training = name != "inference"
    return CoreDesign(network=NETWORKS[name], name=name, training=training, dsp_budget=20)


def verilog(name: str) -> str:
    """Its Verilog."""
    return design(name).verilog
