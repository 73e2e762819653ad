"""The JSON manifest that comes with the Verilog: network, schedule, ports and memories.

What its keys mean is in `manifest_schema.json`, a JSON Schema, and in docs/manifest.md.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from software_ref.connections.kinds import KINDS
from software_ref.core_plan import CorePlan
from software_ref.plan.ports import (
    CLOCK,
    COUNTER_BITS,
    RESET,
    SATURATION_COUNTERS,
    CorePorts,
    JunctionPorts,
    Port,
)
from software_ref.plan.storage import storage
from software_ref.plan.timing import JunctionTiming

__all__ = ["SCHEMA_VERSION", "manifest", "manifest_schema", "parameters_origin"]

SCHEMA_VERSION = 1
"""Version of the schema; it grows when a key goes or changes its meaning."""


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every manifest follows."""
    text = files("software_ref").joinpath("manifest_schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def manifest(plan: CorePlan) -> dict[str, Any]:
    """Describe a core so that a host or a bench needs nothing but this and the Verilog."""
    network, schedule = plan.network, plan.schedule
    return {
        "schema_version": SCHEMA_VERSION,
        "top": plan.name,
        "core": "training" if plan.options.training else "inference",
        "network": {
            "layers": list(network.layers),
            "out_degree": list(network.out_degree),
            "in_degree": [shape.in_degree for shape in network.junctions],
            "parallelism": list(network.parallelism),
            "classes": network.competing,
            "hidden": network.activation.hidden,
            "relu_cap_raw": network.activation.function.cap_raw(network.format),
            **({} if plan.inputs is None else {"inputs": list(plan.inputs)}),
        },
        "format": {
            "sign": 1,
            "integer": network.format.integer,
            "fraction": network.format.fraction,
            "stored_fraction": network.format.fraction + network.format.extra_bits,
            "activation_fraction": network.format.fraction - network.format.activation_shift,
        },
        "update": {
            "random_bits": network.update.random_bits,
            "first_states": [
                network.update.first_state(shape.index) if network.update.random_bits else None
                for shape in network.junctions
            ],
        },
        "seeds": {
            "connections": network.connections.seed,
            "weights": None if plan.start else plan.seed,
            "update": network.update.seed,
        },
        "initial_parameters": parameters_origin(plan),
        "connections": {
            "kind": network.connections.kind,
            "dither": network.connections.dither,
            "memory": [pattern.memory.tolist() for pattern in plan.patterns],
            "seeds": [pattern.seeds.tolist() for pattern in plan.patterns],
            **(
                {"words": [pattern.words.tolist() for pattern in plan.patterns]}
                if KINDS[network.connections.kind].reads_rows
                else {}
            ),
        },
        "schedule": {
            "block_cycle": network.block_cycle,
            "period": schedule.period,
            "lead": schedule.lead,
            "offsets": list(schedule.offsets),
            "lags": list(schedule.lags),
            "settle": schedule.settle,
            "result_steps": schedule.result_steps,
            "max_rate_exponent": plan.options.max_rate_exponent,
        },
        "latencies": [_latencies(timing) for timing in schedule.timing],
        "ports": {
            "beat_features": schedule.beat_features,
            "beats": schedule.beats,
            "feature_bits": plan.ports.feature_width,
            "clock": {"name": CLOCK.name, "edge": "rising"},
            "reset": {"name": RESET.name, "active": "high", "synchronous": True, "clocks": 1},
            "streams": _streams(plan.ports),
            "signals": _signals(plan.ports),
            "saturations": _saturations(plan.ports),
        },
        "parameters": {
            "answer_clocks": schedule.answer_clocks,
            "junctions": [_places(junction) for junction in plan.ports.junctions],
        }
        if plan.ports.parameter_port
        else None,
        "memories": [
            {**asdict(item), "kind": item.kind, "bits": item.bits} for item in storage(schedule)
        ],
        "multipliers": [
            {
                "lanes": timing.shape.parallelism,
                "dsp": {unit: blocks.count for unit, blocks in dsp.items()},
            }
            for timing, dsp in zip(schedule.timing, plan.dsp, strict=True)
        ],
    }


def parameters_origin(plan: CorePlan) -> dict[str, Any]:
    """What weights and biases the core starts from; of a seed, or of so much training."""
    start = plan.start
    return {
        "source": "checkpoint" if start else "seed",
        "epoch": start.epoch if start else 0,
        "samples": start.samples if start else 0,
        "sha256": plan.parameters.sha256,
        "constant": plan.options.constant,
    }


def _latencies(timing: JunctionTiming) -> dict[str, int]:
    latencies = {
        "operands": timing.operands,
        "products": timing.products,
        "linear": timing.linear,
        "activation": timing.activation_latency,
    }
    if timing.training:
        latencies |= {"delta_fetch": timing.fetch, "update": timing.update_latency}
    if timing.backpropagates:
        latencies["error"] = timing.error_latency
    return latencies


def _places(junction: JunctionPorts) -> dict[str, Any]:
    """Where a junction's parameters are at the parameter port."""
    addresses = {
        "rows": junction.address_rows,
        "lanes": junction.parallelism,
        "words": junction.depth,
    }
    return {
        "weights": {
            "count": junction.weights,
            "rows": len(junction.weight_lanes),
            "lanes": junction.parallelism,
        },
        "biases": {
            "count": junction.right,
            "rows": list(junction.bias_rows),
            "lanes": list(junction.bias_lanes),
        },
        **({"addresses": addresses} if junction.address_rows else {}),
    }


def _saturations(ports: CorePorts) -> list[dict[str, Any]]:
    """Every counter in the port of that name."""
    kinds = [
        (junction, kind)
        for junction in range(1, len(ports.junctions) + 1)
        for kind in SATURATION_COUNTERS
    ]
    return [
        {"junction": junction, "counts": kind, "bits": [COUNTER_BITS * place, COUNTER_BITS, False]}
        for place, (junction, kind) in enumerate(kinds)
    ]


def _streams(ports: CorePorts) -> dict[str, Any]:
    """Payload fields of every stream port, as [lowest bit, bits, signed]."""
    return {
        stream.name: {
            "direction": _direction(stream),
            **dict(
                zip(("payload", "valid", "ready"), (w.name for w in stream.wires()), strict=True)
            ),
            "bits": stream.payload.bits,
            "fields": {
                field.name: [place, field.width, field.signed]
                for place, field in stream.payload.places()
            },
        }
        for stream in ports.streams()
    }


def _signals(ports: CorePorts) -> dict[str, Any]:
    """Width and direction of every other port."""
    return {
        signal.name: {"direction": _direction(signal), "bits": signal.bits}
        for signal in (CLOCK, RESET, *ports.signals())
    }


def _direction(port: Port) -> str:
    return "in" if port.is_input else "out"
