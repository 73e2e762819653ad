"""docs/python.md: its code runs, and its table names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import presparse
from docs.tests.pages import ROOT
from presparse.cli import COMMANDS

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")


def test_its_code_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "python.md", "exec"), names)
    said = capsys.readouterr().out
    assert "0.916" in said  # test accuracy after three epochs, as in README.md
    assert "nearest legal out_degree: 5 or 10" in said
    assert {"digits.png", "wider.toml", "build"} <= {each.name for each in tmp_path.iterdir()}


def test_the_table_has_every_action_and_its_command() -> None:
    rows = re.findall(r"^\| (`.*?) \| .* \| (.*) \|$", PAGE, re.MULTILINE)
    actions = {name for calls, _ in rows for name in re.findall(r"`(\w+)\(", calls)}
    own = {"of_file", "save", "samples", "tables", "with_tables", "to_toml"}
    public = {
        name
        for name in dir(presparse.Network)
        if not name.startswith("_") and callable(getattr(presparse.Network, name))
    }
    assert actions == public - own
    assert {name for _, cell in rows for name in re.findall(r"`([a-z-]+)", cell)} <= {*COMMANDS}
