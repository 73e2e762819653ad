"""The notebooks: executed anew, they print what they were committed with, README's figures too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from examples.notebooks.execute import NOTEBOOKS, executed

ROOT = Path(__file__).parents[2]


def outputs(notebook: Any) -> list[str]:
    """What its cells print and show: as text without addresses, and the kinds of pictures."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            text = output.get("text") or data.get("text/plain", "")
            found.append(re.sub(r" at 0x[0-9a-f]+", "", text))
            if output.output_type != "stream":
                found.append(", ".join(sorted(set(data) - {"text/plain"})))
    return found


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_gives_what_it_shows(path: Path) -> None:
    # `python -m examples.notebooks.execute` writes them anew.
    assert outputs(executed(path)) == outputs(nbformat.read(path, as_version=4))


def test_the_tour_has_the_figures_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^epoch (\d)  (\d)\s+([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", readme, re.M)
    assert len(rows) == 3
    shown = "\n".join(outputs(nbformat.read(NOTEBOOKS[0], as_version=4)))
    for epoch, exponent, float_train, float_test, train, test in rows:
        line = rf"^ +{epoch}  {exponent} +{train} +{test} +{float_train} +{float_test}$"
        assert re.search(line, shown, re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_committed_executed_and_small(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    assert path.stat().st_size < 1_000_000
