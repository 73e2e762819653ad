"""What `presparse check --board` says: how many samples a board holds, how fast, what limits it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from boards.bitstream.board_build import coded_lengths, for_board
from boards.host.flash_file import flash_layout
from boards.link.framing import DEFAULT_BAUD
from boards.memory.external import BLOCK, ExternalMemory
from boards.platforms.boards import BOARDS
from boards.store.capacity import largest_store, store_for
from boards.store.input_plan import stored_code
from boards.store.throughput import StoreMemory, Throughput
from software_ref.console.output import table_lines
from software_ref.core_plan import CorePlan
from software_ref.figure import empty_figure, write_picture
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile
from software_ref.plan.store_layout import StoreLayout
from software_ref.training import TrainingData

__all__ = [
    "board_figures",
    "check_name",
    "draw_roofs",
    "figure_lines",
    "memory_named",
    "planned",
    "roofed_memory",
]

_BLOCK_RAM = "block RAM"


def check_name(name: str) -> None:
    """Raise ValueError where no board is called so."""
    if name not in BOARDS:
        raise ValueError(f"--board must be one of {', '.join(BOARDS)}, not {name}")


def board_figures(
    file: NetworkFile, name: str, core: CorePlan, data: TrainingData | None
) -> dict[str, Any]:
    """Everything that is said of a board, of a core and samples as `planned` has them.

    Raises
    ------
    ValueError
        The board has no block RAM left for a store.
    """
    board = BOARDS[name]
    device, code = board.part.device, stored_code(core)
    if data is None:
        lengths = None
        layout = largest_store(core, device)
        words = float(code.most_words)
    else:
        lengths = coded_lengths(core, code, data)
        layout = store_for(core, device, lengths)
        words = float(np.mean(lengths))
    clock_hz = 1e6 * (file.target.clock_mhz or board.clock_mhz)
    memories = [(StoreMemory(name=_BLOCK_RAM, layout=layout), words)]
    refused = []
    for external in board.external:
        try:
            memories.append(_beside(external, file, core, clock_hz, data))
        except ValueError as error:
            refused.append(f"not in {external.title}: {error}")
    return {
        "name": name,
        "title": board.title,
        "clock_hz": clock_hz,
        "samples_known": None if lengths is None else len(lengths),
        "bytes_per_sample": words * code.width / 8,
        "bytes_per_sample_at_most": code.most_words * code.width // 8,
        "memories": [_figures(core, memory, words, clock_hz) for memory, words in memories],
        "refused": refused,
    }


def planned(
    file: NetworkFile, name: str, data_dir: Path | None
) -> tuple[CorePlan, TrainingData | None]:
    """The core on a board, and its samples where they are at hand, which choose its inputs."""
    there = for_board(file, BOARDS[name])
    try:
        data = load_training_data(there, data_dir)
    except (OSError, ValueError):
        return CorePlan.from_file(there), None
    return CorePlan.from_file(there, inputs=data.inputs), data


def _beside(
    external: ExternalMemory,
    file: NetworkFile,
    core: CorePlan,
    clock_hz: float,
    data: TrainingData | None,
) -> tuple[StoreMemory, float]:
    """A memory beside the FPGA, and words of a sample, in the mean.

    Raises
    ------
    ValueError
        The clock is none for it, or a board cannot train this from it.
    """
    clocks, shape = external.clocks(round(clock_hz)), external.shape
    code = stored_code(core, shape.width)
    if data is None:
        samples, words = None, float(code.most_words)
    else:
        lengths = coded_lengths(core, code, data)
        samples, words = len(lengths), float(np.mean(lengths))
    # Of data that nobody has seen, as many samples as would fit whatever they hold.
    samples = samples or shape.words // (code.most_words + 8)
    layout = StoreLayout(code=code, words=shape.words, samples=samples)
    if not shape.writable and data is not None:
        layout = flash_layout(file, data, code, shape.words)
    memory = StoreMemory(
        name=external.title,
        layout=layout,
        ordered=shape.writable or file.training.shuffle,
        word_clocks=clocks.word_clocks,
        burst_clocks=clocks.burst_clocks,
    )
    return memory, words


def _figures(core: CorePlan, memory: StoreMemory, words: float, clock_hz: float) -> dict[str, Any]:
    found = Throughput.of(core, memory, words=words, clock_hz=clock_hz, baud=DEFAULT_BAUD)
    return {
        "memory": memory.name,
        "bytes": memory.layout.room * memory.layout.code.width // 8,
        "bytes_per_sample": words * memory.layout.code.width / 8,
        "samples": memory.samples(words),
        "clocks_per_sample": core.ports.clocks_per_step,
        "samples_per_second": {
            part: getattr(found, part) for part in ("core", "decoder", "memory", "line")
        },
        "from_store": found.from_store,
        "limit": found.limit,
    }


def figure_lines(figures: dict[str, Any]) -> list[str]:
    known = figures["samples_known"]
    size = f"{figures['bytes_per_sample']:.1f} bytes a sample"
    what = (
        f"{size} in the mean of {known:,}, {figures['bytes_per_sample_at_most']} at most"
        if known
        else f"{size} at most; the data set is not at hand (--data), which says the mean"
    )
    rows = [
        [
            each["memory"],
            f"{each['bytes']:,}",
            f"{each['samples']:,}",
            *(
                f"{each['samples_per_second'][part]:,.0f}"
                for part in ("core", "decoder", "memory", "line")
            ),
            f"{each['from_store']:,.0f}",
            each["limit"],
        ]
        for each in figures["memories"]
    ]
    header = ["store in", "bytes", "samples", "core/s", "decoder/s", "memory/s", "line/s"]
    header += ["from the store/s", "limited by"]
    return [
        f"{figures['title']} at {figures['clock_hz'] / 1e6:g} MHz: {what}",
        *table_lines(header, rows, text=(0, 8)),
        *figures["refused"],
    ]


def memory_named(name: str, kind: str | None) -> ExternalMemory | None:
    """The memory of a board that `--memory` names; None for block RAM.

    Raises
    ------
    ValueError
        The board has none.
    """
    return BOARDS[name].external_memory(kind or BLOCK)


def roofed_memory(
    file: NetworkFile,
    name: str,
    core: CorePlan,
    data: TrainingData | None,
    *,
    external: ExternalMemory | None,
) -> StoreMemory:
    """The memory whose roofs are drawn; arguments as for `board_figures`.

    Raises
    ------
    ValueError
        The clock is none for it, or a board cannot train this from it.
    """
    board = BOARDS[name]
    if external is None:
        return StoreMemory(name=_BLOCK_RAM, layout=largest_store(core, board.part.device))
    clock_hz = 1e6 * (file.target.clock_mhz or board.clock_mhz)
    return _beside(external, file, core, clock_hz, data)[0]


def draw_roofs(
    path: Path, file: NetworkFile, core: CorePlan, figures: dict[str, Any], memory: StoreMemory
) -> None:
    """The roofs over the size of a sample in a memory."""
    code = memory.layout.code
    here = next(each for each in figures["memories"] if each["memory"] == memory.name)
    sizes = np.geomspace(1, code.most_words, 60)
    roofs = [
        Throughput.of(core, memory, words=words, clock_hz=figures["clock_hz"], baud=DEFAULT_BAUD)
        for words in sizes
    ]
    figure = empty_figure(7.0, 4.5)
    axes = figure.add_subplot()
    octets = sizes * code.width / 8
    for part, style in (("core", "-"), ("decoder", "--"), ("memory", "-."), ("line", ":")):
        axes.plot(octets, [getattr(roof, part) for roof in roofs], style, label=part)
    axes.plot(here["bytes_per_sample"], here["from_store"], "o", color="black")
    axes.annotate(
        f"{here['from_store']:,.0f}/s, by the {here['limit']}",
        (here["bytes_per_sample"], here["from_store"]),
        textcoords="offset points",
        xytext=(-8, -14),
        ha="right",
        fontsize=8,
    )
    axes.set(xscale="log", yscale="log", xlabel="bytes a sample", ylabel="samples a second")
    axes.set_title(f"{file.name} on the {figures['title']}, {memory.name}")
    axes.legend(fontsize=8)
    write_picture(path, figure)
