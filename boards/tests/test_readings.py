"""Reports of Vivado and nextpnr, as far as a board's build reads them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from boards.bitstream.readings import read_himbaechel, read_vivado, read_xilinx
from hwgen.pnr.nextpnr import PlacementError

UTILISATION = """\
| Host         : josé-pc
| Command      : report_utilization -file C:/Büro/utilisation.txt
| Slice LUTs                 |  9000 |     0 |     63400 | 14.20 |
| Block RAM Tile             |  10.5 |     0 |       135 |  7.78 |
"""
SLACKS = "kind,slack_ns\nsetup,2.5\nhold,0.05\n"


@pytest.fixture
def job(tmp_path: Path) -> Any:
    """As much of a job as a report is held against."""
    return SimpleNamespace(folder=tmp_path, clock_mhz=100.0)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_vivado_reports_on_windows_and_linux(job: Any, encoding: str, newline: str) -> None:
    for name, text in {"utilisation.txt": UTILISATION, "slacks.csv": SLACKS}.items():
        (job.folder / name).write_bytes(text.replace("\n", newline).encode(encoding))
    found = read_vivado(job, job.folder)
    assert found.timing_met
    assert found.fmax_mhz == pytest.approx(1000 / 7.5)
    assert found.used == {"Slice LUTs": 9000, "Block RAM Tile": 11}
    assert found.available == {"Slice LUTs": 63400, "Block RAM Tile": 135}


def test_a_log_may_name_files_in_any_encoding(job: Any) -> None:
    text = (
        "Info: constrained by /home/josé/nextpnr.xdc\n"
        "Info:  SLICE_LUTX:  9000/126800    7%\n"
        "Info: Max frequency for clock 'clk': 90.50 MHz (FAIL at 100.00 MHz)\n"
    )
    (job.folder / "place_and_route.log").write_bytes(text.encode("latin-1"))
    found = read_xilinx(job, job.folder)
    assert (found.fmax_mhz, found.timing_met) == (90.5, False)
    assert found.used == {"SLICE_LUTX (halves of LUTs)": 9000}


def test_a_report_that_is_cut_off_is_named(job: Any) -> None:
    path = job.folder / "report.json"
    path.write_text('{"fmax": {"clk": {"achi')
    with pytest.raises(PlacementError, match=r"report\.json must be a JSON document, but is none"):
        read_himbaechel(job, job.folder)
