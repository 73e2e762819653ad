"""The compiled steps of the golden model: sections 2 and 3 of the specification, in Numba.

Numba compiles them anew for each combination of dtypes; `compiled.py` chooses these so that every
sum is exact. Numba's operators make 64 bits of any two integers, and wide lanes cost time: so the
loops over edges use NumPy's functions, which stay in the sums' dtype, where every result fits. Each
of these loops does one thing to arrays it gets as arguments, or LLVM would not vectorise it.

Everything compiled is in this module, as Numba's cache on disk notices changes of no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from software_ref.golden.plan import (
    Chunk,
    Indices,
    Integers,
    Limits,
    Plan,
    Raws,
    Rounding,
    State,
    Sums,
)

__all__ = ["infer", "run_steps"]

SKIP_FROM = 2
"""With fewer than one in so many activations other than 0, edges get theirs by these alone."""

Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")


def _compiled(function: Callable[Arguments, Returned]) -> Callable[Arguments, Returned]:
    """Compile at the first call, and keep the machine code on disk where there is a place.

    Nothing here makes or keeps an array, so none needs its references counted, which would take a
    third of the time; Numba's option for it is not public.
    """
    uncounted, cached = {"_nrt": False}, {"cache": True}
    for options in (uncounted | cached, uncounted, cached):
        try:
            return _njit(function, options)
        except (KeyError, RuntimeError):  # no such option, or no folder for a cache
            continue
    return _njit(function, {})


def _njit(
    function: Callable[Arguments, Returned], options: dict[str, bool]
) -> Callable[Arguments, Returned]:
    # What Python itself never calls needs no wrapper for it, a quarter of the time of compiling.
    options = options | {
        "no_cpython_wrapper": function.__name__.startswith("_"),
        "no_cfunc_wrapper": True,
    }
    compiled: Callable[Arguments, Returned] = njit(nogil=True, boundscheck=False, **options)(
        function
    )
    return compiled


@_compiled
def _half(bits: int) -> int:
    """What rnd adds before its shift."""
    return 1 << (bits - 1) if bits > 0 else 0


@_compiled
def _copy(values: Raws, out: Raws) -> None:
    for n in range(out.size):
        out[n] = values[n]


@_compiled
def _gather(values: Raws, indices: Indices, out: Raws) -> None:
    for e in range(indices.size):
        out[e] = values[indices[e]]


@_compiled
def _scatter(values: Raws, active: Indices, leaving: Indices, out: Raws) -> None:
    """The same where only the active values are not 0, by the entries that each one goes to."""
    degree = leaving.size // values.size
    for e in range(out.size):
        out[e] = 0
    for number in range(active.size):
        n = int(active[number])
        for e in range(n * degree, (n + 1) * degree):
            out[leaving[e]] = values[n]


@_compiled
def _sum_rows(weights: Raws, activations: Raws, sums: Sums) -> None:
    """The sum of w a of each right neuron; all rows may share one row of activations."""
    integer = sums.dtype.type
    for r in range(sums.size):
        own = r if activations.shape[0] > 1 else 0
        total = integer(0)
        for e in range(weights.shape[1]):
            product = np.multiply(integer(weights[r, e]), integer(activations[own, e]))
            total = np.add(total, product)
        sums[r] = total


@_compiled
def _find_active(activations: Raws, active: Indices) -> int:
    """List the neurons whose activation is not 0; how many they are."""
    count = 0
    for n in range(activations.size):
        active[count] = n  # to be overwritten, unless it counts: without a branch
        count += activations[n] != 0
    return count


@_compiled
def _sum_columns(weights: Raws, left: Indices | None, deltas: Raws, sums: Sums) -> None:
    """The sum of w delta of each left neuron; a dense junction has no `left`."""
    integer = sums.dtype.type
    for n in range(sums.size):
        sums[n] = 0
    for r in range(deltas.size):
        d = integer(deltas[r])
        if d == 0:
            continue
        for e in range(weights.shape[1]):
            n = e if left is None else left[r, e]
            sums[n] = np.add(sums[n], np.multiply(integer(weights[r, e]), d))


@_compiled
def _update_rows(
    weights: Raws,
    activations: Raws,
    present: Raws | None,
    deltas: Raws,
    rounding: Rounding,
    limits: Limits,
    headrooms: Integers,
    sums: Sums,
) -> int:
    """w <- sat(w - rnd(a delta, shift)), with arithmetic as of `sums`; how many saturated.

    All rows may share one row of activations, and have entries that are no edges if `present` is
    given.
    """
    integer = sums.dtype.type
    half, shift = integer(_half(rounding.shift)), integer(rounding.shift)
    lowest, highest = integer(limits.lowest), integer(limits.highest)
    saturated = 0
    for r in range(deltas.size):
        d = integer(deltas[r])
        most = (abs(int(d)) * rounding.largest + int(half)) >> rounding.shift
        if most == 0:
            continue  # every change rounds to 0
        own = r if activations.shape[0] > 1 else 0
        if headrooms[r] < most:
            headrooms[r] = _headroom(weights[r], limits)
        within = headrooms[r] >= most
        headrooms[r] = headrooms[r] - most if within else 0
        count = integer(0)
        if within:  # two loops, as counting takes longer than all the rest
            for e in range(weights.shape[1]):
                product = np.multiply(integer(activations[own, e]), d)
                change = np.right_shift(np.add(product, half), shift)
                if present is not None:
                    change = np.bitwise_and(change, integer(present[r, e]))
                weights[r, e] = np.subtract(integer(weights[r, e]), change)
        else:
            for e in range(weights.shape[1]):
                product = np.multiply(integer(activations[own, e]), d)
                change = np.right_shift(np.add(product, half), shift)
                if present is not None:
                    change = np.bitwise_and(change, integer(present[r, e]))
                exact = np.subtract(integer(weights[r, e]), change)
                stored = min(max(exact, lowest), highest)
                count = np.add(count, integer(stored != exact))
                weights[r, e] = stored
        saturated += int(count)
    return saturated


@_compiled
def _headroom(weights: Raws, limits: Limits) -> int:
    """The largest change that takes none of a row's weights out of the format."""
    lowest = highest = weights[0]
    for e in range(weights.size):
        lowest = min(lowest, weights[e])
        highest = max(highest, weights[e])
    return min(int(lowest) - limits.lowest, limits.highest - int(highest))


