"""A controller for cellular RAM (pseudo-static RAM) in asynchronous page mode.

steps --> address, CE#, WE# ... --> registers in the pads --> chip
words <-- registers in the pads, at the edge that `timings` says <--'

An address stays for as long as the chip needs it, not until its word is back: the word is on its
way, and taken before the next one can disturb it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib.wiring import In, Member, Out

from boards.memory.countdown import countdown, start
from boards.memory.linear import LinearMemory, LinearShape
from boards.memory.timings import Capture, Clocks, Pads, exact
from boards.memory.word_steps import WordSteps

__all__ = ["NEXYS4_CELLULAR", "CellularChip", "CellularClocks", "CellularMemory"]

_PAGE_MODE = 1 << 7
_NO_DEEP_POWER_DOWN = 1 << 4
_AHEAD = 32
"""Words that may be under way."""


@dataclass(frozen=True, kw_only=True)
class CellularChip:
    """A cellular RAM: its sizes, and the times of its datasheet, in nanoseconds under its names.

    Raises
    ------
    ValueError
        A size or time is below 0.
    """

    address_bits: int = 23
    """Address pins."""
    page_bits: int = 4
    """Of an address, those within a page."""
    width: int = 16
    """Data pins."""
    tPU: float
    """From stable power to the first access, at least."""
    tRC: float
    """An address of another page stays, at least."""
    tAA: float
    """From an address to its word, at most."""
    tCO: float
    """From CE# to the word, at most."""
    tOE: float
    """From OE# to the word, at most."""
    tPC: float
    """An address of the same page stays, at least."""
    tAPA: float
    """From an address of the same page to its word, at most."""
    tOH: float
    """A word stays after the next address, at least."""
    tHZ: float
    """Until nothing is driven after CE#, at most."""
    tOHZ: float
    """Until nothing is driven after OE#, at most."""
    tCEM: float
    """CE# is low, at most: a refresh may have to find its way in."""
    tCPH: float
    """CE# is high, at least, so that a refresh finds its way in."""
    tAS: float
    """Address before WE#, at least."""
    tWC: float
    """Write cycle, at least."""
    tAW: float
    """Address to the end of a write, at least."""
    tCW: float
    """CE# to the end of a write, at least."""
    tWP: float
    """WE# is low, at least."""
    tWPH: float
    """WE# is high, at least."""
    tDW: float
    """Data before the end of a write, at least."""
    tDH: float
    """Data after it, at least."""
    tWR: float
    """Address after it, at least."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0:
                raise ValueError(f"{name} of a cellular RAM must not be below 0, not {value!r}")

    @property
    def shape(self) -> LinearShape:
        """Its words."""
        return LinearShape(width=self.width, words=1 << self.address_bits)


NEXYS4_CELLULAR = CellularChip(
    tPU=150_000.0,
    tRC=70.0,
    tAA=70.0,
    tCO=70.0,
    tOE=20.0,
    tPC=20.0,
    tAPA=20.0,
    tOH=5.0,
    tHZ=8.0,
    tOHZ=8.0,
    tCEM=4_000.0,
    tCPH=15.0,
    tAS=0.0,
    tWC=70.0,
    tAW=70.0,
    tCW=70.0,
    tWP=46.0,
    tWPH=10.0,
    tDW=23.0,
    tDH=0.0,
    tWR=0.0,
)
"""Micron's MT45W8MW16BGX-70 of the Nexys4: 16 MB. tCPH is what the datasheet calls a refresh
opportunity; between two accesses alone 5 ns are enough."""


class CellularClocks:
    """Times of a chip in clocks.

    Parameters
    ----------
    chip
        The chip.
    clock_hz
        The logic's clock; the chip has none.
    pads
        The way to the chip and back.
    """

    def __init__(self, chip: CellularChip, clock_hz: int, pads: Pads):
        clocks = Clocks(clock_hz=clock_hz)
        self.page, self.page_capture, self.access, self.access_capture = min(
            (_reads(chip, clocks, pads, falling=falling) for falling in (False, True)),
            key=lambda found: found[0] * ((1 << chip.page_bits) - 1) + found[2],
        )
        """Clocks that an address of the same page and one of another page stay, and when their
        words are taken; all words are taken at the same edge of the clock."""
        self.falling = self.page_capture.falling
        """Whether a falling edge takes words."""
        self.init = clocks.at_least(chip.tPU)
        """Clocks of power-up."""
        # The pads of a chip's pins differ: nothing that must come in order changes in one clock.
        slack = pads.most - pads.least
        self.closed = clocks.at_least(max(chip.tCPH, chip.tHZ, chip.tOHZ) + slack)
        """CE# is high."""
        self.setup = clocks.at_least(chip.tAS + slack)
        """Address and CE# before WE#."""
        self.pulse = max(
            clocks.at_least(chip.tWP + slack),
            clocks.at_least(chip.tDW + slack),
            clocks.at_least(max(chip.tAW, chip.tCW, chip.tWC) + slack) - self.setup,
        )
        """WE# is low."""
        self.hold = clocks.at_least(max(chip.tDH, chip.tWR, chip.tWPH - chip.tCPH) + slack)
        """Address and data after WE#."""
        # What is under way when the time is over is still read.
        last = max(self.access, self.access_capture.clocks) + 2
        self.open = clocks.at_most("tCEM", chip.tCEM - slack) - last
        """Clocks of CE# low in which another address may be given."""
        page_words = 1 << chip.page_bits
        closing = self.access_capture.clocks + self.closed + self.access - self.page
        page = (self.access + (page_words - 1) * self.page) / page_words
        self.word_clocks = page * (1 + closing / max(self.open, 1))
        """Clocks of a word in a long burst, in the mean: pages and refreshes take their share."""
        self.burst_clocks = float(self.access - self.page)
        """Clocks that a burst takes beside its words: another page."""
        if self.open < last:
            raise ValueError(
                f"clock of a memory with tCEM of {chip.tCEM:g} ns must be higher than "
                f"{clock_hz / 1e6:g} MHz: it leaves {self.open} clocks between refreshes"
            )


