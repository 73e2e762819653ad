"""`presparse check`: what follows from a network file alone: shape, schedule and storage."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from software_ref.commands.arguments import add_json, add_network_file
from software_ref.connections.clash_free import generate_pattern
from software_ref.console.errors import Mistakes
from software_ref.console.output import check_outputs, table_lines, wrapped, write_json
from software_ref.fixed_point import FixedFormat
from software_ref.golden.junction import exact_dtype
from software_ref.network import Network
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.schedule import Schedule
from software_ref.plan.storage import storage

__all__ = ["add_arguments", "describe", "report_lines", "run"]

KINDS = {
    "weights": "weights",
    "biases": "biases",
    "activations": "activations",
    "derivatives": "deltas",
    "output deltas": "deltas",
    "errors": "errors",
    "addresses": "tables",
}
"""What the storage total is split into, by what a memory holds; the rest are tables."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    add_network_file(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run `check`."""
    check_outputs({"--json": arguments.json}, inputs=[arguments.network_file])
    file = read_network_file(arguments.network_file)
    document = describe(file)
    print("\n".join(report_lines(document)))
    if arguments.json:
        write_json(arguments.json, document)
    return 0


def describe(file: NetworkFile) -> dict[str, Any]:
    """Derive everything that `check` reports, as plain values for JSON.

    Raises
    ------
    ValueError
        Some junction has no connection pattern, or sums that no integer of 64 bits holds.
    """
    network = file.network
    mistakes = Mistakes()
    with mistakes.noted():
        exact_dtype(network)
    for junction in network.junctions:
        with mistakes.noted():
            generate_pattern(junction, network.connections)
    mistakes.raise_any()
    schedule = Schedule.from_file(file)
    return {
        "name": file.name,
        "network": _network(network),
        "junctions": [
            {
                **shape.figures(),
                "weights": shape.weights,
                "density": shape.density,
            }
            for shape in network.junctions
        ],
        "schedule": _schedule(schedule),
        "storage": _storage(schedule),
    }


def _network(network: Network) -> dict[str, Any]:
    return {
        "layers": list(network.layers),
        "classes": network.competing,
        "format": asdict(network.format),
        "hidden": network.activation.hidden,
        "connections": asdict(network.connections),
        "update": asdict(network.update),
        "rewire": None
        if network.rewire is None
        else asdict(network.rewire) | {"junctions": list(network.moving)},
        "weights": network.weights,
        "biases": network.biases,
        "possible_weights": sum(left * right for left, right in pairwise(network.layers)),
        "density": network.density,
        "parallelism": sum(network.parallelism),
        "block_cycle": network.block_cycle,
    }


def _schedule(schedule: Schedule) -> dict[str, Any]:
    period, timing = schedule.period, schedule.timing
    layers = range(len(timing))
    return {
        "period": period,
        "lead": schedule.lead,
        "max_rate_exponent": schedule.options.max_rate_exponent,
        "offsets": list(schedule.offsets),
        "lags": list(schedule.lags),
        "activation_latency": [each.activation_latency for each in timing],
        # Junction i + 1 makes the deltas of junction i's right neurons.
        "error_latency": [None, *schedule.delta_latencies[:-1]],
        "output_delta_latency": schedule.delta_latencies[-1] - timing[-1].activation_latency,
        "update_latency": [each.update_latency for each in timing],
        "banks": {
            "activations": [schedule.activation_queue(layer).banks(period) for layer in layers],
            "derivatives": [schedule.derivative_queue(i + 1).banks(period) for i in layers],
            "errors": [schedule.error_queue(i + 1).banks(period) for i in layers[:-1]],
        },
        "beat_features": schedule.beat_features,
        "beats": schedule.beats,
    }


def _storage(schedule: Schedule) -> dict[str, Any]:
    memories = storage(schedule)
    split = dict.fromkeys(KINDS.values(), 0)
    for memory in memories:
        split[KINDS.get(memory.holds, "tables")] += memory.bits
    return {
        "memories": [{**asdict(each), "kind": each.kind, "bits": each.bits} for each in memories],
        "split_bits": split,
        "total_bits": sum(split.values()),
    }


def report_lines(document: dict[str, Any]) -> Iterable[str]:
    """The lines that `check` prints."""
    network, schedule = document["network"], document["schedule"]
    junctions, stored = document["junctions"], document["storage"]
    layers = "-".join(map(str, network["layers"]))
    fmt, connections = FixedFormat(**network["format"]), network["connections"]
    random_bits = network["update"]["random_bits"]
    rounding = f", updates rounded with {random_bits} random bits" if random_bits else ""
    dither = " with dither" if connections["dither"] else ""
    moves = ""
    if network["rewire"] is not None:
        where = " and ".join(map(str, network["rewire"]["junctions"]))
        moves = f" that move in junction {where}"
    yield (
        f"{document['name']}: {layers}, {network['classes']} classes, "
        f"{fmt}, {network['hidden']}, {connections['kind']} connections{dither}{moves}{rounding}"
    )
    yield ""
    yield from table_lines(
        ["junction", "left", "right", "d_out", "d_in", "z", "D", "C", "weights", "density"],
        [
            [
                *(each[key] for key in ("junction", "left", "right", "out_degree", "in_degree")),
                *(each[key] for key in ("parallelism", "depth", "rows", "weights")),
                f"{_rounded(each['density'])} %",
            ]
            for each in junctions
        ],
    )
    yield ""
    overall = network["density"]
    yield f"overall density   {_rounded(overall)} % ({network['weights']} of " + (
        f"{network['possible_weights']} weights, {100 * overall:.2f} %)"
    )
    yield f"parameters        {network['weights']} weights, {network['biases']} biases"
    yield f"parallelism       {network['parallelism']} edges a clock"
    yield f"block cycle C     {network['block_cycle']} clocks"
    why = "" if schedule["period"] == network["block_cycle"] else ", the longest update latency"
    yield f"step period P     {schedule['period']} clocks a sample{why}"
    beats, features = schedule["beats"], schedule["beat_features"]
    yield f"input             {_count(beats, 'beat')} of {_count(features, 'feature')} a sample"
    yield ""
    banks = schedule["banks"]
    yield from table_lines(
        [
            *("junction", "offset", "lag m", "lF", "lB", "update"),
            *("banks: activations", "derivatives", "errors"),
        ],
        [
            [
                i + 1,
                *(
                    schedule[key][i]
                    for key in ("offsets", "lags", "activation_latency", "error_latency")
                ),
                schedule["update_latency"][i],
                banks["activations"][i],
                banks["derivatives"][i],
                banks["errors"][i - 1] if i else None,
            ]
            for i in range(len(junctions))
        ],
    )
    yield f"lc = {schedule['output_delta_latency']}"
    yield ""
    memory_keys = ("junction", "holds", "count", "depth", "width", "kind", "bits")
    yield from table_lines(
        ["junction", "memory", "number", "words", "bits a word", "kind", "bits"],
        [[each[key] for key in memory_keys] for each in stored["memories"]],
        text=[0, 1, 5],
    )
    yield ""
    split = ", ".join(f"{kind} {bits}" for kind, bits in stored["split_bits"].items())
    yield from wrapped(f"storage           {stored['total_bits']} bits: {split}", indent=18)


def _rounded(share: float) -> str:
    """A share in percent with two digits, or all those before the point: 25, 33, 7.6, 0.44."""
    percent = 100 * share
    return f"{percent:.0f}" if percent >= 9.95 else f"{percent:.2g}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