@_compiled
def _update_stored_rows(
    plan: Plan, state: State, i: int, inputs: Raws, deltas: Raws, shift: int
) -> int:
    """The same for weights with extra bits or rounding with random ones."""
    first, z, highest = plan.entries[i], plan.parallelism[i], plan.largest[i]
    width = (plan.entries[i + 1] - first) // deltas.size
    left = plan.left[plan.edges[i] : plan.edges[i + 1]]
    quiet = _half(shift - plan.random)
    saturated = 0
    for r in range(deltas.size):
        d = int(deltas[r])
        if -quiet <= d * highest < quiet:
            continue  # every change is rounded to 0, whatever the random bits are
        row, lane = r * width // z, r * width % z  # counted on, as divisions are slow
        part = _half(shift)
        for e in range(width):
            place = r * width + e
            entry = first + place
            n = int(left[place]) if not plan.dense[i] else e
            a = int(inputs[n])
            if a != 0 and plan.random > 0:
                part = _random_part(plan, state.noise[row], lane, shift)
            lane += 1
            if lane == z:
                row, lane = row + 1, 0
            if a == 0 or plan.present[entry] == 0:
                continue
            change = (a * d + part) >> shift
            exact = int(state.stored_weights[entry]) - change
            stored = min(max(exact, plan.stored.lowest), plan.stored.highest)
            saturated += stored != exact
            state.stored_weights[entry] = stored
            state.weights[entry] = stored >> plan.extra
    return saturated


@_compiled
def _update_biases(biases: Raws, deltas: Raws, extra: int, shift: int, limits: Limits) -> int:
    """b <- sat(b - rnd(delta 2**E, shift)); how many saturated."""
    half = _half(shift)
    saturated = 0
    for r in range(deltas.size):
        exact = int(biases[r]) - (((int(deltas[r]) << extra) + half) >> shift)
        stored = min(max(exact, limits.lowest), limits.highest)
        saturated += stored != exact
        biases[r] = stored
    return saturated


@_compiled
def _update_biases_randomly(plan: Plan, state: State, i: int, deltas: Raws, shift: int) -> int:
    """The same, rounding with random bits."""
    first = plan.neurons[i + 1]
    saturated = 0
    for r in range(deltas.size):
        n = first + r
        part = _random_part(plan, state.noise[plan.bias_rows[n]], plan.bias_slots[n], shift)
        exact = int(state.stored_biases[n]) - (((int(deltas[r]) << plan.extra) + part) >> shift)
        stored = min(max(exact, plan.stored.lowest), plan.stored.highest)
        saturated += stored != exact
        state.stored_biases[n] = stored
    return saturated


@_compiled
def _cut(values: Raws, bits: int, out: Raws) -> None:
    for n in range(values.size):
        out[n] = values[n] >> bits


@_compiled
def _random_part(plan: Plan, generator: int, lane: int, shift: int) -> int:
    """What rounding by `shift` adds in a lane: floor((2 r + 1) 2**(shift - R - 1))."""
    rotation = 5 * lane & 31
    rotated = (generator << rotation | generator >> (32 - rotation)) & 0xFFFFFFFF
    centred = 2 * (rotated >> (32 - plan.random)) + 1
    places = shift - plan.random - 1
    return centred << places if places >= 0 else centred >> -places


