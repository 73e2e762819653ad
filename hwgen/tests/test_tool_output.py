"""Texts of other tools: whatever their names are encoded in, and what is no document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hwgen.pnr.delay_file import read_delay_file
from hwgen.tool_output import read_json, read_text
from software_ref.console.errors import ToolError

DELAYS = Path(__file__).parents[1] / "pnr" / "tests" / "delays.sdf"


class StubError(ToolError):
    """The stub failed."""


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_may_be_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "report"
    path.write_bytes('{"file": "/home/José/top.v", "fmax": 40}'.encode(encoding))
    assert "/top.v" in read_text(path)
    assert read_json(path)["fmax"] == 40


def test_control_characters_in_names_are_no_error(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text('{"file": "a\tb"}')
    assert read_json(path) == {"file": "a\tb"}


def test_what_is_no_document_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(r'{"file": "Jos\303\251"}')
    message = f"{path} must be a JSON document, but is none: Invalid \\escape: "
    with pytest.raises(StubError, match=f"^{re.escape(message)}"):
        read_json(path, StubError)


def test_delays_may_name_their_design_in_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "delays.sdf"
    text = DELAYS.read_bytes()
    design = '(DESIGN "José")'.encode("latin-1")
    path.write_bytes(re.sub(rb'\(DESIGN "[^"]*"\)', design, text))
    assert design in path.read_bytes()
    assert read_delay_file(path) == read_delay_file(DELAYS)
