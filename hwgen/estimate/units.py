"""What every unit of a core is made of, by name, as functions of the schedule alone.

The names of units are those of the core's instances, as `presparse synth` reports them. A unit's
terms get a coefficient each (see coefficients); what is exact, memories' kinds and DSP blocks, does
not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hwgen.estimate.parts import (
    Logic,
    adder,
    adder_tree,
    memory,
    multiplexer,
    multiplier,
    pipelined_multiplexer,
    registers,
    total,
)
from hwgen.parts.saturation import COUNTER_WIDTH
from software_ref.connections.kinds import KINDS
from software_ref.plan.copies import LANES_PER_COPY, lane_parts
from software_ref.plan.memory_plan import banked_layout
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming
from software_ref.update_rounding import GENERATOR_WIDTH

__all__ = ["Terms", "core_terms", "junction_terms"]

Terms = Mapping[str, Logic]
"""The parts of one unit, by what they are."""

ONE = Logic(lut=1, ff=1)
"""What a constant part of a unit is counted in."""


def core_terms(schedule: Schedule) -> dict[str, Terms]:
    """Terms of the units that are not in a junction."""
    first, last = schedule.timing[0], schedule.timing[-1]
    z = first.shape.parallelism
    label = _bits(last.shape.right)
    header = label + (1 + _bits(schedule.options.max_rate_exponent + 1) if schedule.training else 0)
    ages = max(i + lag for i, lag in enumerate(schedule.lags, start=1))
    width = schedule.network.format.stored_width
    groups = z // schedule.beat_features
    credit = schedule.credit
    result = 17 + label
    junctions = len(schedule.timing)
    return {
        "loader": {
            "beat": registers(schedule.beat_features * first.widths.left_activation),
            "groups": ONE * groups,
            "words": registers(first.copies.lanes * _bits(first.shape.depth)),
            "own": ONE * 8,
        },
        "output_queue": {
            "memory": memory(credit, result),
            "own": Logic(lut=8 + 4 * _bits(credit), ff=8 + 4 * _bits(credit)),
        },
        "parameter_port": {
            "request": registers(width + _bits(max(t.shape.rows for t in schedule.timing)) + 8),
            "data": multiplexer(junctions, width),
            "own": ONE * 16,
        },
        "sequencer": {
            "ages": Logic(lut=ages, ff=ages * (header + 1)),
            "own": ONE * (COUNTER_WIDTH + 16),
        },
    }


def start_terms(schedule: Schedule, junction: int) -> Terms:
    """Terms of the delay of a junction's start pulse."""
    timing = schedule.timing[junction - 1]
    delay = schedule.row_read(junction) - timing.lead
    payload = 1 + (1 + _bits(schedule.options.max_rate_exponent + 1) if schedule.training else 0)
    payload += _bits(timing.shape.right) if timing.last else 0
    return {"delay": registers(delay * (1 + payload))}


def junction_terms(schedule: Schedule, junction: int, dsp: Collection[str]) -> dict[str, Terms]:
    """Terms of the units of junction i, from 1; `dsp` names those with DSP multipliers."""
    timing = schedule.timing[junction - 1]
    units: dict[str, Terms] = {
        "": _access(timing),
        "start": start_terms(schedule, junction),
        "timeline": _timeline(timing),
        "access_timeline": {"own": registers(timing.operands + timing.lane_levels)},
        "interleaver": _interleaver(timing),
        "weights": _weights(timing),
        "left": _left(schedule, junction),
        "feedforward": _feedforward(timing, dsp="feedforward" in dsp),
        "bias": _bias(timing),
    }
    if schedule.network.connections.dither:
        units["feed_crossbar"] = _crossbar(timing, timing.widths.left_activation)
    if timing.last:
        units["predictor"] = _predictor(timing)
    else:
        units["router"] = _router(
            timing, schedule.network.junctions[junction].parallelism, timing.widths.right_activation
        )
    if not schedule.training:
        return units
    units |= {
        "update": _update(timing, dsp="update" in dsp),
        "delta": _delta(timing),
        "queue": _queue(schedule, junction),
    }
    if schedule.network.connections.dither:
        units["learn_crossbar"] = _crossbar(timing, timing.widths.left_activation)
    if timing.last:
        units["output_delta"] = _output_delta(timing)
    if timing.backpropagates:
        units["backprop"] = _backprop(schedule, junction, dsp="backprop" in dsp)
    if schedule.network.update.random_bits:
        units["noise"] = {"own": Logic(lut=GENERATOR_WIDTH, ff=GENERATOR_WIDTH)}
    return units


