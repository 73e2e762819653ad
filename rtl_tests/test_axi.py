"""Cores on AXI as exported Verilog, driven by cocotbext-axi with stalls on every channel."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from hwgen.simulation import icarus
from hwgen.simulation.process import run_cocotb
from hwgen.simulation.verilator import Mode, SimulatorError, Source, build
from rtl_tests.axi_benches import addresses, epoch, registers, streams, training
from rtl_tests.axi_benches.cores import axi_design, network_file
from rtl_tests.test_board_parts import passed
from software_ref.loading import load_training_data
from software_ref.training import epoch_order

BENCHES = (registers, streams, training, epoch)
"""What runs on the core of the iris."""
TESTS = tuple(name for bench in BENCHES for name in bench.TESTS)


def simulate(
    core: str,
    benches: tuple[ModuleType, ...],
    folder: Path,
    *,
    mode: Mode = "fast_build",
    four_state: bool = False,
) -> dict[str, bool]:
    """Whether each test of the benches passed."""
    design = axi_design(core)
    for name, text in design.files().items():
        (folder / name).write_text(text)
    if epoch in benches:
        write_epoch(core, folder)
    sources = [
        Source(f"{design.name}.v", design.verilog),
        Source(f"{core}.v", design.core.verilog),
    ]
    if four_state:
        executable = icarus.build(sources=sources, top=design.name, build_dir=folder / "build")
    else:
        control = Source(
            "test.vlt",
            '`verilator_config\nlint_off -rule WIDTH -file "*.v"\n'
            f'public_flat_rw -module "{design.name}" -var "*"\n',
        )
        executable = build(
            sources=[control, *sources], top=design.name, build_dir=folder / "build", mode=mode
        )
    try:
        run_cocotb(
            executable,
            top=design.name,
            test_module=",".join(bench.__name__ for bench in benches),  # cocotb takes several
            run_dir=folder,
            loader=icarus.loader() if four_state else (),
            timeout=900,
        )
    except SimulatorError:
        if not (folder / "results.xml").exists():
            raise
        print((folder / "run.log").read_text()[-20_000:])
    return passed(folder / "results.xml")


def write_epoch(core: str, folder: Path) -> None:
    """The first epoch of an example's own data."""
    file = network_file(core)
    data = load_training_data(file, test_samples=0)
    order = epoch_order(file.training, 0, len(data.train_labels))
    np.savez(
        folder / epoch.SAMPLES,
        features=data.train_features[order],
        labels=data.train_labels[order],
        rate_exponent=file.training.rate_exponent_at(0),
    )


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Whether each test of the benches passed, all on one model."""
    return simulate("slides_8_4_4", BENCHES, tmp_path_factory.mktemp("iris"))


@pytest.mark.parametrize("name", TESTS)
def test_each_test_of_the_benches_passes(outcomes: dict[str, bool], name: str) -> None:
    assert outcomes[name]


def test_nothing_else_is_in_the_benches(outcomes: dict[str, bool]) -> None:
    assert tuple(outcomes) == TESTS


@pytest.mark.icarus
def test_four_states_show_nothing_that_nobody_set(tmp_path: Path) -> None:
    """In Icarus, with X on every signal that is not offered."""
    found = simulate("tiny", (streams,), tmp_path, four_state=True)
    assert found == dict.fromkeys(streams.TESTS, True)


@pytest.mark.slow
def test_addresses_of_connections_that_move_are_among_the_parameters(tmp_path: Path) -> None:
    assert simulate("moving", (addresses,), tmp_path) == dict.fromkeys(addresses.TESTS, True)


@pytest.mark.slow
def test_an_epoch_of_digits_trains_bit_for_bit_with_stalls(tmp_path: Path) -> None:
    found = simulate("digits", (epoch,), tmp_path, mode="fast_run")
    assert found == dict.fromkeys(epoch.TESTS, True)
