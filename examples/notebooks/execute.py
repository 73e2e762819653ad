"""Executes the notebooks and writes what they show: `python -m examples.notebooks.execute`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["NOTEBOOKS", "executed"]

NOTEBOOKS = sorted(Path(__file__).parent.glob("*.ipynb"))
SECONDS = 900
"""That a cell may take; building a simulator is the longest."""


def executed(path: Path) -> Any:
    """A notebook executed anew, without what differs from run to run: progress bars and times."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=SECONDS,
        # On a busy machine what a cell prints may come in pieces.
        coalesce_streams=True,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _passes(output)]
    return notebook


def _passes(output: Any) -> bool:
    """Whether it is there while the cell runs alone: a progress bar, or a warning of the kernel."""
    shown = output.get("data", {})
    return output.get("name") == "stderr" or any("widget-view" in kind for kind in shown)


def main() -> None:
    """Execute all notebooks, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, default=NOTEBOOKS, metavar="FILE.ipynb")
    for path in parser.parse_args().notebooks:
        nbformat.write(executed(path), path)
        print(f"executed {path}")


if __name__ == "__main__":
    main()
