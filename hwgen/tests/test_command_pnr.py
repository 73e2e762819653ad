"""`presparse pnr`: the plan for the 7 series, stand-ins for its tools, and wrong input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from hwgen.pnr import PLAN_FILES, xc7_tools
from presparse.cli import main

NETWORK = "[network]\nlayers = [8, 4, 4]\nout_degree = [1, 2]\nparallelism = [4, 2]\n"
PATHS = """\
slack_ns,cell_ns,wire_ns,levels,start,end
-1.5,0.4,9.1,0,chain_reg[3]/C,drive_reg[4]/D
-0.5,4.25,4.5,3,core/junction_1/update/product3_m_reg[7]/C,core/junction_2/left/a_reg[0]/D
0.25,3.0,4.0,2,core/busy_reg/C,fold0_reg[0]/D
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network file, in the working folder, where no tool is installed."""
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return path


def install(path: Path, program: str, code: str) -> None:
    """Put a program on the search path that runs some Python in the folder of the plan."""
    file = path.parent / "bin" / program
    file.write_text(f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\n{code}\n")
    file.chmod(0o755)


def run(path: Path, *arguments: str) -> dict[str, Any]:
    target = path.parent / "out.json"
    assert main(["pnr", str(path), *arguments, "--json", str(target)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a wrong command ends with."""
    assert main(["pnr", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err.strip()


def test_without_a_tool_there_is_a_plan(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = run(path)
    assert document["fmax_mhz"] is None
    assert document["plan"] == "small_pnr"
    assert document["core"] == "training"
    assert capsys.readouterr().out == (
        "none of vivado, nextpnr-himbaechel, nextpnr-xilinx found: the plan to run elsewhere is in "
        "small_pnr\n"
    )
    assert {file.name for file in Path("small_pnr").iterdir()} == set(PLAN_FILES)


def test_the_plan_goes_where_the_user_says(path: Path) -> None:
    document = run(path, "--build", "some/where", "--freq", "80", "--core", "inference")
    assert document["plan"] == "some/where"
    assert "-period 12.500 " in Path("some/where/harness.xdc").read_text()


def test_vivado_is_run_where_it_is_installed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(
        path, "vivado", f"assert 'vivado.tcl' in sys.argv\nPath('paths.csv').write_text({PATHS!r})"
    )
    document = run(path, "--freq", "125", "--build", "made")
    # 8 ns and 0.5 ns too long; the harness' own path of 9.5 ns does not count.
    assert document["fmax_mhz"] == round(1000 / 8.5, 2)
    assert document["tool"] == "vivado"
    assert document["plan"] is None
    assert document["path"]["path_units"] == ["junction_1.update", "junction_2.left"]
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "117.65 MHz after routing on xc7a100tcsg324-1 by vivado"


def test_an_error_of_vivado_is_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "Path('place_and_route.log').write_text('ERROR: [Common 17-345] no licence')\nsys.exit(1)"
    )
    install(path, "vivado", code)
    assert refusal(capsys, str(path), "--build", "made") == (
        "presparse: error: vivado failed: [Common 17-345] no licence (see made/place_and_route.log)"
    )


def test_vivado_must_write_its_paths(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(path, "vivado", "pass")
    assert refusal(capsys, str(path), "--build", "made") == (
        "presparse: error: vivado wrote no paths.csv (see made/place_and_route.log)"
    )


@pytest.fixture
def no_yosys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the synthesis before a stand-in for nextpnr."""
    monkeypatch.setattr(xc7_tools, "run_yosys", lambda *arguments, **keywords: None)


@pytest.mark.usefixtures("no_yosys")
def test_himbaechel_reports_its_clock(path: Path) -> None:
    report = '{"fmax": {"clk": {"achieved": 97.5, "constraint": 120}}}'
    install(
        path,
        "nextpnr-himbaechel",
        f"assert 'xdc=harness.xdc' in sys.argv\nPath('report.json').write_text({report!r})",
    )
    assert run(path)["fmax_mhz"] == 97.5


@pytest.mark.usefixtures("no_yosys")
def test_nextpnr_xilinx_reports_its_last_clock(path: Path) -> None:
    lines = "".join(
        f"Info: Max frequency for clock 'clk_IBUF_BUFG': {mhz} MHz (FAIL at 120.00 MHz)\n"
        for mhz in ("101.00", "88.25")
    )
    install(path, "nextpnr-xilinx", f"Path('place_and_route.log').write_text({lines!r})")
    Path("a.bin").write_text("")
    assert run(path, "--chipdb", "a.bin")["fmax_mhz"] == 88.25


@pytest.mark.usefixtures("no_yosys")
def test_nextpnr_xilinx_needs_a_database(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(path, "nextpnr-xilinx", "pass")
    assert refusal(capsys, str(path)) == (
        "presparse: error: nextpnr-xilinx must be given the device's database: "
        "--chipdb xc7a100tcsg324.bin"
    )


def test_a_missing_database_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, str(path), "--chipdb", "none.bin") == (
        "presparse: error: --chipdb must name a file, not 'none.bin'"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--freq", "0"),
            "argument --freq: must be a clock above 0 and up to 1000 MHz, not '0'",
        ),
        (
            ("--freq", "fast"),
            "argument --freq: must be a clock above 0 and up to 1000 MHz, not 'fast'",
        ),
        (
            ("--freq", "nan"),
            "argument --freq: must be a clock above 0 and up to 1000 MHz, not 'nan'",
        ),
        (
            ("--seed", "-1"),
            "argument --seed: must be an integer from 0 to 2147483647, not '-1'",
        ),
    ],
)
def test_wrong_arguments_are_one_line(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert message in refusal(capsys, str(path), *arguments)
    assert sorted(file.name for file in path.parent.iterdir()) == ["bin", "small.toml"]


@pytest.mark.parametrize(("device", "name"), [("xc7a100t", "XC7A100T"), ("lfe5u-85f", "LFE5U-85F")])
def test_a_core_larger_than_the_device_is_refused_at_once(
    path: Path, capsys: pytest.CaptureFixture[str], device: str, name: str
) -> None:
    path.write_text(f"{NETWORK}[format]\nfraction = 14\n[target]\ndevice = '{device}'\n")
    message = refusal(capsys, str(path), "--json", "out.json")
    assert f"{name} cannot hold format (1,3,14)" in message
    assert sorted(file.name for file in path.parent.iterdir()) == ["bin", "small.toml"]


def test_synth_points_to_pnr_for_an_ecp5(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(f"{NETWORK}[target]\ndevice = 'lfe5u-85f'\n")
    assert main(["synth", str(path)]) == 2
    assert capsys.readouterr().err == (
        'presparse: error: target device must be one of "xc7a100t", "xc7a35t", "xc7z020" '
        "for synth, not 'lfe5u-85f'; presparse pnr measures a core on it\n"
    )
