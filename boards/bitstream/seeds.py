"""Several placements of one netlist, side by side, and the best of them."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

from boards.bitstream.report import Routed
from hwgen.tool import Progress
from software_ref.console.system import processors

__all__ = ["Place", "best_placement"]

Place = Callable[[int, Path, Progress, threading.Event], Routed]
"""Places and routes with a seed in an existing folder, unless told to stop."""


def best_placement(
    seeds: Sequence[int],
    folder: Path,
    inputs: Sequence[str],
    place: Place,
    progress: Progress,
) -> tuple[Path, Routed]:
    """Place with every seed, as many at a time as there are processors.

    What a seed came to stays in its folder `seed_N`; an interruption ends those at work.

    Parameters
    ----------
    seeds
        Seeds of the placer, at least one.
    folder
        The build's folder.
    inputs
        Files in it that a placement reads.
    place
        Does it.
    progress
        Told what each is doing.

    Returns
    -------
    The folder of the placement that meets its clocks and is fastest, and its figures.

    Raises
    ------
    ToolError
        A placement failed. Those at work are ended.
    """
    stop = threading.Event()

    def one(seed: int) -> tuple[Path, Routed]:
        own = folder / f"seed_{seed}"
        own.mkdir(exist_ok=True)
        for name in inputs:
            _link(folder / name, own / name)
        tell = progress if len(seeds) == 1 else lambda line: progress(f"seed {seed}: {line}")
        routed = replace(place(seed, own, tell, stop), seed=seed)
        tell(f"{routed.fmax_mhz:.2f} MHz")
        return own, routed

    with ThreadPoolExecutor(min(len(seeds), processors())) as pool:
        try:
            jobs = [pool.submit(one, seed) for seed in seeds]
            wait(jobs, return_when=FIRST_EXCEPTION)
            found = [job.result() for job in jobs if job.done()]
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return max(found, key=lambda each: (each[1].timing_met, each[1].fmax_mhz))


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where there is no such thing."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
