"""A tiny core, really placed and routed; its figures against nextpnr's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hwgen.core.design import CoreDesign
from hwgen.pnr import PlacementError, RouteReport, place_and_route
from hwgen.pnr.ecp5 import part_arguments
from hwgen.pnr.nextpnr import run_nextpnr_ecp5
from software_ref.devices import DEVICES
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions

PART = DEVICES["lfe5u-85f"].part


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("Ü é, route")


@pytest.fixture(scope="module")
def steps() -> list[str]:
    return []


@pytest.fixture(scope="module")
def report(folder: Path, steps: list[str]) -> RouteReport:
    network = Network(
        layers=(4, 2),
        out_degree=(2,),
        parallelism=(2,),
        format=FixedFormat(integer=2, fraction=3),
    )
    design = CoreDesign(network=network, options=CoreOptions(training=False, dsp_budget=156))
    return place_and_route(design, folder, steps.append, part=PART, freq_mhz=100, seed=3)


def test_the_longest_path_is_the_one_nextpnr_reports(report: RouteReport, folder: Path) -> None:
    longest = max(report.path.ns, report.harness_ns or 0)
    assert 1000 / longest == pytest.approx(report.nextpnr_fmax_mhz, rel=1e-4)
    critical = json.loads((folder / "report.json").read_text())["critical_paths"]
    (inner,) = (
        path for path in critical if "async" not in path["from"] and "async" not in path["to"]
    )
    assert sum(step["delay"] for step in inner["path"]) == pytest.approx(longest, abs=1e-3)


def test_the_harness_does_not_hold_the_core_back(report: RouteReport) -> None:
    assert report.harness_ns is not None and report.harness_ns < report.path.ns
    assert report.input_ns is not None and report.input_ns < report.path.ns
    assert report.fmax_mhz == pytest.approx(1000 / report.path.ns)


def test_every_input_is_timed(report: RouteReport) -> None:
    assert report.untimed == ()


def test_units_add_up_to_what_nextpnr_counts(report: RouteReport) -> None:
    outer = [unit for name, unit in report.units.items() if "." not in name]
    for kind in ("TRELLIS_COMB", "TRELLIS_FF", "TRELLIS_RAMW", "DP16KD", "MULT18X18D"):
        assert sum(unit.cells[kind] for unit in outer) == report.used[kind], kind


def test_nothing_of_the_core_is_lost(report: RouteReport) -> None:
    # Two lanes multiply; the sigmoid of the output layer has 64 words of 4 bits.
    assert report.units["junction_1.feedforward"].cells["MULT18X18D"] == 2
    assert {"junction_1", "sequencer", "loader", "parameter_port"} < report.units.keys()
    assert all(unit.cells.total() for unit in report.units.values())


def test_each_unit_has_a_path_that_is_no_longer_than_the_core_s(report: RouteReport) -> None:
    for name, unit in report.units.items():
        if unit.path is not None and name != "harness":
            assert unit.path.ns <= report.path.ns
            parts = sum(segment.ns for segment in unit.path.segments)
            assert unit.path.ns == pytest.approx(parts, abs=1e-6)
    top = report.path_units[1].split(".", maxsplit=1)[0]
    found = report.units[top].path
    assert found is not None and found.ns == report.path.ns


def test_classes_come_slowest_first(report: RouteReport) -> None:
    delays = [each.ns for each in report.classes]
    assert delays == sorted(delays, reverse=True)
    assert delays[0] == report.path.ns
    assert any(each.start.startswith("junction_1.") for each in report.classes)
    assert not any("$" in each.start + each.end for each in report.classes)


def test_dictionary_and_table_tell_the_same(report: RouteReport) -> None:
    whole = report.to_dict()
    assert json.loads(json.dumps(whole))["fmax_mhz"] == round(report.fmax_mhz, 2)
    assert (whole["device"], whole["speed"], whole["seed"]) == ("LFE5U-85F", 6, 3)
    table = report.format_table()
    verdict = "meets" if report.fmax_mhz >= 100 else "misses"
    assert table.endswith(
        f"{report.fmax_mhz:.2f} MHz after routing on LFE5U-85F, speed grade 6, {verdict} 100 MHz"
    )
    rows = {line.split()[0]: line.split()[1:] for line in table.splitlines() if line}
    assert rows["whole"][0] == str(report.used["TRELLIS_COMB"])


def test_progress_names_the_steps(report: RouteReport, steps: list[str]) -> None:
    assert any(re.fullmatch(r" *\d+ s  abc9", step) for step in steps)
    for text in ("packing", "placing", "refining the placement", r"routing, \d+ arcs left"):
        assert any(re.fullmatch(rf" *\d+ s  {text}", step) for step in steps), text
    assert steps[-1] == "finding the longest paths"


def test_an_error_of_nextpnr_is_one_line_that_names_the_log(tmp_path: Path) -> None:
    arguments = [*part_arguments(PART), "--json", "absent.json"]
    with pytest.raises(PlacementError) as caught:
        run_nextpnr_ecp5(arguments, tmp_path, name="wrong")
    assert re.fullmatch(
        r"nextpnr-ecp5 failed: .*absent\.json.* \(see .*wrong\.log\)", str(caught.value)
    )
