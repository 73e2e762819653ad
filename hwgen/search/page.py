"""The page of a search: one file of HTML, with every trial to point at and every file to copy."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from hwgen.report.page import asset, write_html
from hwgen.search.objectives import OBJECTIVES, Objective
from hwgen.search.result import SearchResult
from software_ref.network_document import network_toml

__all__ = ["page_document", "write_page"]

SHARE = "accuracy"
"""The figure that is shown in percent."""


def write_page(path: Path, result: SearchResult) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    assets = files("hwgen.search").joinpath("assets")

    def own(name: str) -> str:
        return assets.joinpath(name).read_text(encoding="utf-8")

    write_html(
        path,
        own("page.html"),
        title=result.name,
        style=asset("page.css") + own("page.css"),
        script=asset("tools.js") + own("page.js"),
        document=page_document(result),
    )


def page_document(result: SearchResult) -> dict[str, Any]:
    """Everything that the page shows."""
    places = {each.number: place for place, each in enumerate(result.front, start=1)}
    columns = result.columns
    others = [each for each in OBJECTIVES.values() if each not in columns and each.name == "ff"]
    trials = []
    for each in result.trials:
        network = each.file.network
        place = places.get(each.number)
        trials.append(
            {
                "number": each.number,
                "front": place,
                "layers": "-".join(map(str, network.layers)),
                "degrees": ", ".join(map(str, network.out_degree)),
                "z": ", ".join(map(str, network.parallelism)),
                "format": str(network.format),
                "kind": network.connections.kind,
                "activation": network.activation.hidden,
                "density": network.density,
                "stopped": each.stopped,
                "guess": each.guess,
                "figures": {
                    column.key: column.value(each.figures) for column in [*columns, *others]
                },
                "epochs": [list(epoch) for epoch in each.epochs],
                "toml": network_toml(each.file) if place is None else result.toml(place),
            }
        )
    limits = result.plan.document()["limits"]
    device = result.plan.space.limits.target.fpga.title
    named = {name: value for name, value in limits.items() if name != "target"}
    return {
        "name": result.name,
        "summary": result.summary,
        "subtitle": f"{result.plan.samples.data.name}, for {device}"
        + "".join(f", {name} at most {value:,g}" for name, value in named.items()),
        "columns": [_column(each) for each in [*columns, *others]],
        "objectives": [each.key for each in result.plan.wanted],
        "trials": trials,
        "findings": [each.text for each in result.findings],
        "filter": result.filter_lines,
        "importances": result.importances,
    }


def _column(objective: Objective) -> dict[str, Any]:
    return {
        "key": objective.key,
        "title": objective.title,
        "what": objective.what,
        "rises": objective.rises,
        "percent": objective.key == SHARE,
    }
