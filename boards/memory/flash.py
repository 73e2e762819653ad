"""A reader of quad-SPI flash: a memory that cannot be written from here.

steps --> command, address, eight clocks of waiting --> registers in the pads --> chip
words <-- two nibbles a byte, the low byte first <-- registers in the pads <------'
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib.wiring import In, Member, Out

from boards.memory.countdown import countdown, start
from boards.memory.linear import LinearMemory, LinearShape
from boards.memory.timings import Capture, Clocks, Pads, exact
from boards.memory.word_steps import WordSteps

__all__ = ["NEXYS_FLASH", "FlashChip", "FlashClocks", "FlashMemory"]

_QUAD_OUTPUT_READ = 0x6B
_ADDRESS_BITS = 24
_WAITING = 8
"""Clocks between the address and the first nibble."""
_NIBBLES = 4
"""Of a word."""
_WAKING = 4
"""Clocks that STARTUPE2 gives to nobody, the first after configuration, and one more."""
_AHEAD = 16


@dataclass(frozen=True, kw_only=True)
class FlashChip:
    """A flash memory: its sizes, and the times of its datasheet, in nanoseconds under its names.

    Raises
    ------
    ValueError
        A size or time is below 0, or the first byte is not one of a word.
    """

    bytes: int = 1 << _ADDRESS_BITS
    """Bytes that a command of three address bytes reaches."""
    first_byte: int = 0
    """First byte of the LinearMemory's words: behind a bitstream."""
    tPU: float
    """From stable power to the first command, at least."""
    tSCK: float
    """Clock period of READ QUAD OUT, at least."""
    tCSS: float
    """CS# before the clock rises, at least."""
    tCSH: float
    """CS# after the clock rose, at least."""
    tCS: float
    """CS# is high, at least."""
    tSU: float
    """Data in before the clock rises, at least."""
    tHD: float
    """Data in after the clock rose, at least."""
    tV: float
    """From the clock's fall to the nibble, at most."""
    tHO: float
    """A nibble stays after the next fall, at least."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0:
                raise ValueError(f"{name} of a flash must not be below 0, not {value!r}")
        if self.first_byte % 2 or self.first_byte >= self.bytes:
            raise ValueError(
                f"first_byte of a flash must be even and below {self.bytes}, not {self.first_byte}"
            )

    @property
    def shape(self) -> LinearShape:
        """Its words."""
        return LinearShape(width=16, words=(self.bytes - self.first_byte) // 2, writable=False)


NEXYS_FLASH = FlashChip(
    first_byte=1 << 22,
    tPU=300_000.0,
    tSCK=20.0,
    tCSS=3.0,
    tCSH=3.0,
    tCS=50.0,
    tSU=3.0,
    tHD=3.0,
    tV=8.0,
    tHO=0.0,
)
"""Spansion's S25FL128S of the Nexys4, Nexys4 DDR and Nexys A7, at the 50 MHz that all chips of such
boards do; an XC7A100T's bitstream ends before the first byte. The QUAD bit of its configuration
register must be set, as Vivado leaves it for a bitstream that is read by four pins."""


class FlashClocks:
    """Times of a chip in clocks.

    Parameters
    ----------
    chip
        The chip.
    clock_hz
        The logic's clock.
    pads
        The way to the chip and back.
    """

    def __init__(self, chip: FlashChip, clock_hz: int, pads: Pads):
        clocks = Clocks(clock_hz=clock_hz)
        slack = pads.most - pads.least
        self.init = clocks.at_least(chip.tPU)
        """Clocks of power-up."""
        # Nibbles come at a fall, and are taken before the next one can disturb them.
        least = clocks.at_least(max(chip.tSCK / 2, chip.tSU + slack, chip.tHD + slack))
        self.half, self.capture = next(
            (half, found[len(found) // 2])
            for half in count(least)
            if (found := self._captures(chip, clocks, pads, half))
        )
        """Clocks of half a period of the chip's clock, and when a nibble is taken, from the edge at
        which that clock fell."""
        self.falling = self.capture.falling
        """Whether a falling edge takes nibbles."""
        self.select = clocks.at_least(max(chip.tCSS, chip.tCSH) + slack)
        """CS# before the first clock, and after the last."""
        self.closed = clocks.at_least(chip.tCS + slack)
        """CS# is high."""
        self.word_clocks = float(2 * self.half * _NIBBLES)
        """Clocks of a word in a long burst."""
        command = 2 * self.half * (8 + _ADDRESS_BITS + _WAITING)
        self.burst_clocks = float(command + 2 * self.select + self.closed)
        """Clocks that a burst takes beside its words: another command."""

    @staticmethod
    def _captures(chip: FlashChip, clocks: Clocks, pads: Pads, half: int) -> list[Capture]:
        first = exact(chip.tV) + exact(pads.most)
        last = 2 * half * clocks.period_ns + exact(chip.tHO) + exact(pads.least)
        return clocks.captures(first, last)


