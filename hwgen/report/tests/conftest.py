"""A browser, and pages of several networks in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hwgen.report import Curves, Trained, write_report
from hwgen.report.tests.browser import Page, chromium, mistakes
from presparse.cli import main
from software_ref.network_file import NetworkFile, read_network_file

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

EXAMPLES = Path(__file__).parents[3] / "examples"
STRADDLING = """\
[network]
layers = [24, 10, 6]
out_degree = [5, 3]
parallelism = [8, 5]
[connections]
kind = "free"
dither = true
seed = 3
"""


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def tiny(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    return read_network_file(EXAMPLES / "slides_8_4_4.toml"), None, None


def straddling(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    # A name that would end an element, were it written as it is.
    path = folder / "a<b>&\"'.toml"
    path.write_text(STRADDLING)
    return read_network_file(path), None, None


def digits(folder: Path) -> tuple[NetworkFile, Trained | None, Curves | None]:
    example, saved, curves = EXAMPLES / "digits.toml", folder / "run.npz", folder / "run.json"
    options = ["--epochs", "2", "--samples", "100", "--no-float", "--engine", "numpy"]
    outputs = ["--save", str(saved), "--json", str(curves)]
    assert main(["train", str(example), *options, *outputs]) == 0
    file = read_network_file(example)
    return file, Trained.load(file, saved, samples=50), Curves.read(curves)


MADE = {made.__name__: made for made in (tiny, straddling, digits)}


@pytest.fixture(scope="session", params=MADE)
def page(
    request: pytest.FixtureRequest, driver: Chrome, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    file, trained, curves = MADE[request.param](folder)
    path = write_report(file, folder / "page.html", trained=trained, curves=curves)
    driver.get(path.as_uri())
    yield Page(driver=driver, file=file, path=path, trained=trained)
    assert mistakes(driver) == []
