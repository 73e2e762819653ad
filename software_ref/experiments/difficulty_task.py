"""The difficulty metrics of one data set, as a task."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from software_ref.datasets.difficulty import difficulty
from software_ref.experiments.data_spec import DataSpec, load_data

__all__ = ["DifficultyTask"]


@dataclass(frozen=True, kw_only=True)
class DifficultyTask:
    """V_lower, V_upper, V_dist and V_thresh of the training samples."""

    data: DataSpec
    """Samples."""

    @property
    def data_key(self) -> str:
        """Equal for tasks that load the same data."""
        return self.data.key

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Measure the data set.

        Raises
        ------
        ValueError
            Two classes have one centroid, so that V_dist is infinite.
        """
        figures = asdict(difficulty(load_data(self.data, data_dir)))
        if not isfinite(figures["v_dist"]):
            raise ValueError(f"{self.data.name}: no two classes may have the same centroid")
        return figures
