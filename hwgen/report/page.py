"""The page itself: one file of HTML with everything in it, styles, scripts and tables."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.report.junction_view import junction_view
from hwgen.report.network_view import MOST_EDGES_SHOWN, network_view
from hwgen.report.resources import resources
from hwgen.report.timeline import timeline
from hwgen.report.trained import Curves, Trained
from software_ref.commands.check import describe
from software_ref.console.atomic_file import atomic_file
from software_ref.golden.edges import own_patterns
from software_ref.network_file import NetworkFile
from software_ref.plan.schedule import Schedule

__all__ = ["asset", "plain", "report_document", "write_html", "write_page", "write_report"]

SCRIPTS = (
    "tools.js",
    "canvas.js",
    "network.js",
    "layers_view.js",
    "matrix_view.js",
    "network_section.js",
    "junction_drawing.js",
    "junction.js",
    "timeline.js",
    "resources.js",
    "confusion.js",
    "ranges.js",
    "trained.js",
    "main.js",
)
"""In the order in which they are read; each uses what those before it define."""


def write_report(
    file: NetworkFile,
    path: str | Path,
    *,
    trained: Trained | None = None,
    curves: Curves | None = None,
) -> Path:
    """Write the page, whole or not at all.

    Parameters
    ----------
    file : NetworkFile
    path
        Where to.
    trained : Trained, optional
        What `Trained.load` makes of a checkpoint.
    curves : Curves, optional
        What `Curves.read` makes of the JSON of `train`.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    OSError
        The file cannot be written.
    ValueError
        As `report_document`.
    """
    path = Path(path)
    write_page(path, report_document(file, trained=trained, curves=curves))
    return path


def report_document(
    file: NetworkFile, *, trained: Trained | None = None, curves: Curves | None = None
) -> dict[str, Any]:
    """Everything that the page shows; tables are NumPy arrays.

    Raises
    ------
    ValueError
        Some junction has no connection pattern, or sums that no integer of 64 bits holds.
    """
    network = file.network
    check = describe(file)
    schedule = Schedule.from_file(file)
    parameters = trained.checkpoint.parameters if trained is not None else None
    patterns = own_patterns(network) if parameters is None else parameters.connections
    return {
        "name": file.name,
        "most_edges": MOST_EDGES_SHOWN,
        "format": str(network.format),
        "pipeline": file.target.pipeline,
        "data": file.data.name,
        "check": check,
        "network": network_view(network, patterns, parameters),
        "junctions": [junction_view(schedule, pattern) for pattern in patterns],
        "timeline": timeline(schedule),
        "resources": resources(schedule, file.target.fpga),
        "trained": trained.document() if trained is not None else None,
        "curves": curves.document() if curves is not None else None,
    }


def write_page(path: Path, document: Mapping[str, Any]) -> None:
    """Write the page of a document, whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    write_html(
        path,
        asset("page.html"),
        title=document["name"],
        style=asset("page.css"),
        script="\n".join(asset(name) for name in SCRIPTS),
        document=document,
    )


def asset(name: str) -> str:
    """The text of a file of the page."""
    return files("hwgen.report").joinpath("assets", name).read_text(encoding="utf-8")


def write_html(
    path: Path,
    template: str,
    *,
    title: str,
    style: str,
    script: str,
    document: Mapping[str, Any],
) -> None:
    """Write a page with everything in it, whole or not at all.

    Parameters
    ----------
    path : Path
    template : str
        HTML with $title, $style, $script and $data.
    title, style, script : str
        What stands for them.
    document : mapping
        What becomes $data: plain values, and arrays as tools.js unpacks them.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    data = json.dumps(
        document, default=_packed, allow_nan=False, ensure_ascii=False, separators=(",", ":")
    )
    text = Template(template).substitute(
        title=html.escape(title),
        style=style,
        script=script,
        # Within a script element, "</script" ends it and "<!--" may keep it from ending.
        data=data.replace("<", "\\u003c"),
    )
    with atomic_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def plain(value: Any) -> Any:
    """A document with lists in place of arrays, for JSON."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    """An array as the page's scripts unpack it: little-endian bytes in base 64.

    Integers take the least type that holds them all, of those that JavaScript has arrays of.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"a page must hold plain values and arrays, not {type(array).__name__}")
    kind = array.dtype
    if kind.kind in "iu":
        least, most = int(array.min(initial=0)), int(array.max(initial=0))
        kind = np.min_scalar_type(min(least, -1 - most) if least < 0 else most)
    return {
        "type": kind.name,
        "shape": list(array.shape),
        "base64": base64.b64encode(array.astype(kind.newbyteorder("<")).tobytes()).decode(),
    }
