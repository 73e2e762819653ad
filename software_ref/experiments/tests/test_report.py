"""Tables, findings and pictures as files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from software_ref.experiments.report import Report, Spread, Table, signed_points, write_report

TABLE = Table(title="Two rows", header=("name", "x %"), rows=[("first", 1.5), ("second", None)])


def draw(figure: Figure) -> None:
    figure.subplots().plot([1, 2])


REPORT = Report(
    tables=[TABLE], findings=["It holds."], verdict="holds", draw=draw, document={"x": 1}
)


def test_spread_is_the_sample_standard_deviation() -> None:
    spread = Spread((0.9, 0.92, 0.97))
    assert spread.mean == pytest.approx(0.93)
    assert spread.deviation == pytest.approx(((0.03**2 + 0.01**2 + 0.04**2) / 2) ** 0.5)
    assert spread.percent() == "93.0 ± 3.6"
    assert Spread((0.5,)).deviation == 0
    assert Spread((0.5,)).percent() == "50.0"


def test_a_report_is_written_for_people_and_for_programs(tmp_path: Path) -> None:
    png, document, markdown = (tmp_path / name for name in ("r.png", "r.json", "r.md"))
    write_report(REPORT, png=png, json=document, markdown=markdown)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert json.loads(document.read_text()) == {"x": 1}
    assert markdown.read_text() == (
        "**Two rows**\n\n| name | x % |\n| --- | ---: |\n| first | 1.5 |\n| second |  |\n\n"
        "- It holds.\n"
    )
    assert REPORT.plain() == "Two rows\nname    x %\nfirst   1.5\nsecond\n\nIt holds."


def test_a_quick_report_has_a_banner_and_no_findings(tmp_path: Path) -> None:
    report = REPORT.without_verdict("quick!")
    assert report.plain() == "quick!\n\nTwo rows\nname    x %\nfirst   1.5\nsecond"
    assert report.markdown().startswith("> quick!\n\n**Two rows**")
    assert "It holds" not in report.markdown()
    figures: list[Figure] = []

    def kept(figure: Figure) -> None:
        draw(figure)
        figures.append(figure)

    paths = {"png": tmp_path / "a.png", "json": tmp_path / "a.json", "markdown": tmp_path / "a.md"}
    write_report(replace(report, draw=kept), **paths)
    write_report(replace(REPORT, draw=kept), **paths)
    assert [figure.get_suptitle() for figure in figures] == ["quick!", ""]


def test_differences_are_signed_points() -> None:
    shares = (0.0034, -0.0004, 0.0, -0.012)
    assert [signed_points(share) for share in shares] == ["+0.3", "+0.0", "+0.0", "-1.2"]
