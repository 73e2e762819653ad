"""One junction clock by clock: its row, what the row reads of every memory, and whose it is."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np

from hwgen.report.network_view import shown
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.kinds import KINDS
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = ["junction_view", "row_segments"]


def junction_view(schedule: Schedule, pattern: ClashFreePattern) -> dict[str, Any]:
    """Everything that the animation of a junction shows, as tables.

    Clock c of the junction counts from the read of its first row in a step; row t is read in clock
    t, and the clocks from C to P - 1 read none.

    Returns
    -------
    dict
        Sizes, and "tables", None where the junction has more edges than a page holds:

        - "words" int64 (C, z): the word that each memory is read at;
        - "memories" int64 (d_out, z): the memory of each lane, sweep by sweep;
        - "seeds" int64 (d_out, z): each memory's first word of a sweep; None of `free` patterns,
          whose words are stored row by row;
        - "sweeps" and "cycles" (C,): the sweep of each row, and its place in it;
        - "segments": the right neurons of each row, see `row_segments`;
        - "stages": what the pipeline does beside, see `_stages`;
        - "steps": whose values are worked on, see `_steps`;
        - "places": where the right neurons' activations go, see `_places`.
    """
    shape = pattern.shape
    timing = schedule.timing[shape.index - 1]
    kind = KINDS[pattern.kind]
    return {
        **shape.figures(),
        "period": schedule.period,
        "row_read": schedule.row_read(shape.index),
        "kind": kind.name,
        "kind_text": (inspect.getdoc(kind) or "").partition("\n")[0],
        "dither": schedule.network.connections.dither,
        "tables": _tables(schedule, timing, pattern) if shown(pattern) else None,
    }


def row_segments(layout: RowLayout) -> list[list[tuple[int, int, int, int, int]]]:
    """The right neurons that every row touches.

    Returns
    -------
    list
        For each row (right neuron, its first lane, its lanes, whether it finishes, its edges so
        far, this row's among them).
    """

    @cache
    def by_phase(phase: int) -> list[tuple[int, int, int, int, int]]:
        first: dict[int, int] = {}
        groups = [0] * layout.slots
        for group in range(layout.groups):
            lower, *upper = layout.group_slots(group)
            slot = upper[0] if upper and phase >= layout.upper_from(group) else lower
            first.setdefault(slot, group)
            groups[slot] += 1
        finished = layout.finished(phase)
        return [
            (
                slot,
                group * layout.group,
                groups[slot] * layout.group,
                int(slot < finished),
                min(layout.span, phase + layout.groups - slot * layout.span) * layout.group,
            )
            for slot, group in first.items()
        ]

    rows = []
    for row in range(layout.shape.rows):
        neuron, phase = divmod(row * layout.groups, layout.span)
        rows.append([(neuron + slot, *rest) for slot, *rest in by_phase(phase)])
    return rows


def _tables(
    schedule: Schedule, timing: JunctionTiming, pattern: ClashFreePattern
) -> dict[str, Any]:
    shape = pattern.shape
    rows = np.arange(shape.rows)
    return {
        "words": pattern.words.transpose(0, 2, 1).reshape(shape.rows, shape.parallelism),
        "memories": pattern.memory,
        "seeds": None if KINDS[pattern.kind].reads_rows else pattern.seeds,
        "sweeps": rows // shape.depth,
        "cycles": rows % shape.depth,
        "segments": row_segments(timing.layout),
        "stages": _stages(schedule, timing),
        "steps": _steps(schedule, timing),
        "places": _places(schedule, timing),
    }


def _stages(schedule: Schedule, timing: JunctionTiming) -> list[dict[str, Any]]:
    """Stations of a row on its way, with the row that is there in each clock of a full pipeline.

    "rows" (P,): the row, or -1; "back" (P,): how many steps before this one it was read.
    """
    stations = [
        ("operands", "", timing.operands),
        ("products", "", timing.products),
        ("sums", "FF", timing.totals),
        ("bias, saturation", "FF", timing.linear),
        ("activation", "FF", timing.activated),
        ("a readable", "FF", timing.activation_latency),
    ]
    if timing.backpropagates:
        stations.append(("e readable", "BP", timing.error_latency))
    if schedule.training:
        stations.append(("weights written", "UP", timing.weight_written))
    stages = []
    for name, operation, latency in stations:
        read = np.arange(schedule.period) - latency
        rows = read % schedule.period
        stages.append(
            {
                "name": name,
                "operation": operation,
                "latency": latency,
                "rows": np.where(rows < timing.shape.rows, rows, -1),
                "back": -(read // schedule.period),
            }
        )
    return stages


def _steps(schedule: Schedule, timing: JunctionTiming) -> list[dict[str, int]]:
    """Steps in a full pipeline, until the banks of the left memories begin again.

    FF is of sample S - i, BP and UP of sample S - i - m_i; sample n is in bank n mod K.
    """
    junction, lag = timing.junction, schedule.lags[timing.junction - 1]
    banks = schedule.activation_queue(junction - 1).banks(schedule.period)
    first = junction + lag
    return [
        {
            "step": step,
            "forward": step - junction,
            "forward_bank": (step - junction) % banks,
            "update": step - junction - lag,
            "update_bank": (step - junction - lag) % banks,
        }
        for step in range(first, first + banks)
    ]


def _places(schedule: Schedule, timing: JunctionTiming) -> dict[str, Any]:
    """Memory and word of every right neuron's activation in the next junction's left memories.

    The outputs go to no memory; they are told as one word each.
    """
    neurons = np.arange(timing.shape.right)
    if timing.last:
        memories, depth = timing.shape.right, 1
    else:
        following = schedule.network.junctions[timing.junction]
        memories, depth = following.parallelism, following.depth
    return {
        "outputs": timing.last,
        "memories": memories,
        "depth": depth,
        "memory": neurons % memories,
        "word": neurons // memories,
    }