def _reads(
    chip: CellularChip, clocks: Clocks, pads: Pads, *, falling: bool
) -> tuple[int, Capture, int, Capture]:
    """The fewest clocks of an address within a page and of another one, and their captures."""

    def fewest(cycle: float, access: float) -> tuple[int, Capture]:
        for number in count(clocks.at_least(cycle)):
            first = exact(access) + exact(pads.most)
            last = number * clocks.period_ns + exact(chip.tOH) + exact(pads.least)
            edges = [edge for edge in clocks.captures(first, last) if edge.falling is falling]
            if edges:
                return number, edges[len(edges) // 2]
        raise AssertionError("an address that stays for ever is read at last")

    page = fewest(chip.tPC, chip.tAPA)
    other = fewest(chip.tRC, max(chip.tAA, chip.tCO, chip.tOE))
    return *page, *other


class CellularMemory(LinearMemory):
    """A cellular RAM as a LinearMemory.

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
    ce, oe, we, cre : Out(1), a : Out(23)
        To registers in the pads, high where asserted. ADV#, LB# and UB# are asserted for ever, CLK
        is low.
    dq_o, dq_i : Out(width), In(width), dq_oe : Out(1)
        Data, to and from registers in the pads; those in take at the edge that
        `CellularClocks.page_capture` says, and give at the next rising one.

    Timing
    ------
    `CellularClocks.access` clocks for the first word of a page, `page` for every other one. CE# is
    high wherever nothing is to be read, and at least once in tCEM.
    """

    def __init__(self, chip: CellularChip, clock_hz: int, pads: Pads):
        self.chip = chip
        self.clocks = CellularClocks(chip, clock_hz, pads)
        super().__init__(chip.shape, self.pins(chip))

    @staticmethod
    def pins(chip: CellularChip) -> dict[str, Member]:
        """Members that go to the pads."""
        return {
            **{name: Out(1) for name in ("ce", "oe", "we", "cre", "dq_oe")},
            "a": Out(23),
            "dq_o": Out(chip.width),
            "dq_i": In(chip.width),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        chip, clocks = self.chip, self.clocks
        m.submodules.steps = steps = WordSteps(
            self.shape, page_words=1 << chip.page_bits, ahead=_AHEAD
        )
        steps.connect(m, self)
        step, word = steps.step, steps.step.payload

        # Clocks until the next change of the pins, until the word is in, until CE# must rise.
        gap, gap_over = countdown(m, "gap", clocks.init)
        word_left, word_is_in = countdown(m, "word", clocks.access_capture.clocks)
        open_left, must_close = countdown(m, "open", clocks.open)

        fresh, given = Signal(), Signal()
        # A word is in its register so many clocks after its address was given here: two registers
        # on the way out, one for the way in.
        late = 2 + clocks.access_capture.clocks
        early = 2 + clocks.page_capture.clocks
        arrived = given & fresh
        for clock in range(late):
            entering = given & ~fresh if clock == late - early else 0
            arrived, earlier = Signal(name=f"read_after{clock + 1}"), arrived | entering
            m.d.sync += arrived.eq(earlier)
        m.d.comb += [
            steps.arrived.eq(arrived),
            steps.word.eq(self.dq_i),
            self.idle.eq(steps.still & ~self.ce),
        ]

        def give(*, fresh_word: int | Signal) -> None:
            """Give the next word's address to read."""
            m.d.comb += [given.eq(1), fresh.eq(fresh_word), step.ready.eq(1)]
            m.d.sync += [
                self.a.eq(word.address),
                gap.eq(Mux(fresh_word, clocks.access - 1, clocks.page - 1)),
                gap_over.eq(Mux(fresh_word, clocks.access == 1, clocks.page == 1)),
                *start(word_left, word_is_in, clocks.access_capture.clocks),
            ]

        def begin_write() -> None:
            m.d.sync += [self.ce.eq(1), *start(gap, gap_over, clocks.setup)]
            m.next = "SETUP"

        with m.FSM():
            with m.State("POWER_UP"), m.If(gap_over):
                m.d.sync += [self.cre.eq(1), self.a.eq(_PAGE_MODE | _NO_DEEP_POWER_DOWN)]
                begin_write()
            with m.State("CLOSED"), m.If(step.valid & gap_over):
                with m.If(word.write):
                    m.d.sync += [
                        self.a.eq(word.address),
                        self.dq_o.eq(word.data),
                        self.dq_oe.eq(1),
                    ]
                    m.d.comb += step.ready.eq(1)
                    begin_write()
                with m.Else():
                    give(fresh_word=1)
                    m.d.sync += [
                        self.ce.eq(1),
                        self.oe.eq(1),
                        *start(open_left, must_close, clocks.open),
                    ]
                    m.next = "READ"
            with m.State("READ"), m.If(gap_over):
                with m.If(step.valid & ~word.write & ~must_close):
                    give(fresh_word=word.fresh)
                with m.Elif(word_is_in):
                    m.d.sync += [
                        self.ce.eq(0),
                        self.oe.eq(0),
                        *start(gap, gap_over, clocks.closed),
                    ]
                    m.next = "CLOSED"
            with m.State("SETUP"), m.If(gap_over):
                m.d.sync += [self.we.eq(1), *start(gap, gap_over, clocks.pulse)]
                m.next = "PULSE"
            with m.State("PULSE"), m.If(gap_over):
                m.d.sync += [self.we.eq(0), *start(gap, gap_over, clocks.hold)]
                m.next = "HOLD"
            with m.State("HOLD"), m.If(gap_over):
                m.d.sync += [
                    self.ce.eq(0),
                    self.cre.eq(0),
                    self.dq_oe.eq(0),
                    self.initialised.eq(1),
                    steps.enable.eq(1),
                    *start(gap, gap_over, clocks.closed),
                ]
                m.next = "CLOSED"
        return m
