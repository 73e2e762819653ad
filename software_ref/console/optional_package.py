"""Packages that are not always installed, imported when something needs them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from software_ref.console.errors import ToolError

__all__ = ["optional_package"]


def optional_package(name: str, what: str) -> Any:
    """Import a package; `what` says what needs it, and begins the message where it is absent.

    Raises
    ------
    ToolError
        It cannot be imported; the message says how to install it.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise ToolError(
            f"{what} needs {name}, which cannot be imported ({error}); "
            f"install it with pip install {name}"
        ) from error
