"""What every memory must hold at first: by the golden model's data, or by the Verilog.

golden: weights, tables of activations, seeds of connections, the table behind the reset button
Verilog: everything else; a memory that is written before it is read has no contents
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from boards.design import TOP, BoardDesign
from boards.top import board_verilog
from software_ref.core_plan import CorePlan

__all__ = ["Contents", "contents", "verilog_memories"]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """One memory of the Verilog."""

    name: str
    """Path of instances and name, joined with underscores: `core_junction_1_left_activations0`."""
    width: int
    """Bits of a word."""
    words: tuple[int, ...]
    """Every word; 0 where `defined` is False."""
    defined: bool
    """Whether it has first words at all."""
    source: str = "the Verilog"
    """Who says so."""
    read: tuple[str, str] | None = None
    """Names of a register that takes a word, and of the address it is read at, both with their
    instances; None where the Verilog has no such register."""


_MODULE = re.compile(r"module (\w+)")
_MEMORY = re.compile(r" +reg (?:\[(\d+):0\] )?(\w+) \[(\d+):0\];")
_WORD = re.compile(r" +(\w+)\[(\d+)\] = \d+'(?:h([0-9a-fx]+)|d(\d+));")  # decimal: 32 bits
_READ = re.compile(r" +(\w+) <= (\w+)\[(\w+)\];")
_PART = re.compile(r"(?P<base>.*?)(?P<part>\d*)(?:_column(?P<column>\d+))?")


def contents(design: BoardDesign) -> list[Contents]:
    """Every memory of a board's logic, in the order of the Verilog."""
    plain = verilog_memories(board_verilog(design))
    groups: dict[str, list[Contents]] = defaultdict(list)
    for memory in plain:
        groups[_split(memory.name)[0]].append(memory)
    golden: dict[str, Contents] = {}
    for base, members in groups.items():
        found = _golden(base, design.core)
        if found is not None:
            source, words = found
            for memory in _parts(members, words, source):
                golden[memory.name] = memory
    return [golden.get(memory.name, memory) for memory in plain]


def verilog_memories(text: str) -> list[Contents]:
    """Every memory in the Verilog of a board's logic, with the words that it says."""
    found: dict[tuple[str, str], tuple[int, list[int], bool]] = {}
    reads: dict[tuple[str, str], tuple[str, str]] = {}
    module = ""
    for line in text.splitlines():
        if match := _MODULE.match(line):
            module = match[1]
        elif match := _MEMORY.fullmatch(line):
            width = int(match[1] or 0) + 1
            found[module, match[2]] = (width, [0] * (int(match[3]) + 1), False)
        elif (match := _WORD.fullmatch(line)) and (module, match[1]) in found:
            width, words, _ = found[module, match[1]]
            words[int(match[2])] = (
                int(match[3].replace("x", "0"), 16) if match[3] else int(match[4])
            )
            found[module, match[1]] = (width, words, True)
        elif (match := _READ.fullmatch(line)) and (module, match[2]) in found:
            reads[module, match[2]] = (_path(module, match[1]), _path(module, match[3]))
    return [
        Contents(
            name=_path(module, name),
            width=width,
            words=tuple(words),
            defined=defined,
            read=reads.get((module, name)),
        )
        for (module, name), (width, words, defined) in found.items()
    ]


def _path(module: str, name: str) -> str:
    """A name with those of the instances that it is in."""
    return f"{module}_{name}".removeprefix(f"{TOP}_")


def _split(name: str) -> tuple[str, int, int]:
    """A memory's name without its number among its like and its column; these two."""
    match = _PART.fullmatch(re.sub(r"__\d+(?=_|$)", "", name))
    assert match is not None
    return match["base"], int(match["part"] or 0), int(match["column"] or 0)


def _parts(members: Sequence[Contents], words: Sequence[int], source: str) -> Iterator[Contents]:
    """Deal out the bits of wide words to the memories that hold them, the lowest bits first."""
    first = 0
    for memory in sorted(members, key=lambda each: _split(each.name)[1:]):
        mask = (1 << memory.width) - 1
        dealt = tuple(word >> first & mask for word in words)
        yield replace(memory, words=dealt, defined=True, source=source)
        first += memory.width


def _golden(base: str, core: CorePlan) -> tuple[str, list[int]] | None:
    """Whole words of a group of memories, and where they come from; None: not known there."""
    if base == "initial_initial_weights":
        width = core.network.format.stored_width
        weights = np.concatenate(core.parameters.weights)
        return "the initial parameters", [_packed([int(each)], width) for each in weights]
    match = re.fullmatch(r"core_junction_(\d+)_(\w+)", base)
    if match is None:
        return None
    junction, name = int(match[1]) - 1, match[2]
    function = core.network.activation_of(junction + 1).name
    if name == "weights_rows":
        return "the initial parameters", _weights(core, junction)
    if name == f"feedforward_{function}":
        return f"the table of the {function}", _table(core, junction)
    if name == "interleaver_seeds":
        return "the connections", _rows(core, junction, core.patterns[junction].seeds)
    if name == "interleaver_permutations":
        pattern = core.patterns[junction]
        sweeps = pattern.words.transpose(0, 2, 1)
        rows = sweeps.reshape(pattern.shape.rows, pattern.shape.parallelism)
        return "the connections", _rows(core, junction, rows)
    return None


def _weights(core: CorePlan, junction: int) -> list[int]:
    """One row of edges a word."""
    shape, width = core.network.junctions[junction], core.network.format.stored_width
    rows = core.parameters.weights[junction].reshape(shape.rows, shape.parallelism)
    return [_packed(row.tolist(), width) for row in rows]


def _table(core: CorePlan, junction: int) -> list[int]:
    """The activation and, in hidden layers, its derivative above it, by the raw bits of s."""
    timing, fmt = core.schedule.timing[junction], core.network.format
    low = core.network.activation_shift(junction + 1)
    values, slopes = core.network.activation_of(junction + 1).tables(fmt, low)
    with_slopes = timing.training and not timing.last
    words = [0] * len(values)
    for place, raw in enumerate(range(fmt.min_raw, fmt.max_raw + 1)):
        word = int(values[place]) >> low
        if with_slopes:
            word |= int(slopes[place]) << timing.widths.right_activation
        words[raw % len(words)] = word
    return words


def _rows(core: CorePlan, junction: int, rows: np.ndarray) -> list[int]:
    """Addresses of all left memories a word."""
    width = (core.network.junctions[junction].depth - 1).bit_length()
    return [_packed(row.tolist(), width) for row in rows]


def _packed(values: Sequence[int], width: int) -> int:
    word = 0
    for place, value in enumerate(values):
        word |= value % (1 << width) << place * width
    return word
