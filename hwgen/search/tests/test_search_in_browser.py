"""The page of a search in Chromium: nothing fetched, what is pointed at, and what is copied."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from hwgen.report.tests.browser import chromium, mistakes, until
from hwgen.search.page import write_page
from hwgen.search.result import SearchResult
from hwgen.search.run import Budget, run_search
from hwgen.search.tests.searches import Pretended, points, search_on, study_in
from software_ref.network_file import network_file_of

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> SearchResult:
    folder = tmp_path_factory.mktemp("search")
    # A name that would end an element, were it written as it is.
    study = study_in(folder, search_on(points(folder)).plan(), name="a<b>&\"'")
    run_search(study, Pretended(), Budget(trials=8))
    return SearchResult.of(study, explain=True)


@pytest.fixture(scope="module")
def driver(result: SearchResult, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    page = tmp_path_factory.mktemp("page") / "front.html"
    write_page(page, result)
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        found.get(page.as_uri())
        yield found
        assert mistakes(found) == []


def text(driver: Chrome, identifier: str) -> str:
    script = "return document.getElementById(arguments[0]).textContent"
    found: str = driver.execute_script(script, identifier)
    return found


def dots(driver: Chrome) -> list[Any]:
    return driver.find_elements("css selector", "#drawing circle")


def test_it_holds_everything_it_shows(driver: Chrome, result: SearchResult) -> None:
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert driver.title == f"{result.name} – presparse search"
    assert text(driver, "summary") == result.summary
    assert len(dots(driver)) == len(result.trials)
    listed = driver.execute_script(
        "return [...document.querySelectorAll('#guidelines li')].map((each) => each.textContent)"
    )
    assert listed == [each.text for each in result.findings]
    rows = driver.execute_script(
        "return document.getElementById('front-table').tBodies[0].rows.length"
    )
    assert rows == len(result.front)
    assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")


def test_a_trial_under_the_pointer_tells_its_network(driver: Chrome, result: SearchResult) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    best = result.front[0]
    dot = driver.find_element("css selector", f"circle[data-trial='{best.number}']")
    driver.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", dot
    )
    ActionChains(driver, duration=0).move_to_element(dot).perform()
    until(lambda: not driver.execute_script("return document.getElementById('tip').hidden"))
    layers = "-".join(map(str, best.file.network.layers))
    assert text(driver, "tip").startswith(f"trial {best.number}: {layers}, out-degrees ")


def test_a_click_shows_a_file_and_the_button_copies_it(
    driver: Chrome, result: SearchResult
) -> None:
    """What is copied is pasted again, and is the network of the trial."""
    last = result.front[-1]
    dot = driver.find_element("css selector", f"circle[data-trial='{last.number}']")
    driver.execute_script("arguments[0].dispatchEvent(new MouseEvent('click'))", dot)
    assert text(driver, "chosen-text").startswith(f"trial {last.number}: ")
    button = driver.find_element("id", "copy")
    driver.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", button
    )
    button.click()
    until(lambda: text(driver, "copied") == "copied")
    driver.execute_script(
        """
        const area = document.createElement("textarea");
        area.id = "paste";
        document.body.append(area);
        area.focus();
        """
    )
    driver.find_element("id", "paste").send_keys("\ue009v\ue000")
    value = driver.execute_script("return document.getElementById('paste').value")
    driver.execute_script("document.getElementById('paste').remove()")
    assert value == result.toml(len(result.front))
    assert network_file_of(tomllib.loads(value)).network == last.file.network


def test_axes_and_the_front_alone(driver: Chrome, result: SearchResult) -> None:
    driver.execute_script("document.getElementById('front-only').click()")
    assert len(dots(driver)) == len(result.front)
    driver.execute_script(
        "const box = document.getElementById('across'); box.value = 'lut';"
        "box.dispatchEvent(new Event('change'))"
    )
    by_lut = sorted(result.front, key=lambda each: each.figures["lut"])
    places = {
        dot.get_attribute("data-trial"): float(dot.get_attribute("cx")) for dot in dots(driver)
    }
    ordered = [places[str(each.number)] for each in by_lut]
    assert ordered == sorted(ordered)
    driver.execute_script("document.getElementById('front-only').click()")
    assert len(dots(driver)) == len(result.trials)
