"""Options of the test suite: where real data is found."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data",
        type=Path,
        default=None,
        metavar="DIR",
        help="folder of mnist.npz, reuters_r52.npz, ...; without it, tests on them are left out",
    )
    parser.addoption(
        "--bitstream",
        action="store_true",
        help="also make the digits' bitstream for the ULX3S, which takes ten minutes of a core",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Started in the background, a shell's children ignore Ctrl-C, and so would what tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "real_data: needs --data DIR")
    config.addinivalue_line("markers", "bitstream: needs --bitstream")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = set()
    if config.getoption("--data") is None:
        left_out.add("real_data")
    if not config.getoption("--bitstream"):
        left_out.add("bitstream")
    needy = [item for item in items if any(map(item.get_closest_marker, left_out))]
    items[:] = [item for item in items if item not in needy]
    config.hook.pytest_deselected(items=needy)


@pytest.fixture(scope="session")
def data_dir(request: pytest.FixtureRequest) -> Path:
    """The folder that --data names."""
    folder: Path = request.config.getoption("--data")
    return folder
