"""Proofs of hwgen.parts.arithmetic: rounding and saturation equal docs/numerics.md."""

from __future__ import annotations

from amaranth.hdl import Mux, Signal, Value, signed

from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Mutation, Units

__all__ = ["PROOFS"]

WIDTHS = (2, 5, 12, 26)
"""Widths of x that are rounded and saturated."""


def _rounding(bench: Bench, units: Units) -> None:
    """q = floor((x + 2^(n-1)) / 2^n) is the one integer with q 2^n <= x + 2^(n-1) < (q + 1) 2^n."""
    arithmetic = units.load("hwgen.parts.arithmetic")
    for width in WIDTHS:
        x = bench.free(signed(width), f"x{width}")
        for n in range(width + 3):
            quotient = Signal(signed(2 * width + 8), name=f"quotient{width}_{n}")
            bench.m.d.comb += quotient.eq(arithmetic.rounded_shift(x, n))
            if n == 0:
                bench.check(quotient == x, f"kept{width}")
                continue
            raised = Signal(signed(2 * width + 8), name=f"raised{width}_{n}")
            bench.m.d.comb += raised.eq(x + 2 ** (n - 1))
            low = quotient << n
            high = low + 2**n
            bench.check((low <= raised) & (raised < high), f"rounded{width}_{n}")


def _saturation(bench: Bench, units: Units) -> None:
    """The clipped value is the nearest to x of those between the smallest and the largest."""
    arithmetic = units.load("hwgen.parts.arithmetic")
    for width in WIDTHS:
        x = bench.free(signed(width), f"x{width}")
        for kept in range(1, width + 3):
            clipped, changed = arithmetic.saturated(x, kept)
            wide = Signal(signed(width + 8), name=f"clipped{width}_{kept}")
            bench.m.d.comb += wide.eq(clipped)
            smallest, largest = -(2 ** (kept - 1)), 2 ** (kept - 1) - 1
            nearest: Value = Mux(x > largest, largest, Mux(x < smallest, smallest, x))
            bench.check(wide == nearest, f"clipped{width}_{kept}")
            bench.check(changed == (wide != x), f"flag{width}_{kept}")


PROOFS = [
    Proof(
        name="rounding",
        claim="rounded_shift(x, n) is floor((x + 2^(n-1)) / 2^n), and x for n = 0",
        shape=f"x of {', '.join(map(str, WIDTHS))} bits, every n to 2 bits more",
        depth=2,
        build=_rounding,
        broken=(
            Broken(
                "the half one too small",
                Mutation("hwgen.parts.arithmetic", "1 << (bits - 1)", "(1 << (bits - 1)) - 1"),
            ),
        ),
    ),
    Proof(
        name="saturation",
        claim="saturated(x, B) is min(max(x, -2^(B-1)), 2^(B-1) - 1), the flag is high where not x",
        shape=f"x of {', '.join(map(str, WIDTHS))} bits, every B to 2 bits more",
        depth=2,
        build=_saturation,
        broken=(
            Broken(
                "the lower limit one off",
                Mutation(
                    "hwgen.parts.arithmetic",
                    "Cat((~sign for _ in range(width - 1)), sign)",
                    "Cat(Const(1, min(width - 1, 1)), (~sign for _ in range(width - 2)), sign)",
                ),
            ),
        ),
    ),
]
