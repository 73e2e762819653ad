"""A network on a board, from its file to the bitstream: the job, and running it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boards.bitstream.job import BitstreamJob
from boards.bitstream.report import BuildReport
from boards.design import BoardDesign
from boards.families import Builder, family_of
from boards.link.framing import DEFAULT_BAUD
from boards.memory.external import BLOCK, ExternalMemory
from boards.morse.live import MorseLive
from boards.platforms.board import Board
from boards.store.capacity import largest_store, most_samples, store_for
from boards.store.flash_data import FlashData
from boards.store.input_plan import stored_code, stored_features
from hwgen.core.design import CoreDesign
from hwgen.synthesis import check_capacity
from software_ref.coded_samples import encoded
from software_ref.console.atomic_file import check_writable
from software_ref.console.errors import ToolError
from software_ref.console.output import make_folder
from software_ref.console.shared_folder import working_folder
from software_ref.core_plan import CorePlan
from software_ref.loading import load_inputs, load_training_data
from software_ref.network_file import NetworkFile
from software_ref.plan.sample_code import SampleCode
from software_ref.plan.store_layout import StoreLayout
from software_ref.training import TrainingData

__all__ = [
    "build_board",
    "check_timing",
    "coded_lengths",
    "for_board",
    "plan_board",
    "renew_flash",
]


_OTHERS = 256
"""Room in the store of a board that makes its samples itself."""


def for_board(file: NetworkFile, board: Board) -> NetworkFile:
    """The network file with the board's FPGA as its target, and no more DSP blocks than it has."""
    device, budget = board.part.device, file.target.dsp_budget
    if budget is not None:
        budget = min(budget, device.dsp)
    return replace(file, target=replace(file.target, device=device.name, dsp_budget=budget))


def plan_board(
    file: NetworkFile,
    board: Board,
    *,
    folder: Path | None = None,
    clock_mhz: float | None = None,
    baud: int = DEFAULT_BAUD,
    samples: int | None = None,
    memory: str = BLOCK,
    data_dir: Path | None = None,
) -> BitstreamJob:
    """What is to be built.

    Parameters
    ----------
    file
        The network file.
    board
        The board; its FPGA takes the place of the file's target.
    folder
        Where everything goes; default: NAME_BOARD.
    clock_mhz
        Clock of the logic; default: the file's, or the board's.
    baud
        Bits per second of the UART.
    samples
        Samples that the store has room for; default: the data set's, or as many as fit.
    memory
        Kind of memory that holds the samples: one of the board's, or BLOCK.
    data_dir
        The folder that data files are looked for in first.

    Raises
    ------
    ValueError
        The board has no such memory, the network or the samples do not fit, the clock cannot be
        made, or a data set that is to go into a flash is not at hand.
    """
    external = board.external_memory(memory)
    file, family = for_board(file, board), family_of(board)
    asked = clock_mhz or file.target.clock_mhz or board.clock_mhz
    clocking = family.clocking(board.oscillator_hz, round(asked * 1e6))
    data = None
    if external is not None and not external.shape.writable:
        data = load_training_data(file, data_dir)
    inputs = load_inputs(file, data_dir) if data is None else data.inputs
    core = CoreDesign.from_file(file, inputs=inputs)
    check_capacity(core.schedule, board.part.device)
    flash = None
    if external is not None and data is not None:
        flash = FlashData.planned(file, core, data, external.shape, samples)
    store = _store(file, core, samples, data_dir, external) if flash is None else flash.layout
    design = BoardDesign(
        core=core,
        clock_hz=round(clocking.clock_hz),
        baud=baud,
        samples=store.samples,
        words=store.words if external is None else None,
        leds=board.leds,
        external=external,
        places=store.places,
        morse=MorseLive.of(file),
    )
    return BitstreamJob(
        name=file.name,
        board=board,
        design=design,
        clocking=clocking,
        folder=folder or Path(f"{file.name}_{board.name}"),
        flash=None if flash is None else flash.content(design),
    )