def _access(timing: JunctionTiming) -> Terms:
    """The parameter port's part of a junction."""
    stored, slots = timing.network.format.stored_width, timing.layout.finishing
    return {
        "slots": pipelined_multiplexer(slots, stored, timing.pipelining) + ONE * slots,
        "request": registers(stored + _bits(timing.shape.rows) + _bits(timing.shape.parallelism)),
        "read": Logic(lut=stored, ff=stored),
        "saturations": Logic(lut=COUNTER_WIDTH) if timing.training else Logic(),
    }


def _timeline(timing: JunctionTiming) -> Terms:
    clocks = timing.lead + timing.activated
    payload = _bits(timing.options.max_rate_exponent + 1) if timing.training else 0
    label = _bits(timing.shape.right) if timing.last else 0
    return {
        "starts": registers(clocks),
        "rate": registers((timing.lead + timing.operands) * payload),
        "label": registers(clocks * label),
        "flags": registers(clocks * (2 if timing.training else 1)),
    }


def _interleaver(timing: JunctionTiming) -> Terms:
    shape, layout = timing.shape, timing.network.connections
    word, z = _bits(shape.depth), shape.parallelism
    parts = len(lane_parts(z))
    sweep = ONE * (_bits(shape.depth) + _bits(shape.out_degree))
    if shape.depth == 1:
        return {"sweep": sweep}
    plan = timing.addresses.memory
    if KINDS[layout.kind].reads_rows:
        rom = memory(plan.depth, plan.width, rom=True, latency=plan.read_latency)
        return {"sweep": sweep, "rom": rom, "row": ONE * _bits(shape.rows)}
    if not plan.depth:
        return {"sweep": sweep, "words": Logic(lut=word, ff=word) * min(z, shape.depth)}
    seeds = memory(shape.out_degree, word * z, rom=True) if shape.out_degree > 1 else Logic()
    return {
        "sweep": sweep,
        "counters": sweep * parts,
        "seeds": seeds,
        "words": Logic(lut=1.5 * word, ff=word) * z,
    }


def _weights(timing: JunctionTiming) -> Terms:
    shape, plan, stored = timing.shape, timing.memories.weights, timing.network.format.stored_width
    z, row = shape.parallelism, _bits(shape.rows)
    distributed = plan.kind == "distributed"
    parts = lane_parts(z) if distributed else [range(z)]
    copies = timing.copies.lanes
    widths = [len(part) * stored for part in parts]
    per_part = pipelined_multiplexer(min(z, LANES_PER_COPY), stored, timing.pipelining)
    spare = 0 if timing.training else timing.weight_written - timing.operands - 1
    return {
        "memory": total(memory(shape.rows, width, latency=timing.row_read) for width in widths),
        "crossbar": registers(z * stored * timing.dither_levels),
        "counters": ONE * ((row + 2) * len(parts)),
        "addresses": registers((row + 1) * (timing.weight_written + len(parts))),
        "copies": registers(copies * (stored + _bits(z) + 1) + z),
        "accessed": per_part * copies + pipelined_multiplexer(copies, stored, timing.pipelining),
        "kept": registers(z * stored * spare),
        "replaced": Logic() if timing.training else Logic(lut=z * stored, ff=z * stored),
    }


