"""Writes results into a page: `python -m software_ref.experiments.results_page GROUP RESULTS PAGE`.

GROUP is "algorithms", "numbers" or "choices", RESULTS the folder that `presparse experiment` wrote
to, PAGE a Markdown file; the pictures go into a folder beside it that has the page's name.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from software_ref.atomic_file import atomic_file
from software_ref.experiments.registry import ALGORITHMS, CHOICES, NUMBERS, load_experiment
from software_ref.text_file import read_text

__all__ = ["main", "results_page"]


GROUPS = {
    "algorithms": tuple(ALGORITHMS),
    "numbers": tuple(NUMBERS),
    "choices": tuple(CHOICES),
}
"""Names of experiments by the group they are shown in."""


def results_page(names: Sequence[str], results: Path, introduction: str, pictures: str) -> str:
    """The page as Markdown.

    Parameters
    ----------
    names : sequence of str
        Experiments.
    results : Path
        Folder with NAME.json and NAME.md of each of them.
    introduction : str
        What the page starts with.
    pictures : str
        Folder of the pictures as the page names it.

    Raises
    ------
    OSError
        A file is missing.
    ValueError
        An experiment was run quickly: its figures say nothing.
    """
    parts = [introduction.rstrip()]
    for name in names:
        document: dict[str, Any] = json.loads(read_text(results / f"{name}.json"))
        if document["quick"]:
            raise ValueError(f"{results / name}.json must be of a full run, not of a quick one")
        seeds = ", ".join(map(str, document["seeds"]))
        summary, minutes = load_experiment(name).SUMMARY, _minutes(document["runs"])
        parts += [
            f"## {name}: {summary}",
            f"The slides: {document['claim']}.",
            f"    presparse experiment {name} --data DIR",
            f"Seeds {seeds}; {len(document['runs'])} runs, {minutes:.0f} minutes of training on "
            "one core.",
            f"![{summary}]({pictures}/{name}.png)",
            read_text(results / f"{name}.md").rstrip(),
        ]
    return "\n\n".join(parts) + "\n"


def _minutes(runs: Sequence[dict[str, Any]]) -> float:
    seconds: list[float] = [run["figures"].get("training_seconds", 0.0) for run in runs]
    return sum(seconds) / 60


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page and its pictures; an existing page's introduction is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", choices=GROUPS)
    parser.add_argument("results", type=Path)
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args(argv)
    page: Path = arguments.page
    pictures, names = page.with_suffix(""), GROUPS[arguments.group]
    try:
        # All before the first experiment's heading is written by hand.
        introduction = read_text(page) if page.exists() else "# Results"
        introduction = introduction.split(f"\n## {names[0]}: ")[0]
        text = results_page(names, arguments.results, introduction, pictures.name)
        pictures.mkdir(exist_ok=True)
        for name in names:
            shutil.copyfile(arguments.results / f"{name}.png", pictures / f"{name}.png")
        with atomic_file(page) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    except (OSError, ValueError, KeyError) as error:
        print(f"results_page: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
