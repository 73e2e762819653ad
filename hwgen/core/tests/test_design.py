"""What a design's Verilog holds: first words of the memories, ports, and the comment on top."""

from __future__ import annotations

import re

import numpy as np
import pytest

from boards.bitstream.xc7_check.contents import verilog_memories
from hwgen.core.design import CoreDesign
from hwgen.testing.numerics import random_signed
from hwgen.testing.shapes import network
from software_ref.checkpoint import Checkpoint
from software_ref.golden import Parameters, initial_parameters, minimum_lags
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions

KINDS = {
    "training": CoreOptions(),
    "inference": CoreOptions(training=False),
    "constant": CoreOptions(training=False, constant=True),
}
# Rows that straddle neurons; all lanes in one row, of two memories; several sweeps.
MIXED = network((15, 10, 2, 5), (10, 5, 1, 10), (5, 6, 6, 5), format=(1, 4), extra_bits=2)
# z = 1, and so many rows that their bits are in block RAMs side by side.
DEEP = network((64, 32, 32, 1), format=(2, 5))
# Words of 32 bits, which Yosys writes in decimal.
SMALL = network((4, 4, 1, 4), format=(2, 5))
CASES = [("training", SMALL), ("inference", MIXED), ("constant", MIXED), ("constant", DEEP)]


def checkpoint(net: Network) -> Checkpoint:
    """Trained somehow: parameters of the whole range, biases too."""
    rng = np.random.default_rng(net.weights)
    width = net.format.stored_width
    parameters = Parameters(
        network=net,
        weights=tuple(random_signed(rng, width, shape.weights) for shape in net.junctions),
        biases=tuple(random_signed(rng, width, shape.right) for shape in net.junctions),
    )
    return Checkpoint(parameters=parameters, lags=minimum_lags(net), epoch=4, samples=1234)


def signed(word: int, width: int, count: int) -> list[int]:
    """A word's fields, the lowest first, as numbers in two's complement."""
    fields = [word >> place * width & (1 << width) - 1 for place in range(count)]
    return [field - (field >> width - 1 << width) for field in fields]


def words_of(text: str, unit: str) -> list[int]:
    """The words of a unit's memories side by side, the first memory lowest."""
    parts = []
    for memory in verilog_memories(text):
        plain = re.sub(r"__\d+(?=_|$)", "", memory.name)  # names told apart by a number
        if found := re.fullmatch(rf"presparse_core_{unit}(\d*)(?:_column(\d+))?", plain):
            assert memory.defined
            parts.append((int(found[1] or 0), int(found[2] or 0), memory))
    parts.sort(key=lambda part: part[:2])
    words = [0] * len(parts[0][2].words)
    place = 0
    for *_, memory in parts:
        words = [word | more << place for word, more in zip(words, memory.words, strict=True)]
        place += memory.width
    return words


def parameters_in(design: CoreDesign) -> Parameters:
    """Weights and biases, as the memories of the Verilog hold them."""
    text, width = design.verilog, design.network.format.stored_width
    weights, biases = [], []
    for number, ports in enumerate(design.ports.junctions, start=1):
        rows = words_of(text, f"junction_{number}_weights_rows")
        z = ports.parallelism
        weights.append(np.array([value for row in rows for value in signed(row, width, z)]))
        slots = max(ports.bias_lanes) + 1
        kept = [
            signed(word, width, slots) for word in words_of(text, f"junction_{number}_bias_biases")
        ]
        places = zip(ports.bias_rows, ports.bias_lanes, strict=True)
        biases.append(np.array([kept[row][lane] for row, lane in places]))
    return Parameters(network=design.network, weights=tuple(weights), biases=tuple(biases))


@pytest.mark.parametrize(("kind", "net"), CASES)
def test_the_memories_hold_the_checkpoint(kind: str, net: Network) -> None:
    start = checkpoint(net)
    design = CoreDesign(network=net, options=KINDS[kind], start=start)
    assert parameters_in(design).first_difference(start.parameters) is None
    line = "// Weights and biases are those of a checkpoint after epoch 4, 1234 samples.\n"
    assert line in design.verilog


def test_without_a_checkpoint_they_hold_the_initial_parameters() -> None:
    design = CoreDesign(network=SMALL, options=KINDS["inference"], seed=5)
    assert parameters_in(design) == initial_parameters(SMALL, 5)
    assert "checkpoint" not in design.verilog


def test_a_core_of_constants_has_neither_a_parameter_port_nor_a_write_to_parameters() -> None:
    for kind, there in (("inference", True), ("constant", False)):
        text = CoreDesign(network=SMALL, options=KINDS[kind]).verilog
        assert ("parameter_" in text) is there
        assert ("access" in text) is there
        written = re.findall(r"^ +(?:rows\d+|biases\w*)\[.+\] <= ", text, re.M)
        assert bool(written) is there
        assert ("with constant parameters.\n" in text.splitlines(keepends=True)[0]) is not there
