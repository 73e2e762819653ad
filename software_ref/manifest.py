"""The JSON manifest that comes with the Verilog: network, schedule, ports and memories."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from software_ref.core_plan import CorePlan
from software_ref.plan.dsp_budget import dsp_blocks
from software_ref.plan.ports import CLOCK, RESET, CorePorts, Port
from software_ref.plan.storage import storage
from software_ref.plan.timing import JunctionTiming

__all__ = ["manifest"]


def manifest(plan: CorePlan) -> dict[str, Any]:
    """Describe a core so that a host or a bench needs nothing but this and the Verilog."""
    network, schedule = plan.network, plan.schedule
    return {
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
            "weights": plan.seed,
            "update": network.update.seed,
        },
        "connections": {
            "kind": network.connections.kind,
            "dither": network.connections.dither,
            "memory": [pattern.memory.tolist() for pattern in plan.patterns],
            "seeds": [pattern.seeds.tolist() for pattern in plan.patterns],
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
            "streams": _streams(plan.ports),
            "signals": _signals(plan.ports),
        },
        "parameters": {
            "answer_clocks": schedule.answer_clocks,
            "weights": "edge e of a junction is at row e // z, lane e % z",
            "biases": [
                "neuron n is at row n, lane 0"
                if timing.layout.finishing == 1
                else "neuron n is at row r = ((n + 1) * in_degree - 1) // z, "
                "lane n - r * z // in_degree"
                for timing in schedule.timing
            ],
        },
        "memories": [
            {**asdict(item), "kind": item.kind, "bits": item.bits} for item in storage(schedule)
        ],
        "multipliers": [
            {
                "lanes": timing.shape.parallelism,
                "dsp": dsp_blocks(timing, dsp),
            }
            for timing, dsp in zip(schedule.timing, plan.dsp, strict=True)
        ],
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


def _streams(ports: CorePorts) -> dict[str, Any]:
    """Payload fields of every stream port, as [lowest bit, bits, signed]."""
    return {
        stream.name: {
            "direction": _direction(stream),
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
