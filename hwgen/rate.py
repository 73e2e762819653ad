"""The learning rate 2**-k: a rounding shift by a run-time exponent, and its subtraction."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Value

from hwgen.arithmetic import register, saturated
from hwgen.pipeline import pipelined_mux

__all__ = ["RateShift", "subtracted"]


class RateShift:
    """rnd(x, drop + k) for k from 0 to `largest`, kept as a shifted value and a rounding bit.

    x >> n plus bit n-1 of x equals DESIGN.md's rnd(x, n), and the bit can ride into the following
    subtraction as its carry.

    Latency: `mux_levels(largest + 1)` clocks.
    """

    def __init__(
        self, m: Module, value: Value, exponent: Value, *, drop: int, largest: int, name: str
    ):
        width = max(len(value) - drop, 1)
        choices = []
        for k in range(largest + 1):
            places = drop + k
            half = (value >> (places - 1))[0] if places else Const(0, 1)
            choices.append(Cat(half, _resized(value >> places, width)))
        chosen = pipelined_mux(m, choices, exponent, name)
        self.half = chosen[0]
        self.shifted = chosen[1:].as_signed()


def _resized(value: Value, width: int) -> Value:
    """The low `width` bits of a signed value that fits them, sign-extended where it is shorter."""
    short = width - len(value)
    return Cat(value, (value[-1] for _ in range(short))) if short > 0 else value[:width]


def subtracted(
    m: Module, minuend: Value, shift: RateShift, width: int, name: str
) -> tuple[Value, Value]:
    """sat(minuend - rnd(x, n)): one carry chain, registered; the saturation is left to the caller's
    next register.

    Returns the saturated difference and whether saturation changed it, both combinational after
    the register.
    """
    # With one bit more below, minuend + ~shifted gets its carry unless the rounding bit is set:
    # minuend - shifted - half = minuend + ~shifted + (1 - half).
    raised = Cat(Const(1, 1), minuend).as_signed() + Cat(~shift.half, ~shift.shifted).as_signed()
    difference = register(m, raised[1:].as_signed(), name)
    return saturated(difference, width)
