"""Chromium without a screen, with a page of the report in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

__all__ = ["chromium", "mistakes"]

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
