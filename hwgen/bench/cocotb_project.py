"""A folder with a core's bench in cocotb: tests, drivers, golden vectors, a runner, a README."""

from __future__ import annotations

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from hwgen.bench.vectors import GoldenVectors
from software_ref.console.atomic_file import atomic_file

__all__ = ["COCOTB_FILES", "write_cocotb_bench"]

_COPIED = ("core_tests.py", "streams.py", "run.py", "requirements.txt")
"""Files that are the same for every core."""
COCOTB_FILES = (*_COPIED, "bench.json", "vectors.npz", "README.md")
"""All files but the core's."""


def write_cocotb_bench(folder: Path, manifest_file: Path, vectors: GoldenVectors) -> list[Path]:
    """Write the bench of a core into its folder.

    Returns
    -------
    list of Path
        The files, the tests first.
    """
    top = json.loads(manifest_file.read_text(encoding="utf-8"))["top"]
    with as_file(files("hwgen.bench") / "cocotb_files") as source:
        for name in _COPIED:
            with atomic_file(folder / name) as unfinished:
                shutil.copyfile(source / name, unfinished)
        readme = (source / "readme.txt").read_text(encoding="utf-8")
    texts = {
        "bench.json": json.dumps({"top": top, "manifest": manifest_file.name}, indent=2) + "\n",
        "README.md": readme.replace("TOP", top).replace("SAMPLES", str(len(vectors.labels))),
    }
    for name, text in texts.items():
        with atomic_file(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    with atomic_file(folder / "vectors.npz") as unfinished, unfinished.open("wb") as file:
        np.savez_compressed(file, **vectors.arrays())
    return [folder / name for name in COCOTB_FILES]
