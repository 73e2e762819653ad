"""The Python module, which runs by itself, against registers in a list."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from hwgen.bus.core_summary import identity_word
from hwgen.bus.design import AxiDesign
from hwgen.core.design import CoreDesign
from hwgen.testing.register_memory import RegisterMemory
from hwgen.testing.shapes import network
from rtl_tests.core_kinds import design
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.stored_words import stored_words

CORE = design("relu")
TEXT = AxiDesign(core=CORE).files()["relu_axi.py"]


@pytest.fixture
def module() -> ModuleType:
    """The module."""
    found = ModuleType("relu_axi")
    exec(compile(TEXT, "relu_axi.py", "exec"), found.__dict__)
    return found


def test_it_needs_nothing_but_python(tmp_path: Path) -> None:
    path = tmp_path / "relu_axi.py"
    path.write_text(TEXT)
    subprocess.run([sys.executable, "-I", "-S", "-W", "error", path], check=True)


def test_parameters_go_to_their_places(module: ModuleType) -> None:
    memory = RegisterMemory(CORE)
    driver = module.open_core(memory)
    low = -(1 << CORE.ports.data_width - 1)
    for number, junction in enumerate(CORE.ports.junctions):
        weights = [low + e for e in range(junction.weights)]
        biases = [-1 - n for n in range(junction.right)]
        driver.set_weights(number, weights)
        driver.set_biases(number, biases)
        assert driver.weights(number) == weights
        assert driver.biases(number) == biases
        z = junction.parallelism
        for e, weight in enumerate(weights):
            assert memory.parameters[number, e // z, e % z] == weight & 0xFFFFFFFF
        for place in zip(junction.bias_rows, junction.bias_lanes, strict=True):
            assert (number | 1 << 8, *place) in memory.parameters
        with pytest.raises(ValueError, match=f"^values must be {junction.weights} weights, not 1$"):
            driver.set_weights(number, [0])
        with pytest.raises(ValueError, match=f"^values must be {junction.right} biases, not 0$"):
            driver.set_biases(number, [])


def test_addresses_go_to_their_places_where_connections_move() -> None:
    moving = replace(network((12, 8, 2, 4), (8, 4, 2, 8), kind="free"), rewire=RewireOptions())
    core = CoreDesign(network=moving, name="moving")
    found = ModuleType("moving_axi")
    exec(AxiDesign(core=core).files()["moving_axi.py"], found.__dict__)
    memory = RegisterMemory(core)
    driver = found.open_core(memory)
    words = stored_words(core.patterns[0]).tolist()
    driver.set_addresses(0, words)
    assert driver.addresses(0) == words
    driver.set_weights(0, [7] * 24)
    assert memory.parameters[1 << 9, 5, 3] == words[5 * 4 + 3]
    assert memory.parameters[0, 5, 3] == 7
    assert driver.addresses(1) == []
    with pytest.raises(ValueError, match=r"^values must be 0 addresses, not 1$"):
        driver.set_addresses(1, [0])


def test_fields_change_alone(module: ModuleType) -> None:
    memory = RegisterMemory(CORE)
    driver = module.open_core(memory)
    driver.set("CONTROL", batches=1, use_registers=1)
    driver.change("CONTROL", drain=1)
    assert memory.words[0x10] == 0b1011
    driver.resume()
    assert memory.words[0x10] == 0b1010
    assert driver.get("CONTROL", "batches") == 1


def test_a_drain_waits_for_samples_and_for_the_core(module: ModuleType) -> None:
    memory = RegisterMemory(CORE)
    driver = module.open_core(memory)
    memory.busy = [0b011, 0b010, 0b001, 0b001, 0b001, 0b000]
    driver.drain()
    assert memory.busy == [0]
    assert memory.words[0x10] == 1
    memory.busy = [1]
    with pytest.raises(TimeoutError, match=r"^STATUS.busy must have become 0 after 3 looks at it$"):
        driver.drain(polls=3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({0x00: 0}, "ID.id must be 0x50525350, not 0x0"),
        ({0x04: 2 << 16}, "VERSION.major must be 0x1, not 0x2"),
        ({0x08: 1}, f"CORE.core must be {identity_word(CORE):#x}, not 0x1"),
    ],
)
def test_another_core_is_refused(module: ModuleType, wrong: dict[int, int], message: str) -> None:
    with pytest.raises(RuntimeError, match=f"^{re.escape(message)}$"):
        module.open_core(RegisterMemory(CORE, wrong))
