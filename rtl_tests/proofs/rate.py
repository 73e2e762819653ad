"""Proofs of hwgen.parts.rate: rounding shift by a run-time exponent, and subtraction."""

from __future__ import annotations

from functools import partial

from amaranth.hdl import Mux, Signal, Value, signed, unsigned

from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Mutation, Units
from software_ref.plan.pipelining import PIPELINES

__all__ = ["PROOFS"]

VALUE, MINUEND, KEPT = 14, 8, 7
"""Bits of x, of what it is subtracted from, and of the saturated difference."""
DROP, LARGEST = 3, 9
"""Places dropped for k = 0, and the largest k: more places than x has are dropped, too."""


def _update(bench: Bench, units: Units, *, noise_bits: int) -> None:
    """sat(minuend - q) where q is the one integer that the rounding's inequality allows.

    With R random bits r, q = floor((floor(x 2^(R+1) / 2^n) + 2 r + 1) / 2^(R+1)); without, r = 0
    and q is rnd(x, n).
    """
    m, rate = bench.m, units.load("hwgen.parts.rate")
    pipelining = PIPELINES["deep"]
    levels = pipelining.mux_levels(LARGEST + 1)
    x = bench.free(signed(VALUE), "x")
    k = bench.free(range(LARGEST + 1), "k")
    bench.assume(k <= LARGEST)
    minuend = bench.free(signed(MINUEND), "minuend")
    noise = bench.free(unsigned(noise_bits), "noise") if noise_bits else None
    shift = rate.RateShift(
        m, x, k, drop=DROP, largest=LARGEST, pipelining=pipelining, name="shift", noise=noise
    )
    ahead = levels + (1 if noise_bits else 0)  # clocks until the shifted value meets the minuend
    difference, changed = rate.subtracted(m, minuend, shift, KEPT, "difference")

    past_x, past_k = bench.past(x, ahead + 1), bench.past(k, ahead + 1)
    past_minuend = bench.past(minuend)
    random = 0 if noise is None else bench.past(noise, ahead + 1 - levels)
    scale = 2 ** (noise_bits + 1)
    places = [DROP + exponent for exponent in range(LARGEST + 1)]
    exact = Signal(signed(VALUE + MINUEND + 4), name="exact")
    # The quotient is free, and an assumption makes it the right one: nothing here shifts or rounds.
    quotient = bench.free(signed(VALUE), "quotient")
    unit = _selected(past_k, [2**n for n in places])
    floor = bench.free(signed(VALUE + noise_bits + 1), "floor")
    bench.assume((floor * unit <= past_x * scale) & (past_x * scale < (floor + 1) * unit))
    raised = floor + 2 * random + 1
    bench.assume((quotient * scale <= raised) & (raised < (quotient + 1) * scale))
    m.d.comb += exact.eq(past_minuend - quotient)
    smallest, largest = -(2 ** (KEPT - 1)), 2 ** (KEPT - 1) - 1
    nearest = Mux(exact > largest, largest, Mux(exact < smallest, smallest, exact))
    filled = bench.flag_past(1, ahead + 1)
    bench.check(~filled | (difference == nearest), "difference")
    bench.check(~filled | (changed == (exact != nearest)), "flag")


def _selected(select: Value, constants: list[int]) -> Value:
    chosen: Value = Signal(range(max(constants) + 1), name="none")
    for number, constant in enumerate(constants):
        chosen = Mux(select == number, constant, chosen)
    return chosen


SHAPE = f"x of {VALUE} bits, n = {DROP} + k, k to {LARGEST}, {MINUEND} bits - x to {KEPT} bits"
PROOFS = [
    Proof(
        name="update",
        claim="UP is sat(w - rnd(x, n)) with the k that came with x",
        shape=SHAPE,
        depth=6,
        build=partial(_update, noise_bits=0),
        broken=(
            Broken(
                "the rounding bit inverted",
                Mutation("hwgen.parts.rate", "Cat(~shift.half,", "Cat(shift.half,"),
            ),
        ),
    ),
    Proof(
        name="random_update",
        claim="the same with R random bits r: rounded up where the fraction and r + 1/2 reach one",
        shape=SHAPE + ", R = 3",
        depth=8,
        build=partial(_update, noise_bits=3),
        broken=(
            Broken(
                "r instead of r + 1/2",
                Mutation("hwgen.parts.rate", "Cat(Const(1, 1), noise)", "Cat(Const(0, 1), noise)"),
            ),
        ),
    ),
]
