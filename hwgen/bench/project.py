"""A bench project: the core's files, golden vectors, and a bench in some language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hwgen.bench.cocotb_project import COCOTB_FILES, write_cocotb_bench
from hwgen.bench.vectors import GoldenVectors, golden_vectors
from hwgen.bench.verilog_project import VERILOG_FILES, write_verilog_bench
from hwgen.core.core_files import CoreFiles, write_core
from hwgen.core.design import CoreDesign

__all__ = ["LANGUAGES", "BenchProject", "Language", "project_files", "write_bench"]

Language = Literal["cocotb", "verilog"]

LANGUAGES: Mapping[Language, Callable[[Path, Path, GoldenVectors], list[Path]]] = {
    "cocotb": write_cocotb_bench,
    "verilog": write_verilog_bench,
}
"""What writes the bench in each language: from folder, manifest and vectors."""


@dataclass(frozen=True, kw_only=True)
class BenchProject:
    """What was written."""

    folder: Path
    """Where it is."""
    core: CoreFiles
    """The core's files."""
    bench: tuple[Path, ...]
    """The bench's files, the one that is the bench first."""
    samples: int
    """Samples that it plays."""
    parameters: int
    """Weights and biases that it reads back."""


def project_files(folder: Path, name: str, language: Language) -> list[Path]:
    """All files of a project, for a core of this name."""
    bench = {"cocotb": COCOTB_FILES, "verilog": VERILOG_FILES}[language]
    return [*vars(CoreFiles.of(folder, name)).values(), *(folder / file for file in bench)]


def write_bench(
    design: CoreDesign,
    folder: Path,
    *,
    features: NDArray[np.integer],
    labels: NDArray[np.integer],
    rate_exponent: int,
    language: Language = "cocotb",
) -> BenchProject:
    """Write a bench of a core into a folder that is there.

    Parameters
    ----------
    design
        The core; one that only infers is not trained.
    folder
        Where all files go.
    features
        Samples: raw inputs in [0, 2**f], `integer raw (n, N_0)`.
    labels
        Their classes, `integer (n,)`.
    rate_exponent
        k of the learning rate 2**-k.
    language
        Of the bench.
    """
    vectors = golden_vectors(design, features, labels, rate_exponent)
    core = write_core(design, folder)
    bench = LANGUAGES[language](folder, core.manifest, vectors)
    return BenchProject(
        folder=folder,
        core=core,
        bench=tuple(bench),
        samples=len(vectors.labels),
        parameters=design.ports.parameters if design.ports.parameter_port else 0,
    )
