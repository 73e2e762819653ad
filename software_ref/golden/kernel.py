"""The compiled steps of the golden model: sections 2 and 3 of the specification, in Numba.

Numba compiles them anew for each combination of dtypes; `compiled.py` chooses these so that every
sum is exact. What Numba computes from two integers has 64 bits, and wide lanes cost time: so the
loops over edges cast each result back to the sums' dtype, in which it fits, and LLVM computes it
there. Each of these loops does one thing to arrays it gets as arguments, or LLVM would not
vectorise it.

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
"""With fewer than one in so many activations other than 0, FF goes by these alone."""

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
def _sum_rows(
    weights: Raws, activations: Raws, left: Indices | None, gathered: Raws, sums: Sums
) -> None:
    """The sum of w a of each right neuron, row by row; a dense junction has no `left`."""
    integer = sums.dtype.type
    width = weights.size // sums.size
    a = activations
    for r in range(sums.size):
        row = slice(r * width, (r + 1) * width)
        w = weights[row]
        if left is not None:
            a = gathered[:width]
            _gather(activations, left[row], a)
        total = integer(0)
        for e in range(width):
            total = integer(total + integer(integer(w[e]) * integer(a[e])))
        sums[r] = total


@_compiled
def _sum_few(
    weights: Raws,
    activations: Raws,
    active: Indices,
    leaving: Indices,
    rights: Indices,
    sums: Sums,
) -> None:
    """The same for a sparse junction, over the edges that leave the active left neurons."""
    integer = sums.dtype.type
    degree = leaving.size // activations.size
    for r in range(sums.size):
        sums[r] = 0
    for number in range(active.size):
        n = int(active[number])
        a = integer(activations[n])
        for e in range(n * degree, (n + 1) * degree):
            r = rights[e]
            sums[r] = integer(sums[r] + integer(integer(weights[leaving[e]]) * a))


@_compiled
def _find_active(activations: Raws, active: Indices) -> int:
    """List the neurons whose activation is not 0; how many they are."""
    count = 0
    for n in range(activations.size):
        active[count] = n  # to be overwritten, unless it counts: without a branch
        count += activations[n] != 0
    return count


@_compiled
def _sum_columns(weights: Raws, left: Indices, deltas: Raws, sums: Sums) -> None:
    """The sum of w delta of each left neuron, of a sparse junction."""
    integer = sums.dtype.type
    width = weights.size // deltas.size
    for n in range(sums.size):
        sums[n] = 0
    for r in range(deltas.size):
        d = integer(deltas[r])
        if d == 0:
            continue
        row = slice(r * width, (r + 1) * width)
        w, neurons = weights[row], left[row]
        for e in range(width):
            n = neurons[e]
            sums[n] = integer(sums[n] + integer(integer(w[e]) * d))


@_compiled
def _sum_columns_dense(weights: Raws, deltas: Raws, sums: Sums) -> None:
    """The sum of w delta of each left neuron, of a dense junction."""
    integer = sums.dtype.type
    width = sums.size
    for n in range(width):
        sums[n] = 0
    for r in range(deltas.size):
        d = integer(deltas[r])
        if d == 0:
            continue
        w = weights[r * width : (r + 1) * width]
        for n in range(width):
            sums[n] = integer(sums[n] + integer(integer(w[n]) * d))


@_compiled
def _update_rows(
    weights: Raws,
    activations: Raws,
    left: Indices | None,
    present: Raws | None,
    deltas: Raws,
    rounding: Rounding,
    limits: Limits,
    gathered: Raws,
    sums: Sums,
) -> int:
    """w <- sat(w - rnd(a delta, shift)), with arithmetic as of `sums`; how many saturated.

    A dense junction has no `left`, but `present`; a sparse one the reverse.
    """
    integer = sums.dtype.type
    half, shift = integer(_half(rounding.shift)), integer(rounding.shift)
    lowest, highest = integer(limits.lowest), integer(limits.highest)
    width = weights.size // deltas.size
    a = activations
    saturated = 0
    for r in range(deltas.size):
        d = integer(deltas[r])
        if -half <= int(d) * rounding.largest < half:
            continue  # every change rounds to 0
        row = slice(r * width, (r + 1) * width)
        w = weights[row]
        if left is not None:
            a = gathered[:width]
            _gather(activations, left[row], a)
        count = integer(0)
        if present is None:
            for e in range(width):
                change = np.right_shift(integer(integer(integer(a[e]) * d) + half), shift)
                exact = integer(integer(w[e]) - change)
                stored = min(max(exact, lowest), highest)
                count = integer(count + integer(stored != exact))
                w[e] = stored
        else:
            edge = present[row]
            for e in range(width):
                change = np.right_shift(integer(integer(integer(a[e]) * d) + half), shift)
                exact = integer(integer(w[e]) - integer(change & integer(edge[e])))
                stored = min(max(exact, lowest), highest)
                count = integer(count + integer(stored != exact))
                w[e] = stored
        saturated += int(count)
    return saturated


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
def _update_biases(plan: Plan, state: State, i: int, deltas: Raws, shift: int) -> int:
    """b <- sat(b - rnd(delta 2**E, shift)); how many saturated."""
    first, part = plan.neurons[i + 1], _half(shift)
    saturated = 0
    for r in range(deltas.size):
        n = first + r
        if plan.random > 0:
            part = _random_part(plan, state.noise[plan.bias_rows[n]], plan.bias_slots[n], shift)
        change = ((int(deltas[r]) << plan.extra) + part) >> shift
        exact = int(state.stored_biases[n]) - change
        stored = min(max(exact, plan.stored.lowest), plan.stored.highest)
        saturated += stored != exact
        state.stored_biases[n] = stored
        state.biases[n] = stored >> plan.extra
    return saturated


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
def _feedforward(plan: Plan, state: State, i: int, slot: int) -> None:
    """FF of the sample in a slot through junction i, here and below from 0."""
    entries = slice(plan.entries[i], plan.entries[i + 1])
    left = slice(plan.neurons[i], plan.neurons[i + 1])
    right = slice(plan.neurons[i + 1], plan.neurons[i + 2])
    sums, s = state.sums[: plan.right[i]], state.preactivations[: plan.right[i]]
    inputs, weights = state.activations[slot, left], state.weights[entries]
    edges = slice(plan.edges[i], plan.edges[i + 1])
    if plan.dense[i]:
        _sum_rows(weights, inputs, None, state.gathered, sums)
    else:
        count = inputs.size
        if i == 0 or plan.relu:  # a sigmoid is hardly ever 0
            count = _find_active(inputs, state.active)
        if count * SKIP_FROM < inputs.size:
            active, leaving, rights = state.active[:count], plan.leaving[edges], plan.rights[edges]
            _sum_few(weights, inputs, active, leaving, rights, sums)
        else:
            _sum_rows(weights, inputs, plan.left[edges], state.gathered, sums)
    state.saturated[0, i] += _preactivate(sums, state.biases[right], plan.limits, plan.fraction, s)
    activations, derivatives = state.activations[slot, right], state.derivatives[slot, right]
    hidden = i + 1 < plan.right.size
    if plan.relu and hidden:
        _rectify(s, plan.cap, plan.kept, 1 << plan.fraction, activations, derivatives)
    else:
        table = plan.hidden_sigmoid if hidden else plan.sigmoid
        _look_up(table, plan.limits.lowest, s, activations)
        _look_up(plan.derivative, plan.limits.lowest, s, derivatives)


@_compiled
def _backpropagate(plan: Plan, state: State, i: int, slot: int) -> None:
    """BP of the sample in a slot through junction i: the deltas of its left neurons."""
    entries = slice(plan.entries[i], plan.entries[i + 1])
    left = slice(plan.neurons[i], plan.neurons[i + 1])
    right = slice(plan.neurons[i + 1], plan.neurons[i + 2])
    sums, deltas = state.sums[: left.stop - left.start], state.deltas[slot, right]
    if plan.dense[i]:
        _sum_columns_dense(state.weights[entries], deltas, sums)
    else:
        edges = slice(plan.edges[i], plan.edges[i + 1])
        _sum_columns(state.weights[entries], plan.left[edges], deltas, sums)
    state.saturated[1, i - 1] += _hidden_deltas(
        sums, state.derivatives[slot, left], plan.limits, plan.fraction, state.deltas[slot, left]
    )


@_compiled
def _update(plan: Plan, state: State, i: int, slot: int) -> None:
    """UP of junction i with the sample in a slot."""
    entries = slice(plan.entries[i], plan.entries[i + 1])
    right = slice(plan.neurons[i + 1], plan.neurons[i + 2])
    weights, deltas, limits = state.weights[entries], state.deltas[slot, right], plan.limits
    exponent = state.exponents[slot]
    shift = min(plan.fraction - plan.extra + exponent, plan.weight_shifts[i])
    rounding = Rounding(shift, plan.largest[i])
    if plan.random > 0:
        _draw_noise(plan, state, i)
    inputs = state.activations[slot, plan.neurons[i] : plan.neurons[i + 1]]
    gathered, sums = state.gathered, state.sums
    if plan.extra > 0 or plan.random > 0:
        saturated = _update_stored_rows(plan, state, i, inputs, deltas, shift)
    elif plan.dense[i]:
        present = plan.present[entries]
        saturated = _update_rows(
            weights, inputs, None, present, deltas, rounding, limits, gathered, sums
        )
    else:
        left = plan.left[plan.edges[i] : plan.edges[i + 1]]
        saturated = _update_rows(
            weights, inputs, left, None, deltas, rounding, limits, gathered, sums
        )
    saturated += _update_biases(plan, state, i, deltas, min(exponent, plan.bias_shift))
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
    """Predict the classes of samples with the weights as they are; they use slot 0 of `state`."""
    inputs, start = plan.neurons[1], plan.neurons[plan.right.size]
    for n in range(predictions.size):
        _copy(features[n], state.activations[0, :inputs])
        for i in range(plan.right.size):
            _feedforward(plan, state, i, 0)
        predictions[n] = _predict(state.activations[0, start : start + plan.competing])
