"""Every benchmark says in one line what cannot be."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks import command
from benchmarks.command import exit_status

FOLDER = Path(command.__file__).parent


def _run_as_script(path: Path) -> bool:
    """Whether a module is a benchmark of its own."""
    return '__name__ == "__main__"' in path.read_text(encoding="utf-8")


BENCHMARKS = sorted(path.stem for path in FOLDER.glob("*.py") if _run_as_script(path))


def test_there_are_some() -> None:
    assert {"board_epoch", "search_comparison", "training"} <= set(BENCHMARKS)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_an_unknown_option_is_one_line(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    last = ast.parse(source).body[-1]
    assert isinstance(last, ast.If)
    # What `python -m` runs, but for the exit itself.
    assert [ast.unparse(each) for each in last.body] in (
        ["sys.exit(exit_status(main))"],
        ["sys.exit(main())"],
    )
    main = import_module(f"benchmarks.{name}").main
    monkeypatch.setattr(sys, "argv", [name, "what", "--nonsense"])
    assert exit_status(main) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "--nonsense" in error or "what" in error


def test_ctrl_c_says_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt("after 3 runs,\nwhich are kept")

    assert exit_status(interrupted) == 130
    assert capsys.readouterr().err == "interrupted after 3 runs,; which are kept\n"
