"""The learning rate 2**-k: a rounding shift by a run-time exponent, and its subtraction."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Value

from hwgen.parts.arithmetic import register, saturated
from hwgen.parts.pipeline import pipelined_mux
from software_ref.plan.pipelining import Pipelining

__all__ = ["RateShift", "subtracted"]


class RateShift:
    """rnd(x, drop + k) for k from 0 to `largest`, kept as a shifted value and a rounding bit.

    The upper R + 1 bits of what x >> n drops, plus a number of R random bits and a one below it,
    give a carry, which x >> n must be raised by; the carry can ride into the following subtraction.
    With R = 0 it is bit n - 1 of x itself: rnd(x, n) of docs/numerics.md.

    Parameters
    ----------
    m, value, exponent
        Module, x, and k beside it.
    drop, largest
        Places dropped with k = 0; the largest k.
    pipelining
        Inputs of a multiplexer level.
    noise
        The random bits, if any, `pipelining.mux_levels(largest + 1)` clocks after x.

    Notes
    -----
    Latency: `pipelining.mux_levels(largest + 1)` clocks, and with random bits one more.
    """

    def __init__(
        self,
        m: Module,
        value: Value,
        exponent: Value,
        *,
        drop: int,
        largest: int,
        pipelining: Pipelining,
        name: str,
        noise: Value | None = None,
    ):
        width = max(len(value) - drop, 1)
        kept = 1 if noise is None else len(noise) + 1
        choices = []
        for k in range(largest + 1):
            places = drop + k
            present = min(places, kept)
            dropped = _resized(value >> (places - present), present)
            fraction = Cat(Const(0, kept - present), dropped)
            choices.append(Cat(fraction, _resized(value >> places, width)))
        chosen = pipelined_mux(m, choices, exponent, pipelining, name)
        self.half, self.shifted = chosen[0], chosen[kept:].as_signed()
        if noise is not None:
            raised = chosen[:kept] + Cat(Const(1, 1), noise)
            self.half = register(m, raised[kept], f"{name}_carry")
            self.shifted = register(m, self.shifted, f"{name}_shifted")


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
