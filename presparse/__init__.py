"""The top floor: the console command."""

from __future__ import annotations

from importlib import metadata

__all__ = ["__version__"]

try:
    __version__ = metadata.version("presparse")
except metadata.PackageNotFoundError:  # run from its source without an installation
    __version__ = "unknown"
