"""Chromium without a screen, and a page of the report in it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwgen.report import Trained
from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.network_file import NetworkFile

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.common.action_chains import ActionChains

__all__ = ["Page", "chromium", "mistakes", "until"]

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)


@contextmanager
def chromium(folder: Path) -> Iterator[Chrome]:
    """A browser that keeps its profile in an empty folder."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(
        options=options,
        service=webdriver.ChromeService(shutil.which("chromedriver") or ""),
    )
    try:
        yield driver
    finally:
        driver.quit()


def mistakes(driver: Chrome) -> list[str]:
    """What the console has had to say since the last call: errors and warnings."""
    return [entry["message"] for entry in driver.get_log("browser")]


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


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
