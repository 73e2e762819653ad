"""Estimates beside a synthesis, and what must hold for every network."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwgen.core.design import CoreDesign
from hwgen.estimate.model import core_units, estimate_core, fitted_coefficients, unit_kind
from hwgen.estimate.sweep import estimate_file, sweep
from hwgen.synthesis import synthesise
from rtl_tests.random_networks import sample_networks
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.core_options import CoreOptions

NETWORK = """\
[network]
layers = [32, 24, 10]
out_degree = [6, 5]
parallelism = [8, 6]
"""
TEN_BITS = """
[format]
integer = 3
fraction = 6
"""
WITHIN = 0.1


@pytest.fixture
def file(tmp_path: Path) -> NetworkFile:
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return read_network_file(path)


@pytest.mark.parametrize("core", ["training", pytest.param("inference", marks=pytest.mark.slow)])
def test_an_estimate_is_near_the_synthesis(tmp_path: Path, core: str) -> None:
    path = tmp_path / "ten_bits.toml"
    path.write_text(NETWORK + TEN_BITS)  # smaller tables: half the time of twelve
    file, training = read_network_file(path), core == "training"
    design = CoreDesign.from_file(file, training=training)
    verilog = tmp_path / "core.v"
    verilog.write_text(design.verilog)
    found = synthesise(verilog, design.name, tmp_path / "build")
    estimate = estimate_file(file, training=training)
    assert (estimate.dsp, estimate.bram36) == (found.resources.dsp, found.resources.bram36)
    assert estimate.clocks_per_sample == design.schedule.period
    assert estimate.lut == pytest.approx(found.resources.lut, rel=WITHIN)
    assert estimate.ff == pytest.approx(found.resources.ff, rel=WITHIN)
    # Every unit that the estimate knows is one of the core's.
    names = {name.split("__")[0] for name in found.units}
    assert set(estimate.units) - names <= {"start_1", "start_2"}


def test_every_term_has_a_coefficient() -> None:
    fitted = fitted_coefficients()
    for network in sample_networks(44, seed=3):
        for training in (True, False):
            design = CoreDesign(network=network, options=CoreOptions(training=training))
            for name, terms in core_units(design.schedule, design.dsp).items():
                assert terms.keys() <= fitted[unit_kind(name)].keys(), name


def test_any_network_has_an_estimate() -> None:
    for network in sample_networks(44, seed=4):
        design = CoreDesign(network=network)
        estimate = estimate_core(design.schedule, design.dsp)
        assert estimate.dsp == sum(
            blocks.count for units in design.dsp for blocks in units.values()
        )
        assert 0 < estimate.lutram < estimate.lut
        assert estimate.ff > 0
        assert estimate.lut == sum(lut for lut, _ in estimate.units.values())


def test_constants_take_less_logic_and_as_many_blocks(file: NetworkFile) -> None:
    inference = estimate_file(file, training=False)
    constant = estimate_file(file, training=False, constant=True)
    assert constant.lut < inference.lut and constant.lutram < inference.lutram
    assert constant.ff < 0.7 * inference.ff
    assert (constant.dsp, constant.bram36) == (inference.dsp, inference.bram36)
    assert constant.clocks_per_sample == inference.clocks_per_sample
    gone = {"parameter_port", "junction_1.access_timeline", "junction_2.access_timeline"}
    assert inference.units.keys() - constant.units.keys() == gone
    points = sweep(file, "z", training=False, constant=True)
    assert [point.estimate for point in points if point.here] == [constant]


def test_more_edges_a_clock_take_more_and_are_faster(file: NetworkFile) -> None:
    points = sweep(file, "z")
    assert [point.here for point in points].count(True) == 1
    clocks = [point.estimate.clocks_per_sample for point in points]
    assert clocks == sorted(clocks)
    assert points[0].estimate.dsp > points[-1].estimate.dsp
    assert points[0].estimate.lut > points[-1].estimate.lut


def test_wider_formats_take_more(file: NetworkFile) -> None:
    points = sorted(sweep(file, "formats"), key=lambda point: point.network.format.width)
    assert [point.label for point in points if point.here] == ["(1,3,8)"]
    ff = [point.estimate.ff for point in points]
    assert ff == sorted(ff)
