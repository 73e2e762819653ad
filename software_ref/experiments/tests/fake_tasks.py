"""Tasks that do next to nothing, for tests of what runs them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["SquareTask", "ThreadsTask"]


@dataclass(frozen=True, kw_only=True)
class SquareTask:
    """Squares a number, writes its name into a folder, and may fail or wait in several ways."""

    number: int
    log: str
    failure: str = ""
    data: str = "a"

    @property
    def data_key(self) -> str:
        return self.data

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        if self.failure == "error":
            raise ValueError(f"task {self.number} must not be run")
        if self.failure == "interrupt":
            raise KeyboardInterrupt
        if self.failure == "death":
            os._exit(1)
        if self.failure == "endless":
            (Path(self.log) / "worker").write_text(str(os.getpid()))
            time.sleep(600)
        if self.failure == "held":
            while not (Path(self.log) / "go").exists():
                time.sleep(0.02)
        with (Path(self.log) / "order").open("a") as file:
            file.write(f"{self.number} ")
        return {"square": self.number**2, "folder": None if data_dir is None else str(data_dir)}


@dataclass(frozen=True, kw_only=True)
class ThreadsTask:
    """Tells how many threads its matrix products may take."""

    number: int
    data_key: str = "a"

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        from threadpoolctl import threadpool_info

        assert (np.ones((2, 2)) @ np.ones((2, 2))).all()
        return {"threads": [pool["num_threads"] for pool in threadpool_info()]}
