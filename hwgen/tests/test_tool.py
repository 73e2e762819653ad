"""Child processes of design tools: logs, progress, errors in one line, and Ctrl-C."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hwgen import tool
from hwgen.tool import Tool, run_tool
from software_ref.console.errors import ToolError


class StubError(ToolError):
    """The stub failed."""


def stub(code: str) -> Tool:
    """A tool that is a piece of Python."""
    return Tool(
        title="stub",
        command=(sys.executable, "-c", code),
        step=lambda line: line[5:] if line.startswith("step ") else None,
        failure=StubError,
    )


LOG = "from pathlib import Path; import sys; log = Path(sys.argv[1])\n"


def test_progress_tells_the_steps_of_the_log(tmp_path: Path) -> None:
    steps: list[str] = []
    code = LOG + "log.write_text('step one\\nother\\nstep two')"
    log = run_tool(stub(code), ["run.log"], tmp_path, name="run", progress=steps.append)
    assert log == tmp_path / "run.log"
    assert steps == ["one", "two"]


def test_the_first_run_of_a_webassembly_tool_says_that_it_compiles(tmp_path: Path) -> None:
    steps: list[str] = []
    code = "print('Preparing to run stub. This might take a while...')"
    run_tool(stub(code), [], tmp_path, name="run", progress=steps.append)
    assert steps == ["compiling stub for this machine, once (about a minute)"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("log.write_text('[00001.5] ERROR: no such cell.\\nmore')", "no such cell"),
        (
            "print('ERROR: Unable to place cell, no BELs remaining')",
            "Unable to place cell, no BELs remaining",
        ),
        ("log.write_text('Assertion failed: x > 0')", "Assertion failed: x > 0"),
        ("log.write_text('first\\nlast\\n')", "last"),
        ("pass", "no output"),
    ],
)
def test_an_error_is_one_line_that_names_the_log(tmp_path: Path, code: str, reason: str) -> None:
    with pytest.raises(StubError) as caught:
        run_tool(stub(f"{LOG}{code}\nsys.exit(1)"), ["run.log"], tmp_path, name="run")
    assert str(caught.value) == f"stub failed: {reason} (see {tmp_path / 'run.log'})"


def test_an_interrupt_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[subprocess.Popen[bytes]] = []

    class Child(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **keywords: object) -> None:
            super().__init__(*arguments, **keywords)  # type: ignore[call-overload]
            children.append(self)

    def interrupt(step: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tool.subprocess, "Popen", Child)
    code = LOG + "log.write_text('step one\\n'); import time; time.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        run_tool(stub(code), ["run.log"], tmp_path, name="run", progress=interrupt)
    assert len(children) == 1
    assert children[0].returncode not in (None, 0)
