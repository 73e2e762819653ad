"""Options of the test suite: real data, tools that must be there, and time for all of it."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

NO_ICARUS = "Icarus is not installed (Debian and Ubuntu: apt install iverilog)"
NO_CHROMIUM = "Chromium and its driver are not installed (Debian: apt install chromium-driver)"
CHROMIUM = ("chromium", "chromedriver")
ARTIX_TOOLS = ("nextpnr-himbaechel", "fasm2frames", "xc7frames2bit")
ARTIX_OPTIONS = ("--artix-chipdb", "--artix-database")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--data",
        type=Path,
        default=None,
        metavar="DIR",
        help="folder of mnist.npz, reuters_r52.npz, ...; without it, tests on them are left out",
    )
    parser.addoption(
        "--slow", action="store_true", help="run the tests that take many minutes of a core, too"
    )
    parser.addoption(
        "--require-icarus",
        action="store_true",
        help="stop where Icarus is not installed, instead of skipping the tests that run in it",
    )
    parser.addoption(
        "--require-chromium",
        action="store_true",
        help="stop where Chromium is not installed, instead of skipping the tests that look at "
        "pages in it",
    )
    parser.addoption(
        "--artix-chipdb",
        type=Path,
        default=None,
        metavar="FILE",
        help="nextpnr-himbaechel's database of the XC7A100T, for tests that place and route",
    )
    parser.addoption(
        "--artix-database",
        type=Path,
        default=None,
        metavar="DIR",
        help="folder of Project X-Ray's databases, for the same tests",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--require-icarus") and shutil.which("iverilog") is None:
        raise pytest.UsageError(NO_ICARUS)
    if config.getoption("--require-chromium") and not _has_chromium():
        raise pytest.UsageError(NO_CHROMIUM)
    # Started in the background, a shell's children ignore Ctrl-C, and so would what tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "real_data: needs --data DIR")
    config.addinivalue_line("markers", "slow: needs --slow, and begins before all others")
    config.addinivalue_line("markers", "icarus: runs in Icarus, a simulator of four states")
    config.addinivalue_line("markers", "chromium: looks at pages in Chromium, without a screen")
    config.addinivalue_line(
        "markers",
        "artix: runs open place and route for the 7 series; skipped where nextpnr-himbaechel, "
        "fasm2frames, xc7frames2bit and the databases are absent",
    )
    config.addinivalue_line("markers", "long: takes minutes of a core, and so begins first")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    given = {
        "real_data": config.getoption("--data") is not None,
        "slow": config.getoption("--slow"),
    }

    def marked(item: pytest.Item, name: str) -> bool:
        return item.get_closest_marker(name) is not None

    def wanted(item: pytest.Item) -> bool:
        return all(given[name] or not marked(item, name) for name in given)

    left_out = [item for item in items if not wanted(item)]
    items[:] = filter(wanted, items)
    items.sort(key=lambda item: (not marked(item, "slow"), not marked(item, "long")))
    config.hook.pytest_deselected(items=left_out)
    missing = {
        "icarus": NO_ICARUS if shutil.which("iverilog") is None else "",
        "chromium": "" if _has_chromium() else NO_CHROMIUM,
        "artix": _missing_for_artix(config),
    }
    for name, reason in missing.items():
        for item in items if reason else ():
            if marked(item, name):
                item.add_marker(pytest.mark.skip(reason=reason))


def _has_chromium() -> bool:
    return all(shutil.which(name) is not None for name in CHROMIUM)


def _missing_for_artix(config: pytest.Config) -> str:
    """What open place and route for the 7 series lacks; empty where nothing is missing."""
    lacking = [name for name in ARTIX_TOOLS if shutil.which(name) is None]
    lacking += [name for name in ARTIX_OPTIONS if config.getoption(name) is None]
    return f"needs {', '.join(lacking)}" if lacking else ""


@pytest.fixture(scope="session")
def artix_chipdb(request: pytest.FixtureRequest) -> Path:
    """The file that --artix-chipdb names."""
    file: Path = request.config.getoption("--artix-chipdb")
    return file.absolute()


@pytest.fixture(scope="session")
def artix_database(request: pytest.FixtureRequest) -> Path:
    """The folder that --artix-database names."""
    folder: Path = request.config.getoption("--artix-database")
    return folder.absolute()


@pytest.fixture(scope="session")
def shared_builds(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run that all of its processes share: what one has built, others find."""
    own = tmp_path_factory.getbasetemp()
    return (own.parent if hasattr(request.config, "workerinput") else own) / "shared_builds"


@pytest.fixture(scope="session")
def data_dir(request: pytest.FixtureRequest) -> Path:
    """The folder that --data names."""
    folder: Path = request.config.getoption("--data")
    return folder
