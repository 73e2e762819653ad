"""`presparse pnr`: the plan for the 7 series, stand-ins for its tools, and wrong input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from hwgen.pnr import PLAN_FILES, xc7_engines, xc7_tools
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
    xc7_engines.ask.cache_clear()
    return path


HELP = {
    "himbaechel": "  --device arg   name of device\n  -o [ --vopt ] arg",
    "xilinx": "  --chipdb arg   database\n  --xdc arg   constraints",
}
"""What tells the two kinds of nextpnr apart."""


def install(path: Path, program: str, code: str, *, style: str = "") -> None:
    """Put a program on the search path that runs some Python in the folder of the plan."""
    said = {"--help": HELP.get(style, ""), "--version": f"{program} (Version nextpnr-0.9)"}
    answers = f"if sys.argv[1] in {list(said)!r}:\n    print({said!r}[sys.argv[1]]); sys.exit()\n"
    file = path.parent / "bin" / program
    head = f"#!{sys.executable}\nimport sys\nfrom pathlib import Path\n"
    file.write_text(f"{head}{answers if style else ''}{code}\n")
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
    monkeypatch.setattr(xc7_tools, "kept_netlist", lambda *arguments, **keywords: None)


def pin(cell: str, port: str) -> dict[str, str]:
    return {"cell": cell, "port": port}


REPORT = {
    "fmax": {"clk": {"achieved": 97.5, "constraint": 120}},
    "critical_paths": [
        {"from": "<async>", "to": "posedge clk", "path": []},
        {
            "from": "posedge clk",
            "to": "posedge clk",
            "path": [
                {
                    "type": kind,
                    "delay": ns,
                    "from": {"cell": a, "port": p},
                    "to": {"cell": b, "port": q},
                }
                for kind, ns, a, p, b, q in [
                    ("clk-to-q", 0.5, "core.a", "Q", "core.a", "Q"),
                    ("routing", 1.25, "core.a", "Q", "lut", "A1"),
                    ("logic", 0.125, "lut", "A1", "lut", "O6"),
                    ("routing", 2.0, "lut", "O6", "core.b", "D"),
                    ("setup", 0.25, "core.b", "D", "core.b", "D"),
                ]
            ],
        },
    ],
}


@pytest.mark.usefixtures("no_yosys")
@pytest.mark.parametrize("program", ["nextpnr-himbaechel", "nextpnr-xilinx"])
def test_himbaechel_is_known_by_its_options(
    path: Path, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = "'xdc=harness.xdc' in sys.argv and '--chipdb' not in sys.argv and '7' in sys.argv"
    report = f"Path('report.json').write_text({json.dumps(REPORT)!r})"
    install(path, program, f"assert {wanted}\n{report}", style="himbaechel")
    document = run(path, "--seed", "7")
    assert document["fmax_mhz"] == 97.5
    assert document["tool"] == f"{program} nextpnr-0.9"
    assert document["path"]["levels"] == 1
    assert capsys.readouterr().out == (
        "critical path from core.a/Q to core.b/D: 0.875 ns in cells (1 between the registers), "
        "3.250 ns on wires\n"
        f"97.50 MHz after routing on xc7a100tcsg324-1 by {program} nextpnr-0.9\n"
    )


def install_xilinx(path: Path) -> None:
    lines = "".join(
        f"Info: Max frequency for clock 'clk_IBUF_BUFG': {mhz} MHz (FAIL at 120.00 MHz)\n"
        for mhz in ("101.00", "88.25")
    )
    code = f"assert '--xdc' in sys.argv\nPath('place_and_route.log').write_text({lines!r})"
    install(path, "nextpnr-xilinx", code, style="xilinx")


@pytest.mark.usefixtures("no_yosys")
def test_nextpnr_xilinx_reports_its_last_clock(path: Path) -> None:
    install_xilinx(path)
    Path("a.bin").write_text("")
    assert run(path, "--chipdb", "a.bin")["fmax_mhz"] == 88.25


@pytest.mark.usefixtures("no_yosys")
def test_one_of_two_engines_can_be_chosen(path: Path) -> None:
    install_xilinx(path)
    report = f"Path('report.json').write_text({json.dumps(REPORT)!r})"
    install(path, "nextpnr-himbaechel", report, style="himbaechel")
    Path("a.bin").write_text("")
    options = ("--chipdb", "a.bin")
    assert run(path, *options)["fmax_mhz"] == 97.5
    assert run(path, *options, "--engine", "nextpnr-xilinx")["fmax_mhz"] == 88.25
    assert run(path, *options, "--engine", "bin/nextpnr-xilinx")["fmax_mhz"] == 88.25


def test_an_engine_must_be_one(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(path, "other", "pass", style="none")
    for name in ("other", "missing"):
        assert refusal(capsys, str(path), "--engine", name) == (
            "presparse: error: --engine must name an installed program of these kinds: vivado, "
            f"nextpnr-himbaechel, nextpnr-xilinx; not '{name}'"
        )


@pytest.mark.usefixtures("no_yosys")
def test_nextpnr_xilinx_needs_a_database(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install_xilinx(path)
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