@_compiled
def _draw_noise(plan: Plan, state: State, i: int) -> None:
    """The generator's states of an update's rows."""
    generator = state.generators[i]
    for row in range(plan.rows[i]):
        state.noise[row] = generator
        generator ^= generator << 13 & 0xFFFFFFFF
        generator ^= generator >> 17
        generator ^= generator << 5 & 0xFFFFFFFF
    state.generators[i] = generator


@_compiled
def _preactivate(sums: Sums, biases: Raws, limits: Limits, fraction: int, out: Raws) -> int:
    """s = sat(rnd(sum + b 2**f, f)) of each right neuron; how many saturated."""
    half = _half(fraction)
    saturated = 0
    for r in range(sums.size):
        exact = (int(sums[r]) + (int(biases[r]) << fraction) + half) >> fraction
        s = min(max(exact, limits.lowest), limits.highest)
        saturated += s != exact
        out[r] = s
    return saturated


@_compiled
def _look_up(table: Raws, lowest: int, s: Raws, out: Raws) -> None:
    for r in range(s.size):
        out[r] = table[np.uint64(s[r] - lowest)]


@_compiled
def _rectify(s: Raws, cap: int, kept: int, one: int, activations: Raws, derivatives: Raws) -> None:
    for r in range(s.size):
        activations[r] = min(max(s[r], 0), cap) & kept
        derivatives[r] = one if 0 < s[r] <= cap else 0


@_compiled
def _hidden_deltas(
    sums: Sums, derivatives: Raws, limits: Limits, fraction: int, deltas: Raws
) -> int:
    """delta = sat(rnd(sum h', 2 f)) of each left neuron; how many saturated."""
    shift, half = 2 * fraction, _half(2 * fraction)
    saturated = 0
    for n in range(deltas.size):
        exact = (int(sums[n]) * int(derivatives[n]) + half) >> shift
        delta = min(max(exact, limits.lowest), limits.highest)
        saturated += delta != exact
        deltas[n] = delta
    return saturated


@_compiled
def _shape(plan: Plan, i: int) -> tuple[int, int]:
    """Right neurons of junction i, and entries of each."""
    return plan.right[i], (plan.entries[i + 1] - plan.entries[i]) // plan.right[i]


@_compiled
def _feedforward(plan: Plan, state: State, i: int, slot: int) -> None:
    """FF of the sample in a slot through junction i, here and below from 0."""
    left = slice(plan.neurons[i], plan.neurons[i + 1])
    right = slice(plan.neurons[i + 1], plan.neurons[i + 2])
    sums, s = state.sums[: plan.right[i]], state.preactivations[: plan.right[i]]
    inputs = state.activations[slot, left]
    entries, shape = slice(plan.entries[i], plan.entries[i + 1]), _shape(plan, i)
    weights = state.weights[entries].reshape(shape)
    if plan.dense[i]:
        _sum_rows(weights, inputs.reshape((1, inputs.size)), sums)
    else:
        edges = slice(plan.edges[i], plan.edges[i + 1])
        gathered = state.gathered[slot, edges]
        count = inputs.size
        if i == 0 or plan.often_zero:
            count = _find_active(inputs, state.active)
        if count * SKIP_FROM < inputs.size:
            _scatter(inputs, state.active[:count], plan.leaving[edges], gathered)
        else:
            _gather(inputs, plan.left[edges], gathered)
        _sum_rows(weights, gathered.reshape(shape), sums)
    state.saturated[0, i] += _preactivate(sums, state.biases[right], plan.limits, plan.fraction, s)
    activations, derivatives = state.activations[slot, right], state.derivatives[slot, right]
    hidden = i + 1 < plan.right.size
    if not hidden:  # the output delta needs no derivative
        _look_up(plan.output, plan.limits.lowest, s, activations)
    elif plan.clips:
        _rectify(s, plan.cap, plan.kept, 1 << plan.fraction, activations, derivatives)
    else:
        _look_up(plan.hidden, plan.limits.lowest, s, activations)
        _look_up(plan.derivative, plan.limits.lowest, s, derivatives)


@_compiled
def _backpropagate(plan: Plan, state: State, i: int, slot: int) -> None:
    """BP of the sample in a slot through junction i: the deltas of its left neurons."""
    left = slice(plan.neurons[i], plan.neurons[i + 1])
    right = slice(plan.neurons[i + 1], plan.neurons[i + 2])
    sums, deltas = state.sums[: left.stop - left.start], state.deltas[slot, right]
    entries, shape = slice(plan.entries[i], plan.entries[i + 1]), _shape(plan, i)
    weights = state.weights[entries].reshape(shape)
    if plan.dense[i]:
        _sum_columns(weights, None, deltas, sums)
    else:
        neurons = plan.left[plan.edges[i] : plan.edges[i + 1]].reshape(shape)
        _sum_columns(weights, neurons, deltas, sums)
    state.saturated[1, i - 1] += _hidden_deltas(
        sums, state.derivatives[slot, left], plan.limits, plan.fraction, state.deltas[slot, left]
    )


