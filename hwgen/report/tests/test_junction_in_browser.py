"""A junction in Chromium: what its animation says and draws, clock by clock, against the plan."""

from __future__ import annotations

import time

import pytest

from hwgen.report.tests.browser import Page, until
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.plan.schedule import Schedule

pytestmark = pytest.mark.chromium

on_digits = pytest.mark.parametrize("page", ["digits"], indirect=True)


def test_every_clock_of_every_junction(page: Page) -> None:
    """By the keyboard, from clock to clock: the text, the table, and the colours of the cells."""
    period = Schedule.from_file(page.file).period
    page.run("document.getElementById('junction-details').open = true")
    for i, pattern in enumerate(page.patterns):
        page.run("showJunction(arguments[0])", i)
        for clock in range(period):
            check_clock(page, pattern, clock)
            page.press("junction-stage", "\ue014")  # the right arrow key
        assert page.run("return junction.clock") == 0
        page.press("junction-stage", "\ue012")
        assert page.run("return junction.clock") == period - 1
        page.press("junction-stage", "\ue011")
        assert page.run("return junction.clock") == 0


SHOWN = """
    const rows = [...document.querySelectorAll("#junction-table tbody tr")]
        .map((row) => [...row.cells].map((cell) => Number(cell.textContent)));
    return [document.getElementById("junction-text").textContent, rows];
"""
COLOURS = """
    const { sheet, drawing, view } = junction;
    const copy = document.createElement("canvas");
    copy.width = sheet.canvas.width;
    copy.height = sheet.canvas.height;
    const context = copy.getContext("2d");
    context.drawImage(sheet.canvas, 0, 0);
    const { wide, tall, bands, x } = drawing.sizes;
    const top = Math.floor(bands.left);
    const height = Math.ceil(view.depth * tall) + 2;
    const width = copy.width;
    const image = context.getImageData(0, top, width, height).data;
    return Array.from({ length: view.parallelism }, (_, memory) => (
        Array.from({ length: view.depth }, (_, word) => {
            const column = Math.floor(x + (memory + 1) * wide - 3);
            const row = Math.floor(bands.left + (word + 1) * tall - 3) - top;
            return [...image.slice(4 * (row * width + column), 4 * (row * width + column) + 3)];
        })
    ));
"""


