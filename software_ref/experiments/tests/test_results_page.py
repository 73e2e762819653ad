"""The page of all results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from software_ref.experiments.registry import ALGORITHMS
from software_ref.experiments.results_page import main


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Results of every experiment, made up."""
    folder = tmp_path / "results"
    folder.mkdir()
    for name in ALGORITHMS:
        (folder / f"{name}.md").write_text(f"| table of {name} |\n")
        (folder / f"{name}.png").write_bytes(b"picture of " + name.encode())
        document = {
            "quick": False,
            "seeds": [1, 2, 3],
            "claim": f"claim of {name}",
            "verdict": f"holds: {name.upper()}",
            "runs": [
                {"figures": {"training_seconds": 90.0, "epochs": 12}},
                {"figures": {"epochs": 31}},
                {"figures": {"epochs": [{"epoch": 0}]}},
            ],
        }
        (folder / f"{name}.json").write_text(json.dumps(document))
    return folder


def test_the_page_has_every_table_and_keeps_its_introduction(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n## By hand\n\nText.\n\n## density: old\n\nold table\n")
    assert main(["algorithms", str(results), str(page)]) == 0
    text = page.read_text()
    assert text.startswith("# Title\n\n## By hand\n\nText.\n\n## What holds\n\nA verdict compares ")
    overview = text.split("\n## density: accuracy against overall density\n")[0]
    assert "old table" not in text
    for name in ALGORITHMS:
        assert f"| table of {name} |" in text
        assert f"\n| {name} | claim of {name} | holds: {name.upper()} |\n" in overview
        assert f"The slides: claim of {name}." in text
        assert f"    presparse experiment {name} --data DIR\n" in text
        picture = tmp_path / "page" / f"{name}.png"
        assert f"(page/{name}.png)" in text
        assert picture.read_bytes() == b"picture of " + name.encode()
    assert "Seeds 1, 2, 3; 3 runs of 12 to 31 epochs, 2 minutes of training on one core." in text
    assert main(["algorithms", str(results), str(page)]) == 0
    assert page.read_text() == text


def test_quick_and_missing_results_are_refused(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, document = tmp_path / "page.md", results / "morse.json"
    document.write_text(json.dumps(json.loads(document.read_text()) | {"quick": True}))
    assert main(["algorithms", str(results), str(page)]) == 2
    assert "morse.json must be of a full run" in capsys.readouterr().err
    document.unlink()
    assert main(["algorithms", str(results), str(page)]) == 2
    error = "morse.json must be there, since the page has no part of morse yet"
    assert error in capsys.readouterr().err
    assert not page.exists()


@pytest.mark.parametrize("name", ["density", "large-sparse", "metrics"])
def test_what_was_not_run_again_stays(name: str, results: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n## By hand\n\nText.\n")
    assert main(["algorithms", str(results), str(page)]) == 0
    before, picture = page.read_text(), tmp_path / "page" / f"{name}.png"
    assert f"\n\n## {name}: " in before
    (results / f"{name}.json").unlink()
    (results / f"{name}.png").write_bytes(b"of no use")
    assert main(["algorithms", str(results), str(page)]) == 0
    assert page.read_text() == before
    assert picture.read_bytes() == b"picture of " + name.encode()


def test_the_command_has_the_number_of_seeds(results: Path, tmp_path: Path) -> None:
    document = results / "scatter.json"
    seeds = {"seeds": [1, 2, 3, 4, 5]}
    document.write_text(json.dumps(json.loads(document.read_text()) | seeds))
    assert main(["algorithms", str(results), str(tmp_path / "page.md")]) == 0
    text = (tmp_path / "page.md").read_text()
    assert "    presparse experiment scatter --data DIR --seeds 5\n\nSeeds 1, 2, 3, 4, 5;" in text
