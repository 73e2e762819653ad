"""Where a study is kept: a SQLite file, a journal file, or a database on a server, by its URL."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from software_ref.console.errors import ToolError
from software_ref.console.optional_package import optional_package

__all__ = ["FORMS", "load_optuna", "open_storage", "storage_trouble", "without_password"]

FORMS = (
    "sqlite:///study.db",
    "journal:///study.log",
    "postgresql://USER:PASSWORD@HOST/NAME",
)
"""How a storage is named."""
JOURNAL = "journal:///"
SQLITE = "sqlite:///"
WAIT_SECONDS = 60
"""How long a process waits for another one that writes to the same SQLite file."""
CONNECT_SECONDS = 10
"""How long a server may take to answer."""


def load_optuna() -> Any:
    """Optuna, silent.

    Raises
    ------
    ToolError
        It is not installed; the message says how to install it.
    """
    optuna = optional_package("optuna", "presparse search")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def open_storage(url: str) -> Any:
    """The storage of a URL.

    Raises
    ------
    ToolError
        It cannot be reached, or what reaches it is not installed.
    ValueError
        The URL is none.
    """
    optuna = load_optuna()
    forms = ", ".join(FORMS)
    if "://" not in url:
        raise ValueError(f"--storage must be a URL such as {forms}, not {url!r}")
    with storage_trouble(url), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what Optuna calls experimental
        if url.startswith(JOURNAL):
            return _journal(optuna, Path(url.removeprefix(JOURNAL)))
        settings: dict[str, Any] = {}
        if url.startswith(SQLITE):
            path = Path(url.removeprefix(SQLITE))
            _check_folder(path)
            settings = {"creator": partial(_connect, path)}
        elif url.startswith("postgresql"):
            url = _with_driver(url)
            settings = {"connect_args": {"connect_timeout": CONNECT_SECONDS}, "pool_pre_ping": True}
        return optuna.storages.RDBStorage(url, engine_kwargs=settings)


@contextmanager
def storage_trouble(url: str) -> Iterator[None]:
    """Make one line of whatever a storage may raise, within a block."""
    optuna = load_optuna()
    import sqlalchemy.exc

    try:
        yield
    except sqlalchemy.exc.ArgumentError:
        raise ValueError(
            f"--storage must be a URL such as {', '.join(FORMS)}, not {url!r}"
        ) from None
    except ImportError as error:
        raise ToolError(
            f"the storage {without_password(url)} needs a driver that is not installed "
            f"({error}); for PostgreSQL: pip install 'psycopg[binary]'"
        ) from error
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        raise ToolError(
            f"the storage {without_password(url)} cannot be reached: {_reason(error)}"
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    """A connection whose every small write need not wait for the disk.

    A process that is killed loses nothing by it; where the whole machine fails, the last writes may
    be missing.
    """
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _journal(optuna: Any, path: Path) -> Any:
    _check_folder(path)
    backend = optuna.storages.journal.JournalFileBackend(str(path))
    return optuna.storages.JournalStorage(backend)


def _check_folder(path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(
            f"--storage must name a file in a folder that exists; there is no folder {path.parent}"
        )
    if path.is_dir():
        raise IsADirectoryError(f"--storage must name a file, and {path} is a folder")


def _with_driver(url: str) -> str:
    """The URL with the driver that is installed, where it names none."""
    scheme, rest = url.split("://", 1)
    if scheme == "postgresql" and find_spec("psycopg2") is None:
        return f"postgresql+psycopg://{rest}"
    return url


def without_password(url: str) -> str:
    """The URL as a message may have it."""
    scheme, rest = url.split("://", 1)
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user.split(':')[0]}{at}{place}"


def _reason(error: BaseException) -> str:
    """What lies at the bottom of an error, in a line."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
