"""The JSON manifest that comes with the Verilog: network, schedule, ports and memories."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from amaranth.hdl import Shape
from amaranth.lib import data, stream, wiring

from hwgen.core.design import CoreDesign
from software_ref.plan.storage import storage
from software_ref.plan.timing import JunctionTiming

__all__ = ["manifest"]


def manifest(design: CoreDesign) -> dict[str, Any]:
    """Describe a core so that a host or a bench needs nothing but this and the Verilog."""
    network, schedule = design.network, design.schedule
    return {
        "top": design.name,
        "core": "training" if design.options.training else "inference",
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
            "weights": design.seed,
            "update": network.update.seed,
        },
        "connections": {
            "kind": network.connections.kind,
            "dither": network.connections.dither,
            "memory": [pattern.memory.tolist() for pattern in design.patterns],
            "seeds": [pattern.seeds.tolist() for pattern in design.patterns],
        },
        "schedule": {
            "block_cycle": network.block_cycle,
            "period": schedule.period,
            "lead": schedule.lead,
            "offsets": list(schedule.offsets),
            "lags": list(schedule.lags),
            "settle": schedule.settle,
            "result_steps": schedule.result_steps,
            "max_rate_exponent": design.options.max_rate_exponent,
        },
        "latencies": [_latencies(timing) for timing in schedule.timing],
        "ports": {
            "beat_features": schedule.beat_features,
            "beats": schedule.beats,
            "streams": _streams(design),
            "signals": _signals(design),
        },
        "parameters": {
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
                "dsp": sorted(dsp),
            }
            for timing, dsp in zip(schedule.timing, design.dsp, strict=True)
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


def _streams(design: CoreDesign) -> dict[str, Any]:
    """Payload fields of every stream port, as [lowest bit, bits, signed]."""
    core = design.core
    streams: dict[str, Any] = {}
    for name, member in core.signature.members.items():
        if not (member.is_signature and isinstance(member.signature, stream.Signature)):
            continue
        shape = member.signature.members["payload"].shape
        fields: dict[str, Any] = {}
        if isinstance(shape, data.StructLayout):
            for field, place in shape:
                fields[field] = [place.offset, place.width, _is_signed(place.shape)]
        else:
            plain = Shape.cast(shape)
            fields["value"] = [0, plain.width, plain.signed]
        streams[name] = {
            "direction": "in" if member.flow == wiring.In else "out",
            "bits": Shape.cast(shape).width,
            "fields": fields,
        }
    return streams


def _signals(design: CoreDesign) -> dict[str, Any]:
    """Width and direction of every other port."""
    signals: dict[str, Any] = {"clk": {"direction": "in", "bits": 1}}
    signals["rst"] = {"direction": "in", "bits": 1}
    for name, member in design.core.signature.members.items():
        if member.is_port:
            signals[name] = {
                "direction": "in" if member.flow == wiring.In else "out",
                "bits": Shape.cast(member.shape).width,
            }
    return signals


def _is_signed(shape: object) -> bool:
    return not isinstance(shape, data.Layout) and Shape.cast(shape).signed  # type: ignore[arg-type]