def _left(schedule: Schedule, junction: int) -> Terms:
    timing = schedule.timing[junction - 1]
    banks = schedule.activation_queue(junction - 1).banks(schedule.period)
    depth, _ = banked_layout(banks, timing.shape.depth)
    reads = 2 if schedule.training else 1
    z = timing.shape.parallelism
    counters = _bits(banks) * (reads + 1) * timing.copies.lanes
    return {
        "memory": memory(depth, timing.widths.left_activation, reads=reads, latency=timing.row_read)
        * z,
        "counters": ONE * counters,
        "enables": Logic(lut=z),
    }


def _feedforward(timing: JunctionTiming, *, dsp: bool) -> Terms:
    fmt, layout, pipelining = timing.network.format, timing.layout, timing.pipelining
    z, slots = timing.shape.parallelism, layout.finishing
    product = fmt.width + timing.widths.left_activation
    group = product + _bits(layout.group)
    full = product + _bits(timing.shape.in_degree)
    terms = {
        "multipliers": multiplier(
            fmt.width,
            timing.widths.left_activation,
            latency=timing.multiply,
            dsp=dsp,
            pipelining=pipelining,
        )
        * z,
        "groups": adder_tree(layout.group, product, pipelining.adders) * layout.groups,
        "slots": Logic(),
        "carry": Logic(),
        "biased": adder(full + 1) * slots,
        "linear": Logic(lut=fmt.width, ff=fmt.width) * slots,
        "saturations": _counter(slots),
        "timeline": registers(timing.linear - timing.operands),
        "scan": ONE * _bits(timing.shape.rows),
    }
    if layout.moving:
        inputs = adder_tree(layout.slot_inputs, group, pipelining.adders)
        gates = Logic(lut=group) * sum(len(layout.group_slots(k)) for k in range(layout.groups))
        late = timing.slot_sums - timing.group_sums
        terms["slots"] = (inputs + registers(group * max(late - 1, 0))) * layout.slots + gates
    if layout.accumulates:
        terms["carry"] = adder(full) * 2 + registers(full * (layout.slots - 1))
    if not timing.network.activation_of(timing.junction).tabulated:
        bits = timing.widths.right_activation
        terms["activation"] = Logic(lut=bits + 4, ff=bits + 1) * slots
    else:
        bits = timing.widths.right_activation
        if timing.training and not timing.last:
            bits += timing.widths.derivative
        terms["activation"] = memory(
            1 << fmt.width, bits, reads=slots, rom=True, latency=timing.activated - timing.linear
        )
    return terms


def _update(timing: JunctionTiming, *, dsp: bool) -> Terms:
    fmt, z = timing.network.format, timing.shape.parallelism
    stored, random_bits = fmt.stored_width, timing.network.update.random_bits
    drop = fmt.fraction - fmt.extra_bits - fmt.activation_shift
    product = timing.widths.delta + timing.widths.left_activation + max(-drop, 0)
    step = max(product - max(drop, 0), 1)
    kept = 1 + random_bits
    after = timing.multiply + timing.shift_levels + timing.noise_levels
    return {
        "multipliers": multiplier(
            timing.widths.delta,
            timing.widths.left_activation,
            latency=timing.multiply,
            dsp=dsp,
            pipelining=timing.pipelining,
        )
        * z,
        "shifts": pipelined_multiplexer(
            timing.options.max_rate_exponent + 1, step + kept, timing.pipelining
        )
        * z,
        "noise": (adder(kept) + registers(step)) * z if random_bits else Logic(),
        "delays": registers(stored * after) * z,
        "differences": adder(max(stored, step) + 1) * z,
        "saturated": Logic(lut=stored, ff=stored) * z,
        "saturations": _counter(z),
        "exponents": registers(timing.copies.lanes * _bits(timing.options.max_rate_exponent + 1)),
    }


