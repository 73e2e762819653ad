"""The page in Chromium: nothing fetched, nothing wrong, and what its sections say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hwgen.report import write_report
from hwgen.report.tests.browser import Page, mistakes, until
from software_ref.network_file import read_network_file
from software_ref.plan.schedule import Schedule

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.chromium

on_digits = pytest.mark.parametrize("page", ["digits"], indirect=True)
EXAMPLES = Path(__file__).parents[3] / "examples"


def test_nothing_is_fetched_and_nothing_goes_wrong(page: Page) -> None:
    assert mistakes(page.driver) == []
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    assert page.driver.title == f"{page.file.name} – presparse"
    assert page.text("report-data").count("<") == 0
    assert page.run("return document.querySelector('h1').textContent") == page.file.name
    assert page.run("return document.documentElement.scrollWidth <= innerWidth")


def test_every_control_has_a_name(page: Page) -> None:
    nameless = """
        return [...document.querySelectorAll("button, input, select, canvas, [tabindex]")]
            .filter((each) => !each.labels?.length && !each.getAttribute("aria-label")
                && !each.textContent.trim())
            .map((each) => each.outerHTML);
    """
    assert page.run(nameless) == []


def test_a_neuron_under_the_pointer_shows_its_edges(page: Page) -> None:
    first, second = page.patterns[:2]
    neuron = page.file.network.layers[1] - 1
    page.point("#network-drawings canvas", f"[layersView.x(1), layersView.y(1, {neuron})]")
    lefts = np.sort(first.left_neurons.reshape(first.shape.right, -1)[neuron])
    rights = np.flatnonzero(second.left_neurons == neuron) // second.shape.in_degree
    text = page.text("network-text")
    assert text.startswith(f"Layer 1, neuron {neuron}. ")
    assert f"from layer 0: {', '.join(map(str, lefts))}." in text
    assert f"to layer 2: {', '.join(map(str, rights))}." in text
    page.point("#network-title", "[1, 1]")
    assert page.text("network-text") == "No neuron chosen."


def test_matrices_have_the_edges_that_there_are(page: Page) -> None:
    page.run("document.querySelector('input[value=matrices]').click()")
    pattern = page.patterns[0]
    edge = pattern.shape.in_degree + 1
    left, right = int(pattern.left_neurons[edge]), 1
    row, lane = divmod(edge, pattern.shape.parallelism)
    cell = page.run("""
        const view = new MatrixView(0);
        view.layout(document.querySelector("#network-drawings .scroll").clientWidth);
        return [view.cell, view.tall];
    """)
    place = f"[1 + {(left + 0.5) * cell[0]}, 1 + {(right + 0.5) * cell[1]}]"
    page.point("#network-drawings canvas", place)
    told = (
        f"left neuron {left}, right neuron {right}: edge {edge}\nread in row {row}, by lane {lane}"
    )
    assert page.text("tip").startswith(told)
    others = set(range(pattern.shape.left)) - set(
        pattern.left_neurons.reshape(pattern.shape.right, -1)[right].tolist()
    )
    place = f"[1 + {(min(others) + 0.5) * cell[0]}, 1 + {(right + 0.5) * cell[1]}]"
    page.point("#network-drawings canvas", place)
    assert page.text("tip") == f"left neuron {min(others)}, right neuron {right}: no edge"
    page.run("document.querySelector('input[value=layers]').click()")


def test_the_timeline_follows_a_sample(page: Page) -> None:
    schedule = Schedule.from_file(page.file)
    page.press("timeline-drawing", "\ue014", "\ue014")
    lags, period = schedule.lags, schedule.period
    text = page.text("timeline-text")
    assert text.startswith("Sample 1: ")
    for i, lag in enumerate(lags, start=1):
        for operation, step in (("FF", 1 + i), ("BP and UP", 1 + i + lag)):
            first = step * period + schedule.row_read(i)
            last = first + schedule.timing[i - 1].shape.rows - 1
            told = (
                f"step {step}: {operation} in junction {i}, rows read in clocks {first} to {last}"
            )
            assert told in text
    assert page.run("return document.querySelectorAll('#timeline-drawing .event.now').length") == (
        2 + 2 * len(lags)
    )
    page.press("timeline-drawing", "\ue00c")
    assert page.text("timeline-text").startswith(f"One sample every {period} clocks")


@on_digits
def test_resources_add_up(page: Page) -> None:
    """Of what the table of units says."""
    cells = page.run("""
        return [...document.querySelectorAll("#resources-units tbody tr")]
            .map((row) => [...row.cells].map((cell) => cell.textContent.replaceAll(",", "")));
    """)
    totals = page.text("resources-totals")
    for column, title in ((1, "LUT"), (2, "flip-flops"), (3, "DSP blocks"), (4, "BRAM36")):
        total = sum(float(row[column] or 0) for row in cells)
        assert f"{title}: {total:,g} of ".replace("e+", "") in totals


def test_training_is_shown_where_there_is_some(page: Page) -> None:
    text = page.text("trained")
    if page.trained is None:
        assert "--resume FILE.npz" in text
        return
    confusion = page.trained.confusion
    assert f"{100 * (confusion.accuracy or 0):.2f} % of 360 test samples" in text
    counts = page.run("""
        return [...document.querySelectorAll(".confusion tbody tr")]
            .map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent)));
    """)
    assert counts == confusion.counts.tolist()
    assert page.run("return document.querySelectorAll('#trained .panels svg').length") == 4
    assert page.run("return document.querySelectorAll('#trained circle').length") == 4


@on_digits
def test_light_and_dark(page: Page) -> None:
    """What the system prefers, also where it changes its mind; and light on paper."""
    ground = "return getComputedStyle(document.body).backgroundColor"
    corner = "return colour('panel')"
    seen = set()
    for scheme in ("dark", "light"):
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        seen.add((scheme, page.run(ground), page.run(corner)))
    assert len({each[1] for each in seen}) == len({each[2] for each in seen}) == 2


@on_digits
def test_a_narrow_screen_needs_no_scrolling_sideways(page: Page) -> None:
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        until(lambda: page.run("return junction.sheet.seen") < 390)
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_junction_with_too_many_edges_is_told(
    driver: Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hwgen.report.network_view.MOST_EDGES_SHOWN", 10)
    file = read_network_file(EXAMPLES / "slides_8_4_4.toml")
    file = replace(file, network=replace(file.network, out_degree=(2, 2)))
    path = write_report(file, tmp_path / "page.html")
    others = driver.current_window_handle
    driver.switch_to.new_window("tab")
    try:
        driver.get(path.as_uri())
        page = Page(driver=driver, file=file, path=path)
        assert page.text("junction-text").startswith("16 edges, more than the ")
        page.run("showJunction(1)")
        assert page.text("junction-text").startswith("Clock 0 of ")
        page.run("document.querySelector('input[value=matrices]').click(); choose(1, 0, true)")
        assert "2 edges to layer 2" in page.text("network-text")
        assert mistakes(driver) == []
    finally:
        driver.close()
        driver.switch_to.window(others)


@on_digits
def test_tables_are_sorted_by_their_heads(page: Page) -> None:
    """The first click on FF puts the largest first, the second the least."""
    click = "document.querySelectorAll('#resources-units th button')[2].click();"
    column = """
        return [...document.querySelectorAll("#resources-units tbody tr")]
            .map((row) => Number(row.cells[2].textContent.replaceAll(",", "")));
    """
    first, second = page.run(click + column), page.run(click + column)
    assert first == sorted(first, reverse=True)
    assert second == sorted(second) == first[::-1]
    assert page.run("return document.querySelector('th[aria-sort]').textContent") == "FF ↑"
