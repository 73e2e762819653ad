"""The interface of every memory behind the sample store: words in bursts, in order.

writes --> memory
reads ---> (address, count) --> count words from address on --> data
"""

from __future__ import annotations

from dataclasses import dataclass

from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Member, Out

from software_ref.plan.payload import bits_for

__all__ = ["LinearMemory", "LinearShape"]


@dataclass(frozen=True, kw_only=True)
class LinearShape:
    """Sizes of a memory.

    Raises
    ------
    ValueError
        A size is below 1.
    """

    width: int
    """Bits of a word."""
    words: int
    """Words."""
    writable: bool = True
    """Whether it can be written; a flash memory cannot, from here."""

    def __post_init__(self) -> None:
        for name in ("width", "words"):
            if getattr(self, name) < 1:
                raise ValueError(
                    f"{name} of a memory must be at least 1, not {getattr(self, name)}"
                )

    @property
    def address_bits(self) -> int:
        """Bits of a word's address."""
        return bits_for(self.words - 1)

    @property
    def count_bits(self) -> int:
        """Bits of a number of words."""
        return bits_for(self.words)

    @property
    def burst(self) -> data.StructLayout:
        """A burst: `count` words, 1 or more, from `address` on, the last one inside the memory."""
        return data.StructLayout({"address": self.address_bits, "count": self.count_bits})

    @property
    def write(self) -> data.StructLayout:
        """A word and where it goes."""
        return data.StructLayout({"address": self.address_bits, "data": self.width})

    def members(self) -> dict[str, Member]:
        """The members of a LinearMemory."""
        writes = {"writes": In(stream.Signature(self.write))} if self.writable else {}
        return {
            "reads": In(stream.Signature(self.burst)),
            "data": Out(stream.Signature(self.width)),
            **writes,
            "idle": Out(1),
            "initialised": Out(1),
        }


class LinearMemory(wiring.Component):
    """A memory, read in bursts and written word by word.

    Parameters
    ----------
    shape
        Its sizes.
    pins
        Members beside those below: what goes to the chip.

    Members
    -------
    reads : In(stream.Signature(LinearShape.burst))
        Bursts. One that is taken is read to its end. The next one may be taken while words of the
        last are still to come, so that bursts follow each other without a gap where the memory can.
        A burst that reaches beyond the last word, or has none, is its user's fault, and what comes
        then is undefined.
    data : Out(stream.Signature(width))
        The words of all bursts, in order; a word stays until it is taken, however long that is.
    writes : In(stream.Signature(LinearShape.write))
        Words to write, in order. A burst that is taken after a write was, or in the same clock,
        reads what was written. A memory that is not `writable` has no such member.
    idle : Out(1)
        No burst is under way, and all writes taken are in the memory. From registers.
    initialised : Out(1)
        The memory is in use. Until then it takes neither bursts nor writes; once high it stays so.

    Timing
    ------
    All that is given out comes from registers, or from them through one LUT. Latencies are the
    memory's own business. A memory whose contents must be refreshed does so by itself.
    """

    def __init__(self, shape: LinearShape, pins: dict[str, Member] | None = None):
        self.shape = shape
        """Its sizes."""
        super().__init__(shape.members() | (pins or {}))

    @property
    def width(self) -> int:
        """Bits of a word."""
        return self.shape.width

    @property
    def words(self) -> int:
        """Words."""
        return self.shape.words