def _backprop(schedule: Schedule, junction: int, *, dsp: bool) -> Terms:
    timing = schedule.timing[junction - 1]
    z, word = timing.shape.parallelism, _bits(timing.shape.depth)
    banks = schedule.error_queue(junction - 1).banks(schedule.period)
    depth, _ = banked_layout(banks, timing.shape.depth)
    error = timing.widths.left_error
    added = timing.products + timing.dither_levels
    fetch = schedule.timing[junction - 2].memories.fetched.read_latency
    product = timing.network.format.width + timing.widths.delta
    return {
        "multipliers": multiplier(
            timing.network.format.width,
            timing.widths.delta,
            latency=timing.multiply,
            dsp=dsp,
            pipelining=timing.pipelining,
        )
        * z,
        "crossbar": _crossbar(timing, product).get("lanes", Logic()),
        "words": registers(word * (added + 1)) * z,
        "same": Logic(lut=3 * ((word + 2) // 3), ff=4) * z,
        "sums": adder(error) * z,
        "bases": Logic(lut=error, ff=error) * z + registers(error * z),
        "gates": Logic(lut=error) * z,
        "memory": memory(depth, error, reads=2) * z + registers(error * (fetch - 1) * z),
        "counters": ONE * (3 * _bits(banks) * len(lane_parts(z))),
        "scans": ONE
        * ((_bits(timing.shape.rows) + _bits(timing.shape.depth)) * timing.copies.lanes),
    }


def _crossbar(timing: JunctionTiming, width: int) -> Terms:
    if not timing.dither_levels:
        return {}
    mux = pipelined_multiplexer(timing.shape.out_degree, width, timing.pipelining)
    select = registers(timing.row_read * _bits(timing.shape.out_degree))
    return {"lanes": mux * timing.shape.parallelism, "select": select}


def _bias(timing: JunctionTiming) -> Terms:
    fmt, slots, plan = timing.network.format, timing.layout.finishing, timing.memories.biases
    stored, word = fmt.stored_width, _bits(plan.depth)
    terms = {
        "memory": memory(plan.depth, plan.width, latency=plan.read_latency),
        "scan": ONE * (word + 2 + _bits(timing.shape.rows)),
        "words": registers((word + 1) * (plan.read_latency + 2)),
        "timeline": registers(timing.totals),
        "updated": Logic(lut=stored, ff=stored) * slots,
    }
    if timing.training:
        arrive = timing.totals + 1
        shift_at = arrive - timing.shift_levels - timing.noise_levels
        wait = max(shift_at - timing.operands - 1, 0)
        step = timing.widths.delta + fmt.extra_bits
        rate = _bits(timing.options.max_rate_exponent + 1)
        terms |= {
            "delays": registers(timing.widths.delta * wait) * slots,
            "shifts": pipelined_multiplexer(
                timing.options.max_rate_exponent + 1, step + 1, timing.pipelining
            )
            * slots,
            "rate": registers(rate * (shift_at + 1)),
            "differences": adder(stored + 1) * slots,
            "saturations": _counter(slots),
        }
    return terms


def _delta(timing: JunctionTiming) -> Terms:
    layout, pipelining, width = timing.layout, timing.pipelining, timing.widths.delta
    slots = layout.finishing
    terms = {
        "lanes": Logic(lut=width * layout.groups, ff=width * timing.copies.all_deltas),
        "finishing": Logic(lut=width * slots, ff=width * slots),
        "touched": (
            Logic(lut=width, ff=width) * (layout.slots + 1) if layout.accumulates else Logic()
        ),
        "scan": ONE * (3 * _bits(timing.shape.rows)),
        "timeline": registers(timing.fetch),
    }
    if timing.last:
        return terms
    banks = timing.network.junctions[timing.junction].parallelism
    error, levels = timing.widths.error, timing.fetch_window
    derivative = timing.widths.derivative
    terms |= _window(timing, banks, error, levels)
    wait = levels - timing.queue_window
    if timing.network.activation_of(timing.junction).gates:
        slopes = Logic(lut=error, ff=error)
        scaled = error
    else:
        slopes = multiplier(
            error,
            derivative,
            latency=timing.derivative_multiply,
            dsp=False,
            pipelining=pipelining,
        )
        scaled = error + derivative
    terms |= {
        "waits": registers(derivative * wait) * slots,
        "slopes": slopes * slots,
        "rounded": adder(scaled) * slots,
        "deltas": Logic(lut=width, ff=width) * slots,
        "saturations": _counter(slots),
    }
    return terms


def _window(timing: JunctionTiming, banks: int, width: int, levels: int) -> dict[str, Logic]:
    """A Window: the addresses of all banks, and a multiplexer for each slot."""
    layout = timing.layout
    aligned = _aligned(timing, banks)
    inputs = banks // layout.finishing if aligned else banks
    word = _bits(-(-timing.shape.right // banks))
    select = _bits(inputs)
    return {
        "window": pipelined_multiplexer(inputs, width, timing.pipelining) * layout.finishing,
        "selects": registers(select * (levels + 1)) * layout.finishing,
        "addresses": Logic() if aligned else Logic(lut=word) * banks,
        "places": ONE * (select + word + 4),
    }


def _aligned(timing: JunctionTiming, banks: int) -> bool:
    return timing.layout.bank_unit(banks) == timing.layout.finishing


def _router(timing: JunctionTiming, banks: int, width: int) -> Terms:
    layout = timing.layout
    slots = layout.finishing
    word = _bits(-(-timing.shape.right // banks))
    aligned = _aligned(timing, banks)
    terms = {
        "slots": registers(slots * width),
        "hits": ONE * (2 * banks),
        "words": registers(word * (1 + len(lane_parts(banks)))),
        "places": ONE * (_bits(banks) + word + 6),
        "unaligned": Logic(),
    }
    if not aligned:
        each = Logic(lut=width * ((slots + 2) // 3) + word + slots, ff=width + 2 * word + slots)
        terms["unaligned"] = each * banks
    return terms


def _queue(schedule: Schedule, junction: int) -> Terms:
    timing = schedule.timing[junction - 1]
    banks = timing.layout.finishing
    width = timing.widths.delta if timing.last else timing.widths.derivative
    samples = schedule.derivative_queue(junction).banks(schedule.period)
    depth, _ = banked_layout(samples, -(-timing.shape.right // banks))
    latency = timing.memories.fetched.read_latency
    terms = {f"router_{name}": cost for name, cost in _router(timing, banks, width).items()}
    terms |= _window(timing, banks, width, timing.queue_window)
    terms["memory"] = memory(depth, width, latency=latency) * banks
    terms["banks"] = ONE * (2 * _bits(samples) + 4)
    return terms


def _predictor(timing: JunctionTiming) -> Terms:
    slots = timing.layout.finishing
    candidate = timing.widths.right_activation + _bits(timing.shape.right) + 1
    compare = timing.widths.right_activation // 2 + candidate
    return {
        "rounds": Logic(lut=compare, ff=candidate) * (slots - 1),
        "best": Logic(lut=compare, ff=candidate),
        "label": registers(_bits(timing.shape.right) * 4),
        "own": ONE * (_bits(timing.shape.rows) + 6),
        "present": ONE * slots,
    }


def _output_delta(timing: JunctionTiming) -> Terms:
    slots = timing.layout.finishing
    return {
        "deltas": Logic(
            lut=timing.widths.delta + _bits(timing.shape.right) // 2, ff=timing.widths.delta
        )
        * slots,
        "label": registers(_bits(timing.shape.right) * 3),
        "own": ONE * (_bits(timing.shape.rows) + 6),
    }


def _counter(flags: int) -> Logic:
    """A saturation counter of so many flags."""
    return (
        registers(flags)
        + adder_tree(flags, 1)
        + Logic(lut=2 * COUNTER_WIDTH, ff=COUNTER_WIDTH)
        + Logic(lut=2 * flags)
    )


def _bits(values: int) -> int:
    """Bits of a number below `values`, at least one."""
    return max((values - 1).bit_length(), 1)
