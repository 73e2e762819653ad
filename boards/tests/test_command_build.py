"""`presparse build`: plans for elsewhere, the synthesis of the open flow, and what is refused."""

from __future__ import annotations

import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from threading import Barrier, Event

import pytest

from boards.bitstream import ecp5, job, seeds
from boards.bitstream.board_build import for_board
from boards.design import BoardDesign
from boards.platforms.boards import BOARDS
from boards.tests.small_board import IRIS, SMALL, written
from boards.top import board_verilog
from hwgen.synthesis import kept
from hwgen.synthesis.yosys import run_yosys
from presparse.cli import main
from software_ref.console.errors import ToolError
from software_ref.manifest import manifest
from software_ref.network_file import read_network_file

SHARED = {"logic.v", "board.v", "vivado.xdc", "nextpnr.xdc", "README.md", "small.json"}
OPEN = {"synthesis.ys", "himbaechel.sh", "xilinx.sh"}


@pytest.fixture(scope="module", autouse=True)
def logic_once() -> Iterator[None]:
    """Generate the logic of equal designs once: it takes most of the time of a build's plan."""
    made: dict[str, str] = {}

    def once(design: BoardDesign) -> str:
        others = [getattr(design, each.name) for each in fields(design) if each.name != "core"]
        key = repr((manifest(design.core), others))
        if key not in made:
            made[key] = board_verilog(design)
        return made[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(job, "board_verilog", once)
        yield


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return written(tmp_path, "small", SMALL)


@pytest.fixture
def no_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is on the search path."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize(
    ("board", "toolchain", "files"),
    [
        ("nexys4", [], SHARED | OPEN | {"vivado.tcl"}),
        ("nexys4ddr", [], SHARED | OPEN | {"vivado.tcl"}),
        ("nexys4", ["--toolchain", "vivado"], SHARED | {"vivado.tcl"}),
        ("nexys4ddr", ["--toolchain", "openxc7"], SHARED | OPEN),
    ],
)
def test_a_plan_is_complete(
    small: Path, tmp_path: Path, board: str, toolchain: list[str], files: set[str]
) -> None:
    folder, figures = tmp_path / "plan", tmp_path / "figures.json"
    where = ["--samples", "64", "--output", str(folder), "--json", str(figures)]
    assert main(["build", str(small), "--board", board, "--plan-only", *toolchain, *where]) == 0
    assert {path.name for path in folder.iterdir()} == files
    with zipfile.ZipFile(tmp_path / "plan.zip") as archive:
        assert {Path(name).name for name in archive.namelist()} == files
        assert archive.read("plan/logic.v") == (folder / "logic.v").read_bytes()
    document = json.loads(figures.read_text())
    assert document["bitstream"] is None
    assert document["plan"] == str(tmp_path / "plan.zip")
    assert json.loads((folder / "small.json").read_text())["board"]["name"] == board
    # What the scripts read is there, and each tool gets the clock.
    for script in folder.glob("*.sh"):
        text = script.read_text()
        assert "--freq 100" in text
        for name in ("synthesis.ys", "nextpnr.xdc"):
            assert name in text
    open_tools = "Project X-Ray" in (folder / "README.md").read_text()
    assert open_tools == ("synthesis.ys" in files)
    if "vivado.tcl" in files:
        assert "read_xdc vivado.xdc" in (folder / "vivado.tcl").read_text()


def test_the_script_of_a_plan_names_the_placer_asked_for(small: Path, tmp_path: Path) -> None:
    options = ["--board", "nexys4", "--samples", "64", "--plan-only", "--placer", "static"]
    assert main(["build", str(small), *options, "--output", str(tmp_path / "plan")]) == 0
    texts = {path.name: path.read_text() for path in (tmp_path / "plan").glob("*.sh")}
    assert " --placer static " in texts["himbaechel.sh"]
    assert "--placer" not in texts["xilinx.sh"]


