"""Options of the test suite: where real data is found, and which tools must be there."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

NO_ICARUS = "Icarus is not installed (Debian and Ubuntu: apt install iverilog)"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data",
        type=Path,
        default=None,
        metavar="DIR",
        help="folder of mnist.npz, reuters_r52.npz, ...; without it, tests on them are left out",
    )
    parser.addoption(
        "--require-icarus",
        action="store_true",
        help="stop where Icarus is not installed, instead of skipping the tests that run in it",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--require-icarus") and shutil.which("iverilog") is None:
        raise pytest.UsageError(NO_ICARUS)
    # Started in the background, a shell's children ignore Ctrl-C, and so would what tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "real_data: needs --data DIR")
    config.addinivalue_line("markers", "icarus: runs in Icarus, a simulator of four states")
    config.addinivalue_line("markers", "long: takes minutes of a core, and so begins first")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if shutil.which("iverilog") is None:
        for item in items:
            if item.get_closest_marker("icarus"):
                item.add_marker(pytest.mark.skip(reason=NO_ICARUS))
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if config.getoption("--data") is None:
        needy = [item for item in items if item.get_closest_marker("real_data")]
        items[:] = [item for item in items if item not in needy]
        config.hook.pytest_deselected(items=needy)


@pytest.fixture(scope="session")
def data_dir(request: pytest.FixtureRequest) -> Path:
    """The folder that --data names."""
    folder: Path = request.config.getoption("--data")
    return folder
