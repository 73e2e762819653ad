"""What a junction takes: its units, and what it has of its own."""

from __future__ import annotations

from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.storage.activation_queue import ActivationQueue
from hwgen.storage.interleaver import Interleaver, LaneCrossbar
from hwgen.storage.neuron_queue import NeuronQueue
from hwgen.storage.router import Router
from hwgen.storage.weight_memory import WeightMemory
from hwgen.storage.weight_rom import WeightRom
from hwgen.units.backprop import Backprop
from hwgen.units.bias import BiasUnit
from hwgen.units.delta import DeltaUnit
from hwgen.units.feedforward import Feedforward
from hwgen.units.output_delta import OutputDelta
from hwgen.units.prediction import PredictionUnit
from hwgen.units.rounding_noise import RoundingNoise
from hwgen.units.update import Update
from software_ref.plan.dsp_budget import DspBlocks, DspUnits
from software_ref.plan.ports import COUNTER_BITS
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = ["junction_costs"]


def junction_costs(schedule: Schedule, number: int, dsp: DspUnits) -> dict[str, cost.Terms]:
    """What each instance takes, by its name in the junction; "" is what it has of its own.

    `dsp` has the DSP blocks of its units.
    """
    timing = schedule.timing[number - 1]
    constant = schedule.options.constant
    units: dict[str, cost.Terms] = {
        "": {} if constant else _access_cost(timing),
        "timeline": _timeline_cost(timing),
    }
    if not constant:
        units["access_timeline"] = {"own": cost.registers(timing.operands + timing.lane_levels)}
    units |= {
        "interleaver": Interleaver.cost(timing),
        "weights": WeightRom.cost(timing, dsp=dsp.get("feedforward", DspBlocks()))
        if constant
        else WeightMemory.cost(timing),
        "left": ActivationQueue.cost(schedule, number - 1),
        "feedforward": Feedforward.cost(timing, dsp=dsp.get("feedforward", DspBlocks())),
        "bias": BiasUnit.cost(timing),
    }
    if schedule.network.connections.dither:
        units["feed_crossbar"] = LaneCrossbar.cost(timing, timing.widths.left_activation)
    if timing.last:
        units["predictor"] = PredictionUnit.cost(timing)
    else:
        units["router"] = Router.cost(
            timing.layout,
            schedule.network.junctions[number].parallelism,
            timing.widths.right_activation,
        )
    if not schedule.training:
        return units
    units |= {
        "update": Update.cost(timing, dsp=dsp.get("update", DspBlocks())),
        "delta": DeltaUnit.cost(timing),
        "queue": NeuronQueue.cost(schedule, number),
    }
    if schedule.network.connections.dither:
        units["learn_crossbar"] = LaneCrossbar.cost(timing, timing.widths.left_activation)
    if timing.last:
        units["output_delta"] = OutputDelta.cost(timing)
    if timing.backpropagates:
        units["backprop"] = Backprop.cost(schedule, number, dsp=dsp.get("backprop", DspBlocks()))
    if schedule.network.update.random_bits:
        units["noise"] = RoundingNoise.cost()
    return units


def _access_cost(timing: JunctionTiming) -> cost.Terms:
    """The parameter port's part of a junction."""
    stored, slots = timing.network.format.stored_width, timing.layout.finishing
    return {
        "slots": cost.pipelined_multiplexer(slots, stored, timing.pipelining) + cost.ONE * slots,
        "request": cost.registers(
            stored + bits_for(timing.shape.rows - 1) + bits_for(timing.shape.parallelism - 1)
        ),
        "read": cost.Logic(lut=stored, ff=stored),
        "saturations": cost.Logic(lut=COUNTER_BITS) if timing.training else cost.Logic(),
    }


def _timeline_cost(timing: JunctionTiming) -> cost.Terms:
    clocks = timing.lead + timing.activated
    payload = bits_for(timing.options.max_rate_exponent) if timing.training else 0
    label = bits_for(timing.shape.right - 1) if timing.last else 0
    return {
        "starts": cost.registers(clocks),
        "rate": cost.registers((timing.lead + timing.operands) * payload),
        "label": cost.registers(clocks * label),
        "flags": cost.registers(clocks * (2 if timing.training else 1)),
    }
