"""Tools from PyPI that are WebAssembly (YoWASP), each in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module, metadata
from pathlib import Path

from software_ref.console.cache_folder import cache_environment, cache_folder
from software_ref.console.shared_folder import made_once

__all__ = ["main", "yowasp"]

_ROOT = Path(__file__).absolute().parents[1]
# It runs in folders from which this project cannot be imported unless it is installed.
_CODE = "import sys; sys.path.append(sys.argv[1]); from hwgen.yowasp import main; sys.exit(main())"


def yowasp(package: str, function: str) -> tuple[str, ...]:
    """The command of a YoWASP tool, by its package and function; arguments follow."""
    return (sys.executable, "-c", _CODE, str(_ROOT), package, function)


def main() -> int:
    """Run the tool that `sys.argv` names, in the process that `yowasp` starts.

    The very first run of all compiles it, which takes a minute, and keeps that in the user's cache.
    YoWASP would write there from several processes at once.
    """
    package, function, *arguments = sys.argv[2:]
    os.environ.update(cache_environment())
    tool: Callable[[Sequence[str]], int] = getattr(import_module(package), function)
    name = f"{package}-{metadata.version(package.replace('_', '-'))}-{function}"
    kept = Path(os.environ.get("YOWASP_CACHE_DIR") or cache_folder("YoWASP")) / "compiled" / name
    with suppress(OSError):  # the user's own folder may be one that can only be read
        made_once(kept, partial(_compile, tool))
    return tool(arguments)


def _compile(tool: Callable[[Sequence[str]], int], stamp: Path) -> None:
    """Run a tool that does nothing, and leave its stamp empty."""
    if status := tool(["--version"]):
        sys.exit(status)