def check_clock(page: Page, pattern: ClashFreePattern, clock: int) -> None:
    shape = pattern.shape
    text, rows = page.run(SHOWN)
    assert text.startswith(f"Clock {clock} of ")
    if clock >= shape.rows:
        assert "no row is read" in text
        assert rows == []
        return
    z, degree = shape.parallelism, shape.in_degree
    sweep, cycle = divmod(clock, shape.depth)
    assert f"row {clock} of {shape.rows} (edges {clock * z} to {clock * z + z - 1})" in text
    assert f"sweep {sweep} of {shape.out_degree}, cycle {cycle} of {shape.depth};" in text
    edges = range(clock * z, (clock + 1) * z)
    for neuron in {edge // degree for edge in edges}:
        last = (neuron + 1) * degree - 1
        so_far = min(edges[-1], last) + 1 - neuron * degree
        assert f"neuron {neuron} ({'finishes' if last in edges else so_far}" in text
    assert len(rows) == z
    for lane, (row, edge) in enumerate(zip(rows, edges, strict=True)):
        memory = int(pattern.memory[sweep, lane])
        word = int(pattern.words[sweep, memory, cycle])
        left = int(pattern.left_neurons[edge])
        assert row[:6] == [lane, edge, memory, word, left, edge // degree]
        if page.trained is not None:
            raw = page.trained.checkpoint.parameters.weights[shape.index - 1][edge]
            assert row[6] == pytest.approx(raw / 256, rel=1e-3)
    if clock < 3:
        check_colours(page, pattern, clock)


def check_colours(page: Page, pattern: ClashFreePattern, clock: int) -> None:
    """One word of each memory has the colour of the right neuron that it is read for."""
    shape = pattern.shape
    sweep, cycle = divmod(clock, shape.depth)
    hues = page.run("return [0, 1, 2, 3, 4].map((neuron) => rgb(`hue-${neuron}`))")
    colours = page.run(COLOURS)
    lanes = {int(memory): lane for lane, memory in enumerate(pattern.memory[sweep])}
    for memory, cells in enumerate(colours):
        neuron = (clock * shape.parallelism + lanes[memory]) // shape.in_degree
        coloured = [word for word, cell in enumerate(cells) if cell in hues]
        assert coloured == [int(pattern.words[sweep, memory, cycle])]
        assert cells[coloured[0]] == hues[neuron % len(hues)]


def test_the_pointer_tells_what_is_in_a_memory(page: Page) -> None:
    pattern = page.patterns[0]
    page.run("showJunction(0); goTo(1)")
    lane = pattern.shape.parallelism - 1
    sweep, cycle = divmod(1, pattern.shape.depth)
    memory = int(pattern.memory[sweep, lane])
    word = int(pattern.words[sweep, memory, cycle])
    edge = 2 * pattern.shape.parallelism - 1
    left, right = int(pattern.left_neurons[edge]), edge // pattern.shape.in_degree
    place = "[junction.drawing.middle({}), junction.drawing.sizes.bands.{} + {}]"
    tall = page.run("return junction.drawing.sizes.tall")
    page.point("#junction-stage canvas", place.format(memory, "left", (word + 0.5) * tall))
    assert page.text("tip") == (
        f"left memory {memory}, word {word}: left neuron {left}\n"
        f"read in this clock by lane {lane}: edge {edge} to right neuron {right}"
    )
    page.point("#junction-stage canvas", place.format(lane, "lanes", 10))
    assert page.text("tip") == (
        f"lane {lane}: edge {edge}\nleft neuron {left} (memory {memory}, word {word})\n"
        f"right neuron {right}"
    )


def test_seeds_or_stored_words_are_listed(page: Page) -> None:
    pattern = page.patterns[0]
    page.run("showJunction(0)")
    now = "return document.querySelector('#junction-seeds .now').textContent"
    for clock in range(pattern.shape.rows):
        sweep, cycle = divmod(clock, pattern.shape.depth)
        head, at = f"sweep {sweep}", 0
        if pattern.kind == "free":
            head, at = f"{head}, cycle {cycle}", cycle
        words = ", ".join(map(str, pattern.words[sweep, :, at]))
        assert page.run(now) == f"{head}  ({words})"
        page.run("goTo(junction.clock + 1)")


def test_samples_and_rows_on_their_way(page: Page) -> None:
    """From one step into the next, in a full pipeline: each row where its latency says."""
    schedule = Schedule.from_file(page.file)
    period, last = schedule.period, len(schedule.lags)
    lag, timing = schedule.lags[-1], schedule.timing[-1]
    page.run("showJunction(arguments[0])", last - 1)
    stages = """
        return [...document.querySelectorAll("#junction-stages div")]
            .map((each) => [each.firstChild.textContent, each.querySelector("b").textContent]);
    """
    expected = {
        "operands": timing.operands,
        "products": timing.products,
        "FF: sums": timing.totals,
        "FF: activation": timing.activated,
        "BP: e readable": timing.error_latency,
        "UP: weights written": timing.weight_written,
    }
    for clock in range(period + 1):
        step = last + lag + clock // period
        samples = page.text("junction-samples")
        assert f"in step {step}: FF of sample {step - last} " in samples
        assert f"BP and UP of sample {step - last - lag} " in samples
        found = dict(page.run(stages))
        for name, latency in expected.items():
            row = (clock - latency) % period
            assert found[name] == (f"row {row}" if row < timing.shape.rows else "–")
        page.run("goTo(junction.clock + 1)")


@on_digits
def test_it_plays_until_it_is_stopped(page: Page) -> None:
    page.run("showJunction(0); byId('junction-speed').value = 20")
    page.press("junction-stage", " ")
    assert page.text("junction-play").endswith("pause")
    until(lambda: page.run("return junction.clock") >= 3)
    page.press("junction-stage", " ")
    assert page.text("junction-play").endswith("play")
    clock = page.run("return junction.clock")
    time.sleep(0.12)
    assert page.run("return junction.clock") == clock


@on_digits
def test_the_address_may_name_a_clock(page: Page) -> None:
    page.driver.get(f"{page.path.as_uri()}?junction=2&clock=3#junction")
    assert page.text("junction-text").startswith("Clock 3 of ")
    assert page.run("return junction.view.junction") == 2
    assert page.run("return byId('junction-choice').value") == "1"
    top = "return byId('junction').getBoundingClientRect().top"
    until(lambda: 0 <= page.run(top) < 100)
    page.driver.get(f"{page.path.as_uri()}?junction=9&clock=-1")
    assert page.run("return [junction.view.junction, junction.clock]") == [2, 0]