@pytest.mark.parametrize(("board", "blocks"), [("nexys4ddr", 224), ("ulx3s", 156)])
def test_a_dsp_budget_for_a_larger_device_means_all_blocks(
    small: Path, board: str, blocks: int
) -> None:
    small.write_text(f"{SMALL}\n[target]\ndsp_budget = 224\n", encoding="utf-8")
    assert for_board(read_network_file(small), BOARDS[board]).target.dsp_blocks == blocks


@pytest.mark.usefixtures("no_tools")
def test_without_tools_one_line_says_what_was_looked_for(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plan"
    assert (
        main(["build", str(small), "--board", "nexys4", "--samples", "64", "--output", str(folder)])
        == 0
    )
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert said.startswith("found none of: vivado; nextpnr-himbaechel + fasm2frames")
    assert "the build archive is" in said


@pytest.mark.usefixtures("no_tools")
def test_a_board_that_trains_from_its_flash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = written(tmp_path, "iris", IRIS), tmp_path / "plan"
    command = ["build", str(path), "--board", "nexysa7", "--memory", "flash"]
    where = ["--output", str(folder)]
    assert main([*command, *where]) == 0
    said = capsys.readouterr().out
    assert "found none of: vivado; the build archive is" in said
    assert f"data set {folder / 'iris.store.bin'}, for the flash from byte 4,194,304 on" in said
    files = {"logic.v", "board.v", "vivado.xdc", "nextpnr.xdc", "vivado.tcl", "README.md"}
    files |= {"iris.json", "iris.store.bin"}
    assert {each.name for each in folder.iterdir()} == files
    content = (folder / "iris.store.bin").read_bytes()
    with zipfile.ZipFile(tmp_path / "plan.zip") as archive:
        assert archive.read("plan/iris.store.bin") == content
    script = (folder / "vivado.tcl").read_text()
    assert "SPI_BUSWIDTH 4" in script
    assert "-loaddata {up 0x00400000 iris.store.bin}" in script
    assert "-f -o 4194304 iris.store.bin" in (folder / "README.md").read_text()
    assert "STARTUPE2" in (folder / "board.v").read_text()

    # Other rates: the same build, another file. Other orders need another build.
    path.write_text(IRIS.replace("[2, 7]", "[2, 5]"), encoding="utf-8")
    assert main([*command, *where, "--store-only"]) == 0
    renewed = (folder / "iris.store.bin").read_bytes()
    assert renewed != content and len(renewed) == len(content)
    path.write_text(IRIS.replace("epochs = 3", "epochs = 4"), encoding="utf-8")
    assert main([*command, *where, "--store-only"]) == 2
    assert re.search(r"places of the build at .* must be \d+ for", capsys.readouterr().err)
    assert (folder / "iris.store.bin").read_bytes() == renewed


@pytest.mark.slow
def test_the_open_flow_synthesises_with_block_ram(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    options = ["--board", "nexys4", "--toolchain", "openxc7", "--samples", "64"]
    assert main(["build", str(small), *options, "--plan-only", "--output", str(folder)]) == 0
    run_yosys((folder / "synthesis.ys").read_text().splitlines(), folder, name="synthesis")
    top = json.loads((folder / "netlist.json").read_text())["modules"]["board"]
    types = {cell["type"] for cell in top["cells"].values()}
    assert types & {"RAMB18E1", "RAMB36E1"}
    assert {"MMCME2_BASE", "BUFG", "DSP48E1"} <= types
    # What nextpnr has no place for: cascaded shift registers, and scopes.
    assert not [name for name in types if name.startswith(("SRL", "$"))]
    # Every pin that goes out is driven whatever the design does.
    driven = {
        bit
        for cell in top["cells"].values()
        if cell["type"] == "OBUF"
        for bit in cell["connections"]["O"]
    }
    outputs = [port["bits"] for port in top["ports"].values() if port["direction"] == "output"]
    assert driven == set(itertools.chain.from_iterable(outputs))
    named = set(re.findall(r"\[get_ports {(.*)}\]", (folder / "nextpnr.xdc").read_text()))
    bits = {
        name if len(port["bits"]) == 1 else f"{name}[{bit}]"
        for name, port in top["ports"].items()
        for bit in range(len(port["bits"]))
    }
    assert named == bits
    # The net that the second clock constraint names.
    assert "clk" in top["netnames"]


def pretend(monkeypatch: pytest.MonkeyPatch, *reached: float) -> list[str]:
    """Put pretended tools in place of the ECP5's; the digits' build runs the tools themselves.

    Parameters
    ----------
    reached
        MHz, one placement after the other.

    Returns
    -------
    list of str
        The names of those that were called, as they are.
    """
    calls: list[str] = []
    clocks = itertools.cycle(reached)

    def synthesise(script: list[str], folder: Path, **options: object) -> None:
        calls.append("yosys")
        for name in ("netlist.json", "synthesis.log"):
            (folder / name).touch()

    def place(arguments: list[str], folder: Path, **options: object) -> None:
        calls.append(f"nextpnr {arguments[arguments.index('--seed') + 1]}")
        assert (folder / "netlist.json").exists() and (folder / "board.lpf").exists()
        clock = {"$glbnet$clk": {"achieved": next(clocks), "constraint": 40.0}}
        used = {"DP16KD": {"used": 9, "available": 208}}
        report = json.dumps({"fmax": clock, "utilization": used})
        (folder / "report.json").write_text(report, encoding="utf-8")

    def pack(tool: object, arguments: list[str], folder: Path, **options: object) -> None:
        calls.append(f"pack {folder.name}")
        (folder / "board.bit").write_bytes(b"bits")

    monkeypatch.setattr(kept, "run_yosys", synthesise)
    monkeypatch.setattr(ecp5, "absorb_registers_in_file", lambda *arguments: None)
    monkeypatch.setattr(ecp5, "run_nextpnr_ecp5", place)
    monkeypatch.setattr(ecp5, "run_tool", pack)
    return calls


def test_a_clock_that_is_missed_leaves_no_bitstream(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, figures = tmp_path / "built", tmp_path / "figures.json"
    pretend(monkeypatch, 33.33, 39.21)
    folder.mkdir()
    (folder / "small.bit").write_bytes(b"of a build before")
    options = ["--board", "ulx3s", "--samples", "64", "--output", str(folder)]
    assert main(["build", str(small), *options, "--json", str(figures)]) == 2
    complaint = capsys.readouterr().err
    assert "the board reaches 39.21 MHz, not 40: no bitstream was written" in complaint
    assert not (folder / "small.bit").exists()
    document = json.loads(figures.read_text())
    assert (document["timing_met"], document["fmax_mhz"]) == (False, 39.21)
    assert document["bitstream"] is None


def test_the_second_placement_may_meet_the_clock(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "built"
    calls = pretend(monkeypatch, 33.33, 55.5)
    options = ["--board", "ulx3s", "--samples", "64", "--output", str(folder)]
    assert main(["build", str(small), *options]) == 0
    assert calls == ["yosys", "nextpnr 1", "nextpnr 1", "pack seed_1"]
    assert (folder / "small.bit").read_bytes() == b"bits"


def test_another_seed_takes_the_netlist_that_is_there(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "built"
    calls = pretend(monkeypatch, 41.0)

    def tools(*options: str) -> list[str]:
        calls.clear()
        common = ["build", str(small), "--board", "ulx3s", "--output", str(folder)]
        assert main([*common, *options]) == 0
        return calls

    assert tools("--samples", "64") == ["yosys", "nextpnr 1", "pack seed_1"]
    assert tools("--samples", "64", "--seed", "2") == ["nextpnr 2", "pack seed_2"]
    # A placement of the same netlist with the same seed is there, too.
    assert tools("--samples", "64") == ["pack seed_1"]
    assert tools("--samples", "32", "--seed", "2") == ["yosys", "nextpnr 2", "pack seed_2"]


def test_the_fastest_of_several_seeds_is_kept(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeds, "processors", lambda: 1)  # in order
    figures = tmp_path / "figures.json"
    calls = pretend(monkeypatch, 41.0, 43.0, 42.0, 44.0)
    where = ["--output", str(tmp_path / "built"), "--json", str(figures)]
    common = ["build", str(small), "--board", "ulx3s", "--samples", "64", *where]
    assert main([*common, "--seed", "5", "--seeds", "3"]) == 0
    assert calls == ["yosys", "nextpnr 5", "nextpnr 6", "nextpnr 7", "pack seed_6"]
    document = json.loads(figures.read_text())
    assert (document["fmax_mhz"], document["seed"]) == (43.0, 6)
    # What is there is not placed again.
    calls.clear()
    assert main([*common, "--seed", "5", "--seeds", "4"]) == 0
    assert calls == ["nextpnr 8", "pack seed_8"]


def test_a_seed_that_fails_ends_the_others(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeds, "processors", lambda: 2)
    pretend(monkeypatch, 41.0)
    stopped = []
    both = Barrier(2)

    def place(arguments: list[str], folder: Path, *, stop: Event, **options: object) -> None:
        both.wait(60)
        if folder.name == "seed_1":
            raise ToolError("no place")
        stopped.append(stop.wait(60))
        raise ToolError("stopped")

    monkeypatch.setattr(ecp5, "run_nextpnr_ecp5", place)
    options = ["--board", "ulx3s", "--samples", "64", "--seeds", "2"]
    assert main(["build", str(small), *options, "--output", str(tmp_path / "built")]) == 2
    assert capsys.readouterr().err == "presparse: error: no place\n"
    assert stopped == [True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--board", "nexys5"], "unknown board 'nexys5'; did you mean nexys4?"),
        (["--board", "nexys4", "--clock", "2"], "not 2 MHz; the nearest is 4.6"),
        (["--board", "nexys4", "--clock", "x"], "must be a clock above 0 and up to 1000 MHz"),
        (["--board", "nexys4", "--clock", "10"], "clock must be at least 6 times the 3000000 baud"),
        (["--board", "ulx3s", "--toolchain", "vivado"], "--toolchain is for the 7-series boards"),
        (["--board", "ulx3s", "--plan-only"], "7-series boards; ulx3s needs none"),
        (["--board", "ulx3s", "--engine", "vivado"], "--engine is for the 7-series boards"),
        (["--board", "nexys4", "--engine", "x"], "--engine must name an installed program of"),
        (["--board", "ulx3s", "--placer", "heap"], "--placer is for the 7-series boards"),
        (["--board", "nexys4", "--seeds", "0"], "argument --seeds: must be"),
        (["--board", "ulx3s", "--seed", "2147483648"], "--seed must be at most 2147483647"),
        (
            ["--board", "basys3", "--memory", "flash"],
            "--memory must be block on the Digilent Basys",
        ),
        (
            ["--board", "nexys4", "--memory", "flash", "--toolchain", "openxc7"],
            "--toolchain must be vivado with --memory flash, whose clock pin nextpnr does",
        ),
        (["--board", "nexys4", "--store-only"], "--store-only must stand beside --memory flash"),
        (["--board", "nexys4", "--store-only", "--plan-only"], "--store-only must stand without"),
        (["--board", "nexys4", "--chipdb", "nothing.bin"], "--chipdb must name a file"),
        (["--board", "nexys4", "--database", "."], "a folder that has the folder artix7, not '.'"),
    ],
)
@pytest.mark.usefixtures("no_tools")
def test_wrong_use_is_one_line(
    small: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    folder = tmp_path / "built"
    assert main(["build", str(small), *options, "--output", str(folder)]) == 2
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1
    assert message in complaint
    assert not folder.exists()
