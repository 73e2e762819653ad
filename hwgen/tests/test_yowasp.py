"""WebAssembly tools: compiled once into the user's cache, and run without a home, too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from platformdirs import user_cache_dir

from hwgen.yowasp import main, yowasp

ROOT = Path(__file__).parents[2]


class FakeTool:
    """A package with one tool, which keeps its calls."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.caches: list[str | None] = []
        self.status = 0

    def run(self, arguments: Sequence[str]) -> int:
        self.calls.append(list(arguments))
        self.caches.append(os.environ.get("YOWASP_CACHE_DIR"))
        return self.status


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeTool:
    """A tool that no run has compiled yet, and `sys.argv` for it."""
    fake, package = FakeTool(), ModuleType("fake_tool")
    package.run_fake = fake.run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fake_tool", package)
    monkeypatch.setattr(metadata, "version", {"fake-tool": "1.5"}.__getitem__)
    monkeypatch.setattr(sys, "argv", ["-c", *yowasp("fake_tool", "run_fake")[3:], "-q", "x.ys"])
    # What the process of a tool changes there is gone with it.
    monkeypatch.setattr(os, "environ", os.environ | {"YOWASP_CACHE_DIR": str(tmp_path / "cache")})
    return fake


def test_the_first_run_compiles(tool: FakeTool, tmp_path: Path) -> None:
    assert main() == 0
    assert tool.calls == [["--version"], ["-q", "x.ys"]]
    assert main() == 0
    assert tool.calls[2:] == [["-q", "x.ys"]]
    assert (tmp_path / "cache" / "compiled" / "fake_tool-1.5-run_fake").is_dir()


def test_a_first_run_that_fails_is_tried_again(tool: FakeTool) -> None:
    tool.status = 130  # Ctrl-C
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 130
    tool.status = 0
    assert main() == 0
    assert tool.calls == [["--version"], ["--version"], ["-q", "x.ys"]]


def test_the_status_is_the_tools(tool: FakeTool) -> None:
    main()
    tool.status = 7
    assert main() == 7


def test_a_cache_of_the_users_that_can_only_be_read_is_left_alone(
    tool: FakeTool, tmp_path: Path
) -> None:
    (tmp_path / "cache").touch()  # where not even root can write
    assert main() == 0
    assert tool.calls == [["-q", "x.ys"]]


HOMELESS = """
import sys
from presparse.cli import main

network, folder = sys.argv[1:]
for command in (
    ["train", network, "--samples", "20", "--no-float"],
    ["connections", network, "--png", f"{folder}/patterns.png"],
    ["generate", network, "--output", folder],
):
    assert main(command) == 0
"""


def test_a_home_that_cannot_be_written_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    temporary, network = tmp_path / "tmp", tmp_path / "tiny.toml"
    temporary.mkdir()
    text = (ROOT / "examples" / "slides_8_4_4.toml").read_text(encoding="utf-8")
    network.write_text(f"{text}\n[format]\ninteger = 2\nfraction = 3\n", encoding="utf-8")
    environment = {
        "HOME": str(tmp_path / "file" / "home"),  # where not even root can write
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(temporary),
        # Compiling Yosys takes a minute, and Numba half of one.
        "YOWASP_CACHE_DIR": os.environ.get(
            "YOWASP_CACHE_DIR", user_cache_dir("YoWASP", appauthor=False)
        ),
        "NUMBA_DISABLE_JIT": "1",
    }
    run = subprocess.run(
        [sys.executable, "-c", HOMELESS, network, tmp_path],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / "presparse_core.v").exists()
    assert [path.name for path in temporary.iterdir()] == [f"presparse-{os.getuid()}"]