class FlashMemory(LinearMemory):
    """A flash as a LinearMemory.

    Parameters
    ----------
    chip
        The chip.
    clock_hz
        The logic's clock.
    pads
        The way to the chip and back.

    Members
    -------
    cs, sck : Out(1)
        To registers in the pads; `cs` is high where asserted.
    dq_o, dq_i : Out(4), In(4), dq_oe : Out(1)
        Data, to and from registers in the pads. `dq_oe` is not for the second pin, which the chip
        alone drives.

    Timing
    ------
    A burst begins with 40 clocks of the chip; then a word takes four of them. The clock stands
    where nobody has room for a word.
    """

    def __init__(self, chip: FlashChip, clock_hz: int, pads: Pads):
        self.chip = chip
        self.clocks = FlashClocks(chip, clock_hz, pads)
        super().__init__(chip.shape, self.pins(chip))

    @staticmethod
    def pins(chip: FlashChip) -> dict[str, Member]:
        """Members that go to the pads."""
        return {
            **{name: Out(1) for name in ("cs", "sck", "dq_oe")},
            "dq_o": Out(4),
            "dq_i": In(4),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        clocks = self.clocks
        # No page is longer than a word: what follows on a word is found here.
        m.submodules.steps = steps = WordSteps(self.shape, page_words=1, ahead=_AHEAD)
        steps.connect(m, self)
        step, word = steps.step, steps.step.payload

        gap, gap_over = countdown(m, "gap", clocks.init)
        out = Signal(8 + _ADDRESS_BITS)
        left = Signal(range(len(out) + _WAITING + 1))
        following, follows = Signal(self.shape.address_bits), Signal()
        m.d.sync += follows.eq(word.address == following)

        # From a fall, half a period ago, to its nibble: two registers out, and the way in.
        nibble = Signal()
        arrived = nibble
        for clock in range(2 + clocks.capture.clocks - clocks.half):
            arrived, earlier = Signal(name=f"nibble_after{clock + 1}"), arrived
            m.d.sync += arrived.eq(earlier)
        nibbles, taken = Signal(16), Signal(range(_NIBBLES))
        with m.If(arrived):
            m.d.sync += [nibbles.eq(Cat(self.dq_i, nibbles[:-4])), taken.eq(taken + 1)]
        m.d.sync += steps.arrived.eq(arrived & (taken == _NIBBLES - 1))
        m.d.comb += [
            # High nibble first, low byte first.
            steps.word.eq(Cat(nibbles[8:], nibbles[:8])),
            # Pins that are no data yet are WP# and HOLD#.
            self.dq_o.eq(Cat(out[-1], Const(0b110, 3))),
            self.idle.eq(steps.still),
        ]

        def wait(clocks: int) -> None:
            m.d.sync += start(gap, gap_over, clocks)

        def next_word() -> None:
            # There are eight clocks, and more, until `follows` is about the word after it.
            m.d.comb += step.ready.eq(1)
            m.d.sync += [left.eq(_NIBBLES), following.eq(word.address + 1)]
            m.next = "WORD"

        with m.FSM():
            with m.State("POWER_UP"), m.If(gap_over):
                m.d.sync += left.eq(_WAKING)
                wait(clocks.half)
                m.next = "WAKE"
            with m.State("WAKE"), m.If(gap_over):
                wait(clocks.half)
                m.d.sync += self.sck.eq(~self.sck)
                with m.If(self.sck):
                    m.d.sync += left.eq(left - 1)
                    with m.If(left == 1):
                        wait(clocks.closed)
                        m.d.sync += [self.initialised.eq(1), steps.enable.eq(1)]
                        m.next = "CLOSED"
            with m.State("CLOSED"), m.If(step.valid & gap_over):
                m.d.sync += [
                    self.cs.eq(1),
                    self.dq_oe.eq(1),
                    out.eq(Cat(self._byte(word.address), Const(_QUAD_OUTPUT_READ, 8))),
                    left.eq(len(out) + _WAITING),
                ]
                wait(clocks.select)
                m.next = "COMMAND"
            with m.State("COMMAND"), m.If(gap_over):
                wait(clocks.half)
                m.d.sync += self.sck.eq(~self.sck)
                with m.If(self.sck):
                    m.d.sync += [out.eq(out << 1), left.eq(left - 1)]
                    with m.If(left == _WAITING + 1):
                        m.d.sync += self.dq_oe.eq(0)
                    with m.If(left == 1):
                        # The last fall brings the first nibble.
                        next_word()
            with m.State("WORD"), m.If(gap_over):
                # The clock is low, and a nibble on its way.
                m.d.comb += nibble.eq(1)
                m.d.sync += [self.sck.eq(1), left.eq(left - 1)]
                wait(clocks.half)
                m.next = "HIGH"
            with m.State("HIGH"), m.If(gap_over):
                with m.If(left != 0):
                    wait(clocks.half)
                    m.d.sync += self.sck.eq(0)
                    m.next = "WORD"
                with m.Elif(step.valid & follows):
                    wait(clocks.half)
                    m.d.sync += self.sck.eq(0)
                    next_word()
                with m.Elif(step.valid | steps.still):
                    wait(clocks.select)
                    m.d.sync += self.sck.eq(0)
                    m.next = "CLOSE"
            with m.State("CLOSE"), m.If(gap_over):
                wait(clocks.closed)
                m.d.sync += self.cs.eq(0)
                m.next = "CLOSED"
        return m

    def _byte(self, address: Signal) -> Signal:
        """The chip's address of a word."""
        place = (address << 1) + self.chip.first_byte
        return place[:_ADDRESS_BITS]
