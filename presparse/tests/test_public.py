"""What is public: importable, documented, typed, and refusing with one exception."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import presparse
from presparse.errors import refusing
from software_ref.console.errors import InputErrors, ToolError

PACKAGE = Path(presparse.__file__).parent


@pytest.mark.parametrize("name", [n for n in presparse.__all__ if not n.startswith("__")])
def test_every_public_name_is_there_and_documented(name: str) -> None:
    public = getattr(presparse, name)
    assert inspect.getdoc(public)
    for method, value in vars(public).items() if inspect.isclass(public) else ():
        if callable(value) and not method.startswith("_"):
            assert inspect.getdoc(value), f"{name}.{method}"


def test_what_is_not_public_is_told() -> None:
    with pytest.raises(AttributeError, match=r"^module 'presparse' has no attribute 'nothing'$"):
        _ = presparse.nothing


def test_types_are_shipped() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_importing_it_imports_no_hardware_tools() -> None:
    code = "import presparse, sys; print({'amaranth', 'sklearn', 'numba'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("two\nlines"), "two; lines"),
        (TypeError("a kind"), "a kind"),
        (ToolError("no tool"), "no tool"),
        (
            FileNotFoundError(2, "No such file or directory", "x.toml"),
            "cannot read x.toml: No such",
        ),
        (InputErrors(["one", "another"]), "one\nanother"),
        (MemoryError(), "not enough memory"),
    ],
)
def test_a_refusal_is_one_exception(error: Exception, message: str) -> None:
    @refusing
    def function() -> None:
        raise error

    with pytest.raises(presparse.Error) as told:
        function()
    assert str(told.value).startswith(message)
    assert told.value.__cause__ is error


def test_faults_of_the_program_stay_what_they_are() -> None:
    @refusing
    def function() -> None:
        raise KeyError("fault")

    with pytest.raises(KeyError):
        function()
