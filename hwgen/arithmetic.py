"""Rounding, saturation and sums over signed Amaranth values: the only place where bits are cut."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed

from software_ref.pipelining import tree_levels

__all__ = ["adder_tree", "register", "rounded_shift", "saturated", "signed_width"]


def signed_width(low: int, high: int) -> int:
    """Bits of the narrowest two's-complement number that holds every integer from low to high."""
    return max((~low).bit_length() if low < 0 else 0, max(high, 0).bit_length()) + 1


def register(m: Module, value: Value, name: str, *, reset_less: bool = True) -> Signal:
    """Register a value for one clock; those of a datapath have no reset."""
    stage = Signal(value.shape(), name=name, reset_less=reset_less)
    m.d.sync += stage.eq(value)
    return stage


def rounded_shift(value: Value, bits: int) -> Value:
    """DESIGN.md's rnd(x, n) for a constant n: add half of the last place kept, shift right.

    `value` must be signed. The result has a bit more than a plain shift leaves, so that rounding up
    never wraps.
    """
    if bits == 0:
        return value
    half = Const(1 << (bits - 1), signed(bits + 1))
    return (value + half)[bits:].as_signed()


def saturated(value: Value, width: int) -> tuple[Value, Value]:
    """Clip a signed value to `width` bits.

    Returns the clipped value, signed(width), and whether clipping changed it, unsigned(1).
    """
    size = len(value)
    if size <= width:
        return value.as_signed(), Const(0, 1)
    sign = value[-1]
    overflow = Value.cast(value[width - 1 :] != Cat(sign for _ in range(size - width + 1)))
    limit = Cat((~sign for _ in range(width - 1)), sign)
    return Mux(overflow, limit, value[:width]).as_signed(), overflow


def adder_tree(
    m: Module, terms: list[Value], name: str, adders: int = 1, *, reset_less: bool = True
) -> Value:
    """Sum signed or unsigned terms exactly, two by two, with a register after every few levels.

    Latency: `tree_levels(len(terms), adders)` clocks; a single term passes without one.
    """
    for level in range(tree_levels(len(terms), adders)):
        for _ in range(adders):
            terms = [
                terms[k] + terms[k + 1] if k + 1 < len(terms) else terms[k]
                for k in range(0, len(terms), 2)
            ]
        terms = [
            register(m, term, f"{name}_level{level}_{position}", reset_less=reset_less)
            for position, term in enumerate(terms)
        ]
    return terms[0]