def build_board(
    job: BitstreamJob, build: Builder, progress: Callable[[str], None]
) -> tuple[BuildReport, str | None]:
    """Build a job with what its family's `builder` gave: the report, and what the tools say.

    Where the clock is missed, the report has no bitstream (`check_timing` says so).

    Raises
    ------
    OSError, ToolError, ValueError
        The folder cannot be written, a tool failed, or an option is wrong.
    """
    began = time.monotonic()
    make_folder("--output", job.folder)
    check_writable(job.manifest_file)
    with working_folder(job.folder):
        # What is in the folder afterwards belongs together.
        for stale in (job.bitstream, job.manifest_file):
            stale.unlink(missing_ok=True)
        built = build(job, progress)
        job.write_manifest()
    routed = built.routed
    report = BuildReport(
        job=job,
        routed=routed,
        bitstream=job.bitstream if routed is not None and routed.timing_met else None,
        plan=built.archive,
        seconds=round(time.monotonic() - began, 1),
    )
    return report, built.text


def renew_flash(job: BitstreamJob) -> None:
    """Write what goes into the flash for the build that is in the job's folder.

    Raises
    ------
    ValueError
        The board has no such memory, or the folder has no build that this is for.
    OSError
        The file cannot be written.
    """
    if job.flash is None:
        raise ValueError("--store-only must stand beside --memory flash")
    try:
        found = json.loads(job.manifest_file.read_text(encoding="utf-8"))["board"]
    except (OSError, ValueError, LookupError):
        raise ValueError(
            f"--store-only must find a build's manifest, but there is none at {job.manifest_file}"
        ) from None
    wanted = job.manifest()["board"]
    names = ("identity", "memory", "samples", "places", "words", "word_bits")
    for name in names:
        if found.get(name) != wanted[name]:
            raise ValueError(
                f"{name} of the build at {job.manifest_file} must be {wanted[name]} for this "
                f"network and data set, not {found.get(name)}: build it again, without --store-only"
            )
    job.write_flash()


def check_timing(report: BuildReport) -> None:
    """Raise ToolError where the clock is missed: such a bitstream would compute wrong numbers."""
    routed, remedy = report.routed, family_of(report.job.board).remedy
    if routed is not None and not routed.timing_met:
        other = f", or {remedy}" if remedy else ""
        raise ToolError(
            f"the board reaches {routed.fmax_mhz:.2f} MHz, not {report.job.clock_mhz:g}: no "
            f"bitstream was written; take a lower clock_mhz in [target]{other}"
        )


def _store(
    file: NetworkFile,
    core: CoreDesign,
    asked: int | None,
    data_dir: Path | None,
    external: ExternalMemory | None,
) -> StoreLayout:
    """The store: for the samples that the user asks for, the data set's, or what fits.

    Where the board makes its samples, the store is for others, and small.
    """
    device = file.target.fpga
    memory = None if external is None else external.shape
    if asked is None and MorseLive.of(file) is not None:
        asked = min(_OTHERS, most_samples(core, device, memory))
        return largest_store(core, device, asked, memory)
    try:
        data = load_training_data(file, data_dir)
    except (OSError, ValueError):  # the data may be on the machine that talks to the board alone
        return largest_store(core, device, asked, memory)
    code = stored_code(core, None if memory is None else memory.width)
    lengths = coded_lengths(core, code, data)[:asked]
    if asked is not None and asked > len(lengths):
        return largest_store(core, device, asked, memory)
    store = store_for(core, device, lengths, memory)
    if asked is not None and store.samples < asked:
        raise ValueError(
            f"--samples must be at most {store.samples}, as many of these samples as fit on "
            f"{device.name if external is None else external.title}, not {asked}"
        )
    return store


def coded_lengths(core: CorePlan, code: SampleCode, data: TrainingData) -> NDArray[np.int64]:
    """Words of each training sample and, behind them, of each test sample."""
    features = np.concatenate([data.train_features, data.test_features])
    labels = np.concatenate([data.train_labels, data.test_labels])
    return encoded(code, stored_features(core, features), labels).lengths