@_compiled
def _update(plan: Plan, state: State, i: int, slot: int) -> None:
    """UP of junction i with the sample in a slot."""
    right = slice(plan.neurons[i + 1], plan.neurons[i + 2])
    deltas, headrooms = state.deltas[slot, right], state.headrooms[right]
    exponent = state.exponents[slot]
    shift = min(plan.fraction - plan.extra + exponent, plan.weight_shifts[i])
    bias_shift = min(exponent, plan.bias_shift)
    rounding = Rounding(shift, plan.largest[i])
    if plan.random > 0:
        _draw_noise(plan, state, i)
    inputs = state.activations[slot, plan.neurons[i] : plan.neurons[i + 1]]
    entries, shape = slice(plan.entries[i], plan.entries[i + 1]), _shape(plan, i)
    weights, sums, limits = state.weights[entries].reshape(shape), state.sums, plan.limits
    if plan.extra > 0 or plan.random > 0:
        saturated = _update_stored_rows(plan, state, i, inputs, deltas, shift)
    elif plan.dense[i]:
        row, present = inputs.reshape((1, inputs.size)), plan.present[entries].reshape(shape)
        saturated = _update_rows(weights, row, present, deltas, rounding, limits, headrooms, sums)
    else:
        rows = state.gathered[slot, plan.edges[i] : plan.edges[i + 1]].reshape(shape)
        saturated = _update_rows(weights, rows, None, deltas, rounding, limits, headrooms, sums)
    if plan.random > 0:
        saturated += _update_biases_randomly(plan, state, i, deltas, bias_shift)
    else:
        biases = state.stored_biases[right]
        saturated += _update_biases(biases, deltas, plan.extra, bias_shift, plan.stored)
    if plan.extra > 0:
        _cut(state.stored_biases[right], plan.extra, state.biases[right])
    state.saturated[2, i] += saturated


@_compiled
def _predict(outputs: Raws) -> int:
    """The lowest index among the largest outputs."""
    best = 0
    for r in range(1, outputs.size):
        if outputs[r] > outputs[best]:
            best = r
    return best


@_compiled
def run_steps(
    plan: Plan,
    state: State,
    first: int,
    chunk: Chunk,
    predictions: Integers,
    matches: NDArray[np.bool_],
) -> int:
    """Run a step for each entry of `predictions`; a sample enters in each of the first n.

    Parameters
    ----------
    plan, state
    first : int
        Steps run before, so the number of the first sample.
    chunk
        The n samples.
    predictions, matches
        Filled from the left with the class predicted for each sample whose last FF is run, and
        whether that is its label: (steps,) each.

    Returns
    -------
    int
        Entries filled.
    """
    junctions, slots, inputs = plan.right.size, state.exists.size, plan.neurons[1]
    found = 0
    for entering in range(predictions.size):
        step = first + entering
        slot = step % slots
        exists = entering < chunk.labels.size
        state.exists[slot] = exists
        state.train[slot] = exists and chunk.train[entering]
        if exists:
            state.labels[slot] = chunk.labels[entering]
            state.exponents[slot] = chunk.exponents[entering]
            _copy(chunk.features[entering], state.activations[slot, :inputs])
        for i in range(junctions):
            slot = (step - i) % slots
            if state.exists[slot]:
                _feedforward(plan, state, i, slot)
        slot = (step - junctions + 1) % slots
        if state.exists[slot]:
            label, start = state.labels[slot], plan.neurons[junctions]
            outputs, deltas = state.activations[slot, start:], state.deltas[slot, start:]
            predictions[found] = _predict(outputs[: plan.competing])
            matches[found] = predictions[found] == label
            found += 1
            _copy(outputs, deltas)
            deltas[label] -= 1 << plan.fraction
        for i in range(junctions - 1, -1, -1):
            slot = (step - i - plan.lags[i]) % slots
            if state.train[slot]:
                if i > 0:
                    _backpropagate(plan, state, i, slot)
                _update(plan, state, i, slot)
    return found


@_compiled
def infer(plan: Plan, state: State, features: Raws, predictions: Integers) -> None:
    """Predict the classes of samples with the weights as they are; `state` has a single slot."""
    inputs, start = plan.neurons[1], plan.neurons[plan.right.size]
    slot = state.exists.size - 1  # 0, but for a literal Numba would compile all of FF once more
    for n in range(predictions.size):
        _copy(features[n], state.activations[slot, :inputs])
        for i in range(plan.right.size):
            _feedforward(plan, state, i, slot)
        predictions[n] = _predict(state.activations[slot, start : start + plan.competing])
