"""Two products with a common factor from one DSP block: `software_ref.plan.product_pair` in logic.

    first 2^k + second --> [ operand ] --+
                                         x --> [ product ] --> + --> [ sum ] --> both products
    common --------------> [ operand ] --+                     |
       '--> low bits of common x first --> [ ] --> offset --> [ ]

The sum has the products side by side: below the second one, raised by half of its range so that it
is never negative, above the first one without its low bits.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Signal, Value, signed

from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import delayed
from software_ref.plan.product_pair import LATENCY, ProductPair

__all__ = ["multiply_pair"]


def multiply_pair(
    m: Module,
    common: Value,
    first: Value,
    second: Value,
    pair: ProductPair,
    *,
    latency: int,
    name: str,
) -> tuple[Value, Value]:
    """common x first and common x second, exactly; each is signed(pair.product).

    Parameters
    ----------
    m
        The module that gets the registers.
    common
        signed(pair.common).
    first, second
        Unsigned, at most pair.largest.
    pair
        The geometry.
    latency
        Clocks from the operands to the products, at least LATENCY.
    name
        Prefix of the register names.

    Raises
    ------
    ValueError
        The latency is too short.
    """
    if latency < LATENCY:
        raise ValueError(f"latency of pair {name} must be at least {LATENCY}, not {latency}")
    overlap, place, product = pair.overlap, pair.place, pair.product
    gap = _zero(second, pair).replicate(place - pair.own)
    wide = register(m, Cat(second, gap, first, Const(0, 1)).as_signed(), f"{name}_wide")
    narrow = register(m, common, f"{name}_narrow")
    both = Signal(
        signed(len(wide) + len(narrow)), name=f"{name}_m", reset_less=True, attrs={"use_dsp": "yes"}
    )
    m.d.sync += both.eq(wide * narrow)
    low = register(m, _low_product(m, common, first, overlap, name), f"{name}_low")
    offset = register(m, _offset(m, low, f"{name}_less"), f"{name}_offset")
    # Places above both products would only repeat the sign.
    total = Signal(signed(2 * product - overlap), name=f"{name}_sum", reset_less=True)
    m.d.sync += total.eq(both + Cat(Const(0, place), offset).as_signed())
    low = delayed(m, low, LATENCY - 1, f"{name}_low")
    sums = delayed(m, Cat(low, total), latency - LATENCY, name)
    low, total = sums[:overlap], sums[overlap:]
    return (
        Cat(low, total[product:]).as_signed(),
        Cat(total[: product - 1], ~total[product - 1]).as_signed(),
    )


def _zero(factor: Value, pair: ProductPair) -> Value:
    """A 0 for the gap above the second factor: one that Yosys does not see, if there is one.

    Yosys moves no register into a DSP block of which a bit in between is constant. Where the
    largest factor is a power of two, its two upper bits are never both 1.
    """
    if pair.own > 1 and pair.largest == 1 << (pair.own - 1):
        return factor[pair.own - 1] & factor[pair.own - 2]
    return Const(0, 1)


def _offset(m: Module, low: Value, name: str) -> Value:
    """Half of the second product's range less the overlapping bits, in units of 2^k; signed."""
    size = len(low) + 1
    half_and_one = Const((1 << (len(low) - 1)) + 1, size)
    return _added(m, ~Cat(low, Const(0, 1)), half_and_one, name).as_signed()


def _low_product(m: Module, a: Value, b: Value, size: int, name: str) -> Value:
    """The low bits of a b in LUTs alone: a carry chain for each bit of b would take more."""
    left, right = Signal(size, name=f"{name}_left"), Signal(size, name=f"{name}_right")
    m.d.comb += [left.eq(a), right.eq(b)]  # cut off, or extended
    total: Value = left & right[0].replicate(size)
    for bit in range(1, size):
        row = left[: size - bit] & right[bit].replicate(size - bit)
        total = Cat(total[:bit], _added(m, total[bit:], row, f"{name}_row{bit}"))
    return total


def _added(m: Module, a: Value, b: Value, name: str) -> Signal:
    """a + b modulo 2^n, of n bits each, spelled out so that no tool takes a carry chain."""
    size = len(a)
    carries, total = Signal(size, name=f"{name}_carries"), Signal(size, name=name)
    m.d.comb += total.eq(a ^ b ^ carries)
    for k in range(1, size):
        before = carries[k - 1]
        m.d.comb += carries[k].eq((a[k - 1] & b[k - 1]) | (before & (a[k - 1] ^ b[k - 1])))
    return total
