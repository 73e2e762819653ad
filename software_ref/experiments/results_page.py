"""Writes results into a page: `python -m software_ref.experiments.results_page GROUP RESULTS PAGE`.

GROUP is "algorithms", "numbers" or "choices", RESULTS the folder that `presparse experiment` wrote
to, PAGE a Markdown file; the pictures go into a folder beside it that has the page's name.
Experiments that RESULTS has nothing of stay as the page has them.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from software_ref.console.atomic_file import atomic_file
from software_ref.console.text_file import read_text
from software_ref.experiments.registry import ALGORITHMS, CHOICES, NUMBERS, load_experiment
from software_ref.experiments.scale import Scale

__all__ = ["main", "results_page"]


GROUPS = {
    "algorithms": tuple(ALGORITHMS),
    "numbers": tuple(NUMBERS),
    "choices": tuple(CHOICES),
}
"""Names of experiments by the group they are shown in."""

OVERVIEW = "## What holds"
"""Heading of the table of all claims, before the experiments'."""
OVERVIEW_TEXT = """A verdict compares the means of the seeds by Welch's t-test: a difference within
its 95 % interval is none, and a claim that needs one *stays open*. Of twenty comparisons of equals,
one is expected beyond it by chance. Points ± are that interval, accuracies ± the sample standard
deviation over the seeds. This table and the sentences below the others are computed from the
figures."""


def results_page(names: Sequence[str], results: Path, page: str, pictures: str) -> str:
    """The page as Markdown.

    Parameters
    ----------
    names : sequence of str
        Experiments.
    results : Path
        Folder with NAME.json and NAME.md of each of them that was run.
    page : str
        The page so far: its introduction is kept, and the parts of experiments that were not run.
    pictures : str
        Folder of the pictures as the page names it.

    Raises
    ------
    OSError
        A file is missing.
    ValueError
        An experiment was run quickly: its figures say nothing. Or it was not run, and the page has
        no part of it.
    """
    rows, sections = [], []
    for name in names:
        file = results / f"{name}.json"
        if file.exists():
            document: dict[str, Any] = json.loads(read_text(file))
            if document["quick"]:
                raise ValueError(f"{file} must be of a full run, not of a quick one")
            text = read_text(results / f"{name}.md").rstrip()
            rows.append(f"| {name} | {document['claim']} | {document['verdict']} |")
            sections.append(_section(name, document, text, pictures))
            continue
        row = re.search(rf"^\| {re.escape(name)} \| .*$", page, re.MULTILINE)
        section = re.search(rf"^## {re.escape(name)}: .*?(?=\n+## |\s*\Z)", page, re.M | re.S)
        if row is None or section is None:
            raise ValueError(f"{file} must be there, since the page has no part of {name} yet")
        rows.append(row[0])
        sections.append(section[0])
    introduction = re.split(rf"^(?:{OVERVIEW}$|## {names[0]}: )", page, maxsplit=1, flags=re.M)[0]
    table = "\n".join(["| experiment | the slides | here |", "| --- | --- | --- |", *rows])
    parts = [introduction.rstrip(), OVERVIEW, OVERVIEW_TEXT, table, *sections]
    return "\n\n".join(parts) + "\n"


def _section(name: str, document: dict[str, Any], text: str, pictures: str) -> str:
    runs, seeds = document["runs"], ", ".join(map(str, document["seeds"]))
    summary = load_experiment(name).SUMMARY
    parts = [
        f"## {name}: {summary}",
        f"The slides: {document['claim']}.",
        f"    presparse experiment {name} --data DIR{_seeds_option(document['seeds'])}",
        f"Seeds {seeds}; {len(runs)} runs{_epochs(runs)}, {_minutes(runs):.0f} minutes of training "
        "on one core.",
        f"![{summary}]({pictures}/{name}.png)",
        text,
    ]
    return "\n\n".join(parts)


def _seeds_option(seeds: Sequence[int]) -> str:
    return "" if tuple(seeds) == Scale().seeds else f" --seeds {len(seeds)}"


def _epochs(runs: Sequence[dict[str, Any]]) -> str:
    """How many epochs trainings took that chose the number themselves."""
    counts = [run["figures"].get("epochs") for run in runs]
    numbers = {count for count in counts if isinstance(count, int)}
    return f" of {min(numbers)} to {max(numbers)} epochs" if len(numbers) > 1 else ""


def _minutes(runs: Sequence[dict[str, Any]]) -> float:
    seconds: list[float] = [run["figures"].get("training_seconds", 0.0) for run in runs]
    return sum(seconds) / 60


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page and its pictures; an existing page's other text is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", choices=GROUPS)
    parser.add_argument("results", type=Path)
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args(argv)
    page: Path = arguments.page
    pictures, names = page.with_suffix(""), GROUPS[arguments.group]
    try:
        before = read_text(page) if page.exists() else "# Results"
        text = results_page(names, arguments.results, before, pictures.name)
        pictures.mkdir(exist_ok=True)
        for name in names:
            if (arguments.results / f"{name}.json").exists():
                shutil.copyfile(arguments.results / f"{name}.png", pictures / f"{name}.png")
        with atomic_file(page) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    except (OSError, ValueError, KeyError) as error:
        print(f"results_page: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
