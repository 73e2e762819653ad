"""Synthesis of a small design whose resources and longest path are known by hand."""

import re
import subprocess
from pathlib import Path

import pytest

from hwgen import tool
from hwgen.synthesis import SynthesisError, SynthesisReport, synthesise, yosys
from software_ref.devices import DEVICES

DESIGN = Path(__file__).parent / "units.v"

ADDER_PATH_NS = 0.303 + 0.238 + 0.528 + 0.114 + 0.114 + 0.334
"""Register, LUT, then S[1] to carry, two carries, and the last carry to bit 13."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("Ü é, synthesis")


@pytest.fixture(scope="module")
def steps() -> list[str]:
    return []


@pytest.fixture(scope="module")
def report(folder, steps) -> SynthesisReport:
    return synthesise(DESIGN, "units", folder, progress=steps.append)


def figures(report: SynthesisReport, unit: str) -> dict[str, float]:
    names = ("lut", "lutram", "srl", "ff", "dsp", "bram36", "carry")
    found = report.units[unit].to_dict()
    return {name: found[name] for name in names if found[name]}


def test_dsp_holds_all_registers_of_a_multiplier(report):
    assert figures(report, "multiply") == {"dsp": 1}


def test_memory_of_32_words_of_6_bits_takes_four_luts(report):
    assert figures(report, "group.memory") == {"lut": 4, "lutram": 4, "ff": 6}


def test_memory_of_64_words_of_9_bits_read_twice_takes_24_luts(report):
    assert figures(report, "two_reads") == {"lut": 24, "lutram": 24, "ff": 18}


def test_rom_of_1024_words_of_16_bits_is_half_a_block_ram(report):
    assert figures(report, "group.rom") == {"bram36": 0.5}


def test_delay_of_five_clocks_is_registers_and_no_shift_register(report):
    assert figures(report, "chain") == {"ff": 20}


def test_adder_takes_a_lut_a_bit_and_a_carry_every_four(report):
    assert figures(report, "adder") == {"lut": 16, "ff": 48, "carry": 4}


def test_logic_of_the_top_module_is_shared(report):
    assert figures(report, "shared") == {"lut": 1, "ff": 1}


def test_unit_includes_the_units_inside_it(report):
    assert figures(report, "group") == {"lut": 4, "lutram": 4, "ff": 6, "bram36": 0.5}


def test_outermost_units_add_up_to_the_whole(report):
    whole = report.to_dict()
    for name in ("lut", "lutram", "srl", "ff", "dsp", "bram36", "carry"):
        units = [unit.to_dict() for key, unit in report.units.items() if "." not in key]
        assert sum(unit[name] for unit in units) == whole[name]


def test_whole_fits_and_has_its_share_of_the_device(report):
    assert report.fits
    assert report.device == DEVICES["xc7a100t"]
    assert report.to_dict()["percent"]["memory_lut"] == round(100 * 28 / 19000, 2)


def test_longest_path_is_the_adder_to_the_picosecond(report):
    assert report.path_ns == pytest.approx(ADDER_PATH_NS, abs=1e-9)
    assert re.fullmatch(r"adder\.a_register\[1\] \(FDRE >Q\)", report.path.start)
    assert re.fullmatch(r"adder\.(q|sum)\[13\] \(FDRE D\)", report.path.end)
    assert [cell.type for cell in report.path.cells] == [
        "FDRE >Q",
        "LUT2 I0>O",
        "CARRY4 S[1]>CO[3]",
        "CARRY4 CI>CO[3]",
        "CARRY4 CI>CO[3]",
        "CARRY4 CI>O[1]",
        "FDRE D",
    ]


def test_paths_of_units_end_in_them(report):
    assert report.units["adder"].path_ns == report.path_ns
    assert report.units["shared"].path_ns == pytest.approx(0.303 + 0.238)
    assert report.units["multiply"].path_ns is None  # both ends are in one DSP block


def test_block_ram_sets_the_longest_path_to_a_port(report):
    assert report.output_ns == 2.454


def test_longest_path_of_all_is_that_of_yosys_sta(report, folder):
    script = [
        "read_verilog -lib -specify +/xilinx/cells_sim.v",
        "read_json netlist.json",
        "hierarchy -top units",
        "tee -o sta.txt sta",
    ]
    yosys.run_yosys(script, folder, name="sta")
    found = re.search(r"Latest arrival time in 'units' is (\d+)", (folder / "sta.txt").read_text())
    paths = (report.path_ns, report.input_ns, report.output_ns, report.through_ns)
    assert int(found.group(1)) == round(1000 * max(ns for ns in paths if ns is not None))


def test_progress_names_the_steps(report, steps):
    assert any(re.fullmatch(r" *\d+ s  abc9", step) for step in steps)
    assert any("mapping memories to cells" in step for step in steps)
    assert steps[-1] == "finding the longest paths"


def test_dictionary_and_table_tell_the_same(report):
    whole = report.to_dict()
    assert whole["lut"] == 45 and whole["fits"] is True and whole["path"]["ns"] == whole["path_ns"]
    rows = {line.split()[0]: line.split()[1:] for line in report.format_table().splitlines()[:11]}
    assert rows["units"] == ["45", "28", "0", "4", "93", "1", "0.5", "1.631"]
    assert rows["rom"] == ["0", "0", "0", "0", "0", "0", "0.5", "-"]


def test_error_of_yosys_is_one_line_that_names_the_log(tmp_path):
    wrong = tmp_path / "wrong.v"
    wrong.write_text("module wrong (input a, output b);\n  assign b = a +;\nendmodule\n")
    with pytest.raises(SynthesisError) as caught:
        synthesise(wrong, "wrong", tmp_path / "work")
    message = str(caught.value)
    assert re.fullmatch(r"Yosys failed: syntax error.* \(see .*synthesis\.log\)", message)


def test_missing_module_is_an_error(tmp_path):
    with pytest.raises(SynthesisError, match="Module `absent' not found"):
        synthesise(DESIGN, "absent", tmp_path)


def test_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        synthesise(tmp_path / "absent.v", "absent", tmp_path)


def test_top_must_be_a_name(tmp_path):
    with pytest.raises(ValueError, match=r"^top must be the name of a Verilog module, not 'a; b'$"):
        synthesise(DESIGN, "a; b", tmp_path)


def test_depth_must_be_positive(tmp_path):
    with pytest.raises(ValueError, match=r"^unit_depth must be at least 1, not 0$"):
        synthesise(DESIGN, "units", tmp_path, unit_depth=0)


def test_other_families_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"^device must be of the 7 series, not LFE5U-85F$"):
        synthesise(DESIGN, "units", tmp_path, device=DEVICES["lfe5u-85f"])


def test_interrupt_ends_the_child(tmp_path, monkeypatch):
    children = []

    class Child(subprocess.Popen):
        def __init__(self, *arguments, **keywords):
            super().__init__(*arguments, **keywords)
            children.append(self)

    def interrupt(step):
        raise KeyboardInterrupt

    monkeypatch.setattr(tool.subprocess, "Popen", Child)
    with pytest.raises(KeyboardInterrupt):
        synthesise(DESIGN, "units", tmp_path, progress=interrupt)
    assert len(children) == 1
    assert children[0].returncode is not None
