"""`presparse estimate` beside `presparse synth`: `python -m benchmarks.estimate`.

Every design is synthesised once, a minute or two each, and kept in a folder, so that the run can be
broken off and taken up again. With `--fit` the designs to fit on are synthesised too, and the
coefficients in hwgen/estimate are written anew.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import lsq_linear

from benchmarks.command import benchmark_parser, exit_status
from benchmarks.estimate_designs import SynthesisTask, fitted, held_out
from hwgen.core.design import CoreDesign
from hwgen.estimate.model import (
    Coefficients,
    core_units,
    estimate_core,
    merged_unit,
    unit_kind,
)
from hwgen.parts.cost import Logic
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.console.system import processors
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.store import ResultStore

COEFFICIENTS = Path(__file__).parent.parent / "hwgen" / "estimate" / "coefficients.json"
STORE = Path("results") / "estimate"
PRIOR = 0.1
"""Weight of the prior that a coefficient is 1, beside the designs' evidence."""
WHOLE = 1.0
"""Weight of a whole core beside its units."""
LARGEST = 4.0
"""The largest coefficient."""
EXACT = ("dsp", "bram36", "clocks_per_sample")
COUNTED = ("lut", "ff")


def main() -> None:
    """Run the benchmark."""
    parser = benchmark_parser(__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the coefficients anew")
    parser.add_argument("--store", type=Path, default=STORE, metavar="DIR")
    parser.add_argument("--jobs", type=int, default=processors(), metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    check_outputs({"--json": arguments.json})
    store = ResultStore(arguments.store)
    if arguments.fit:
        tasks = fitted()
        coefficients = fit(tasks, _synthesised(tasks, store, arguments.jobs))
        COEFFICIENTS.write_text(_format(coefficients), encoding="utf-8")
    else:
        coefficients = None
    tasks = held_out()
    measured = _synthesised(list(tasks.values()), store, arguments.jobs)
    rows = [
        compare(name, task, figures, coefficients)
        for (name, task), figures in zip(tasks.items(), measured, strict=True)
    ]
    print("\n".join(table_lines(list(_row(rows[0])), [list(_row(row).values()) for row in rows])))
    if arguments.json:
        write_json(arguments.json, {"estimate": rows})
    else:
        print(json.dumps(rows))


def _synthesised(tasks: list[SynthesisTask], store: ResultStore, jobs: int) -> list[dict[str, Any]]:
    with ProgressBar(len(tasks), unit="core", description="synthesis") as bar:
        return run_tasks(tasks, store, jobs=jobs, finished=bar.update)


def compare(
    name: str,
    task: SynthesisTask,
    measured: dict[str, Any],
    coefficients: Coefficients | None = None,
) -> dict[str, Any]:
    """Both figures of one design, and by how many percent the estimate is off."""
    design = _design(task)
    estimate = estimate_core(design.schedule, design.dsp, coefficients).to_dict()
    row: dict[str, Any] = {"design": name, "core": task.core}
    for key in (*COUNTED, *EXACT):
        row[key] = {"synthesised": measured[key], "estimated": estimate[key]}
    for key in COUNTED:
        row[key]["error_percent"] = round(100 * (estimate[key] / measured[key] - 1), 1)
    row["exact"] = all(row[key]["synthesised"] == row[key]["estimated"] for key in EXACT)
    return row


def _row(row: dict[str, Any]) -> dict[str, Any]:
    shown = {"design": row["design"]}
    for key in COUNTED:
        shown[key.upper()] = row[key]["synthesised"]
        shown[f"{key.upper()} est."] = row[key]["estimated"]
        shown[f"{key.upper()} %"] = f"{row[key]['error_percent']:+.1f}"
    for key in EXACT:
        shown[key] = f"{row[key]['synthesised']:g} / {row[key]['estimated']:g}"
    return shown


def fit(tasks: list[SynthesisTask], measured: list[dict[str, Any]]) -> Coefficients:
    """Coefficients of every term, by least squares of errors relative to the whole core.

    Each unit gives an equation, and each core another: a synthesiser's cells between two units are
    counted with either.
    """
    cores = []
    for task, figures in zip(tasks, measured, strict=True):
        design = _design(task)
        cores.append((core_units(design.schedule, design.dsp), measured_units(figures), figures))
    names = list({(unit_kind(u), t): None for units, *_ in cores for u in units for t in units[u]})
    columns = {name: k for k, name in enumerate(names)}
    found = []
    for resource in COUNTED:
        rows, goals = [], []
        for units, counts, figures in cores:
            whole = np.zeros(len(names))
            fixed = 0
            for unit, terms in units.items():
                row = np.zeros(len(names))
                for term, logic in terms.items():
                    row[columns[unit_kind(unit), term]] += _variable(logic, resource)
                memory = sum(logic.lutram for logic in terms.values()) if resource == "lut" else 0
                whole += row
                fixed += memory
                rows.append(row / figures[resource])
                goals.append(
                    (counts.get(unit, {resource: 0})[resource] - memory) / figures[resource]
                )
            rows.append(WHOLE * whole / figures[resource])
            goals.append(WHOLE * (figures[resource] - fixed) / figures[resource])
        found.append(_solve(np.array(rows), np.array(goals)))
    coefficients: Coefficients = defaultdict(dict)
    for (kind, term), k in columns.items():
        coefficients[kind][term] = (float(found[0][k]), float(found[1][k]))
    return dict(coefficients)


def _variable(logic: Logic, resource: str) -> float:
    return logic.lut - logic.lutram if resource == "lut" else logic.ff


def _solve(rows: np.ndarray, goals: np.ndarray) -> np.ndarray:
    """Coefficients from 0 to LARGEST, drawn to 1 where the designs say little."""
    scale = PRIOR * np.sqrt((rows**2).sum(axis=0)) + 1e-6
    found = lsq_linear(
        np.vstack([rows, np.diag(scale)]), np.concatenate([goals, scale]), bounds=(0, LARGEST)
    )
    return np.asarray(found.x)


def measured_units(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    """LUTs and FFs of every unit, children taken off, under the names of `core_units`."""
    own: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for name, entry in figures["units"].items():
        unit = re.sub(r"__\d+$", "", name)
        parent = unit.rpartition(".")[0]
        for key in COUNTED:
            own[merged_unit(unit)][key] += entry[key]
            if parent:
                own[parent][key] -= entry[key]
    return own


def _design(task: SynthesisTask) -> CoreDesign:
    return CoreDesign.from_file(task.file, training=task.core == "training")


def _format(coefficients: Coefficients) -> str:
    rounded = {
        kind: {term: [round(lut, 3), round(ff, 3)] for term, (lut, ff) in terms.items()}
        for kind, terms in coefficients.items()
    }
    lines = []
    for kind, terms in rounded.items():
        entries = ", ".join(
            f"{json.dumps(term)}: {json.dumps(pair)}" for term, pair in terms.items()
        )
        lines.append(f"  {json.dumps(kind)}: {{{entries}}}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    sys.exit(exit_status(main))
