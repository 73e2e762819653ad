"""The page in Chromium: what it says and draws, clock by clock, against the plan in Python."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hwgen.report import Curves, Trained, write_report
from hwgen.report.tests.browser import chromium, mistakes
from presparse.cli import main
from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.schedule import Schedule

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.common.action_chains import ActionChains

pytestmark = pytest.mark.chromium

EXAMPLES = Path(__file__).parents[3] / "examples"
STRADDLING = """\
[network]
layers = [24, 10, 6]
out_degree = [5, 3]
parallelism = [8, 5]
[connections]
kind = "{kind}"
dither = true
seed = 3
"""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that is open, and what it was made of."""

    driver: Chrome
    file: NetworkFile
    path: Path
    trained: Trained | None = None

    @property
    def patterns(self) -> list[ClashFreePattern]:
        network = self.file.network
        return [generate_pattern(shape, network.connections) for shape in network.junctions]

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def text(self, identifier: str) -> str:
        text: str = self.run("return document.getElementById(arguments[0]).textContent", identifier)
        return text

    @property
    def actions(self) -> ActionChains:
        from selenium.webdriver.common.action_chains import ActionChains

        return ActionChains(self.driver, duration=0)

    def press(self, identifier: str, *keys: str) -> None:
        self.run("document.getElementById(arguments[0]).focus()", identifier)
        self.actions.send_keys(*keys).perform()

    def point(self, identifier: str, place: str) -> None:
        """Move the pointer to a place in a drawing, a pair that a script gives."""
        script = """
            const drawing = document.querySelector(arguments[0]);
            drawing.scrollIntoView({block: "center", behavior: "instant"});
            const box = drawing.getBoundingClientRect();
            const [x, y] = eval(arguments[1]);
            return [Math.round(box.left + x), Math.round(box.top + y)];
        """
        x, y = self.run(script, identifier, place)
        pointer = self.actions
        pointer.w3c_actions.pointer_action.move_to_location(x, y)
        pointer.perform()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def tiny(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    return read_network_file(EXAMPLES / "slides_8_4_4.toml"), None, None


def straddling(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    # A name that would end an element, were it written as it is.
    path = folder / "a<b>&\"'.toml"
    path.write_text(STRADDLING.format(kind="seed_per_sweep"))
    return read_network_file(path), None, None


def free(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    path = folder / "free.toml"
    path.write_text(STRADDLING.format(kind="free"))
    return read_network_file(path), None, None


def digits(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    example, saved, curves = EXAMPLES / "digits.toml", folder / "run.npz", folder / "run.json"
    options = ["--epochs", "2", "--samples", "100", "--no-float", "--engine", "numpy"]
    outputs = ["--save", str(saved), "--json", str(curves)]
    assert main(["train", str(example), *options, *outputs]) == 0
    file = read_network_file(example)
    return file, Trained.load(file, saved, samples=50), Curves.read(curves)


@pytest.fixture(scope="module", params=[tiny, straddling, free, digits])
def page(
    request: pytest.FixtureRequest, driver: Chrome, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    file, trained, curves = request.param(folder)
    path = write_report(file, folder / "page.html", trained=trained, curves=curves)
    driver.get(path.as_uri())
    yield Page(driver=driver, file=file, path=path, trained=trained)
    assert mistakes(driver) == []


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


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


TABLE = """
    return [...document.querySelectorAll("#junction-table tbody tr")]
        .map((row) => [...row.cells].map((cell) => Number(cell.textContent)));
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
    text, rows = page.text("junction-text"), page.run(TABLE)
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


def test_the_address_may_name_a_clock(page: Page) -> None:
    page.driver.get(f"{page.path.as_uri()}?junction=2&clock=3#junction")
    assert page.text("junction-text").startswith("Clock 3 of ")
    assert page.run("return junction.view.junction") == 2
    assert page.run("return byId('junction-choice').value") == "1"
    top = "return byId('junction').getBoundingClientRect().top"
    until(lambda: 0 <= page.run(top) < 100)
    page.driver.get(f"{page.path.as_uri()}?junction=9&clock=-1")
    assert page.run("return [junction.view.junction, junction.clock]") == [2, 0]


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
    driver.get(path.as_uri())
    page = Page(driver=driver, file=file, path=path)
    assert page.text("junction-text").startswith("16 edges, more than the ")
    page.run("showJunction(1)")
    assert page.text("junction-text").startswith("Clock 0 of ")
    page.run("document.querySelector('input[value=matrices]').click(); choose(1, 0, true)")
    assert "2 edges to layer 2" in page.text("network-text")
    assert mistakes(driver) == []
