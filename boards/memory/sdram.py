"""A controller for single data rate SDRAM: one open row, a word a clock from it.

steps --> commands --> registers in the pads --> chip
words <-- registers in the pads, at the edge that `timings` says <--'
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib.wiring import In, Member, Out

from boards.memory.countdown import countdown, start
from boards.memory.linear import LinearMemory, LinearShape
from boards.memory.timings import Capture, Clocks, Pads, exact
from boards.memory.word_steps import WordSteps

__all__ = ["ULX3S_SDRAM", "SdramChip", "SdramClocks", "SdramMemory"]

_BANK_BITS = 2
_ALL_BANKS = 1 << 10
_AHEAD = 32
"""Words that may be under way; some 15 are at 100 MHz."""


@dataclass(frozen=True, kw_only=True)
class SdramChip:
    """An SDRAM: its sizes, and the times of its datasheet, in nanoseconds under its names.

    Raises
    ------
    ValueError
        A size or time is not above 0.
    """

    row_bits: int = 13
    """Bits of a row's number; four banks have as many rows each."""
    column_bits: int = 9
    """Bits of a column's number."""
    width: int = 16
    """Data pins."""
    init_refreshes: int = 8
    """Refreshes before the mode register is set."""
    tINIT: float
    """From stable power to the first command, at least."""
    tCK2: float
    """Clock with CAS latency 2, at least."""
    tCK3: float
    """Clock with CAS latency 3, at least."""
    tAC2: float
    """From the clock to the word, with CAS latency 2, at most."""
    tAC3: float
    """The same with CAS latency 3."""
    tOH: float
    """A word stays after the next clock, at least."""
    tHZ: float
    """Until nothing is driven after the last word's clock, at most."""
    tIS: float
    """Inputs before the clock, at least."""
    tIH: float
    """Inputs after the clock, at least."""
    tRCD: float
    """ACTIVATE to READ or WRITE, at least."""
    tRP: float
    """PRECHARGE to ACTIVATE, at least."""
    tRAS: float
    """ACTIVATE to PRECHARGE, at least."""
    tRC: float
    """ACTIVATE to ACTIVATE of one bank, at least."""
    tRRD: float
    """ACTIVATE to ACTIVATE of another bank, at least."""
    tRFC: float
    """REFRESH to anything, at least."""
    tWR: float
    """Last word written to PRECHARGE, at least."""
    tMRD: float
    """MODE to anything, at least."""
    tREF: float
    """Every row is refreshed once in this time."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} of an SDRAM must be above 0, not {value!r}")

    @property
    def shape(self) -> LinearShape:
        """Its words."""
        return LinearShape(
            width=self.width, words=1 << (self.row_bits + _BANK_BITS + self.column_bits)
        )


ULX3S_SDRAM = SdramChip(
    tINIT=200_000.0,
    tCK2=10.0,
    tCK3=7.0,
    tAC2=6.0,
    tAC3=5.4,
    tOH=2.5,
    tHZ=6.0,
    tIS=1.5,
    tIH=1.0,
    tRCD=21.0,
    tRP=21.0,
    tRAS=42.0,
    tRC=63.0,
    tRRD=14.0,
    tRFC=63.0,
    tWR=14.0,
    tMRD=14.0,
    tREF=64e6,
)
"""What all chips of ULX3S boards keep: the slower of ISSI's IS42S16160G-7 and Alliance's
AS4C16M16SA-7 in every line. Of boards with twice the memory (AS4C32M16SB-7) it is the first half of
each row."""


class SdramClocks:
    """Times of a chip in clocks.

    Parameters
    ----------
    chip
        The chip.
    clock_hz
        The logic's clock, and the chip's, which rises half a clock later: commands and words are
        stable around its edge.
    pads
        The way to the chip and back.

    Raises
    ------
    ValueError
        The clock is none for this chip.
    """

    def __init__(self, chip: SdramChip, clock_hz: int, pads: Pads):
        clocks = Clocks(clock_hz=clock_hz)
        clocks.no_shorter("tCK", chip.tCK3)
        period = clocks.period_ns
        slow = period >= exact(chip.tCK2)
        self.cas_latency = 2 if slow else 3
        """Clocks from READ to its word, as the mode register has it."""
        to_word = exact(chip.tAC2 if slow else chip.tAC3)
        edge = period / 2  # the chip's clock, after the logic's
        least, most = exact(pads.least), exact(pads.most)
        self.capture: Capture = clocks.capture(
            "a word of the SDRAM",
            edge + (self.cas_latency - 1) * period + to_word + most,
            edge + self.cas_latency * period + exact(chip.tOH) + least,
        )
        """When a word is taken, from the edge at which READ left its register."""
        self.falling = self.capture.falling
        """Whether a falling edge takes words."""
        self.init = clocks.at_least(chip.tINIT)
        """Clocks of power-up."""
        self.rcd = clocks.at_least(chip.tRCD)
        """ACTIVATE to READ or WRITE."""
        self.rp = clocks.at_least(chip.tRP)
        """PRECHARGE to ACTIVATE."""
        # One bank's row closes before any other opens, so that tRRD is in tRC.
        self.ras = max(
            clocks.at_least(chip.tRAS),
            clocks.at_least(chip.tRC) - self.rp,
            clocks.at_least(chip.tRRD) - self.rp,
        )
        """ACTIVATE to PRECHARGE."""
        self.rfc = clocks.at_least(chip.tRFC)
        """REFRESH to anything."""
        self.wr = clocks.at_least(chip.tWR)
        """WRITE to PRECHARGE."""
        self.mrd = clocks.at_least(chip.tMRD)
        """MODE to anything."""
        floats = float(edge + self.cas_latency * period + most) + chip.tHZ
        self.turn = clocks.at_least(floats)
        """READ to WRITE: until the chip drives no more."""
        # A clock less for each row: a refresh may wait for the row in use, which adds up only once.
        self.refresh = clocks.at_most("tREF / rows", chip.tREF / (1 << chip.row_bits)) - 1
        """REFRESH to REFRESH."""
        busy = self.rfc + self.rp + self.ras + self.rcd
        self.word_clocks = 1 + busy / self.refresh
        """Clocks of a word in a long burst, in the mean: refreshes take their share."""
        self.burst_clocks = float(self.rp + self.rcd + 1)
        """Clocks that a burst takes beside its words: another row."""
        if self.refresh <= 2 * busy:
            raise ValueError(
                f"clock must leave time between refreshes of the SDRAM, not {self.refresh} clocks, "
                f"of which one takes {busy}: take a higher clock"
            )


class _Command(IntEnum):
    """RAS, CAS and WE, high where they are asserted."""

    NOP = 0b000
    ACTIVATE = 0b001
    READ = 0b010
    REFRESH = 0b011
    PRECHARGE = 0b101
    WRITE = 0b110
    MODE = 0b111


class SdramMemory(LinearMemory):
    """An SDRAM as a LinearMemory.

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
    ras, cas, we : Out(1), ba : Out(2), a : Out(13)
        A command, high where asserted; to registers in the pads. CS is asserted and CKE high for
        ever, DQM is low.
    dq_o, dq_i : Out(width), In(width), dq_oe : Out(1)
        Data, to and from registers in the pads; those in take at the edge that
        `SdramClocks.capture` says, and give at the next rising one.

    Timing
    ------
    A word a clock while a row lasts; another row takes tRP and tRCD. A refresh comes every tREF /
    rows, between two words.
    """

    def __init__(self, chip: SdramChip, clock_hz: int, pads: Pads):
        self.chip = chip
        self.clocks = SdramClocks(chip, clock_hz, pads)
        super().__init__(chip.shape, self.pins(chip))

    @staticmethod
    def pins(chip: SdramChip) -> dict[str, Member]:
        """Members that go to the pads."""
        return {
            **{name: Out(1) for name in ("ras", "cas", "we", "dq_oe")},
            "ba": Out(_BANK_BITS),
            "a": Out(13),
            "dq_o": Out(chip.width),
            "dq_i": In(chip.width),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        chip, clocks = self.chip, self.clocks
        m.submodules.steps = steps = WordSteps(
            self.shape, page_words=1 << chip.column_bits, ahead=_AHEAD
        )
        steps.connect(m, self)
        step, word = steps.step, steps.step.payload

        # Clocks until the next command, until the row may close, until the bus is free.
        gap, gap_over = countdown(m, "gap", clocks.init)
        row, row_may_close = countdown(m, "row", clocks.ras)
        written, write_is_in = countdown(m, "written", clocks.wr)
        bus, bus_is_free = countdown(m, "bus", clocks.turn)
        refresh, _ = countdown(m, "refresh", clocks.refresh)
        due, refreshes = Signal(), Signal(range(chip.init_refreshes + 1))

        command, read = Signal(3), Signal()
        m.d.sync += [
            Cat(self.ras, self.cas, self.we).eq(command),
            # Where nobody else drives, the FPGA does not either.
            self.dq_oe.eq(command == _Command.WRITE),
            self.dq_o.eq(word.data),
        ]
        # READ goes through two registers, and its word through those in the pads.
        arrived: Value = read
        for clock in range(2 + clocks.capture.clocks):
            arrived, earlier = Signal(name=f"read_after{clock + 1}"), arrived
            m.d.sync += arrived.eq(earlier)
        m.d.comb += [steps.arrived.eq(arrived), steps.word.eq(self.dq_i)]

        is_open, opened = Signal(), Signal()  # `opened`: for the word that is next
        column = word.address[: chip.column_bits]
        bank = word.address[chip.column_bits :][:_BANK_BITS]
        row_number = word.address[chip.column_bits + _BANK_BITS :]
        ready = Signal()
        m.d.comb += [
            ready.eq(is_open & (opened | ~word.fresh) & gap_over & ~due),
            self.idle.eq(steps.still & write_is_in),
        ]

        def give(what: _Command, *, then: int) -> None:
            m.d.comb += command.eq(what)
            m.d.sync += start(gap, gap_over, then)

        def precharge() -> None:
            give(_Command.PRECHARGE, then=clocks.rp)
            m.d.sync += [self.a.eq(_ALL_BANKS), is_open.eq(0)]

        def refresh_now() -> None:
            give(_Command.REFRESH, then=clocks.rfc)
            m.d.sync += due.eq(0)

        with m.If(refresh == 0):
            m.d.sync += [refresh.eq(clocks.refresh - 1), due.eq(1)]
        with m.FSM():
            with m.State("POWER_UP"), m.If(gap_over):
                precharge()
                m.next = "REFRESHES"
            with m.State("REFRESHES"), m.If(gap_over):
                refresh_now()
                m.d.sync += refreshes.eq(refreshes + 1)
                with m.If(refreshes == chip.init_refreshes - 1):
                    m.next = "MODE"
            with m.State("MODE"), m.If(gap_over):
                give(_Command.MODE, then=clocks.mrd)
                # Bursts of one word.
                m.d.sync += [self.a.eq(clocks.cas_latency << 4), self.ba.eq(0)]
                m.d.sync += [self.initialised.eq(1), steps.enable.eq(1)]
                m.next = "RUN"
            with m.State("RUN"):
                with m.If(due & gap_over):
                    with m.If(~is_open):
                        refresh_now()
                    with m.Elif(row_may_close & write_is_in):
                        precharge()
                with m.Elif(step.valid & ready), m.If(~word.write | bus_is_free):
                    m.d.comb += [
                        step.ready.eq(1),
                        read.eq(~word.write),
                        command.eq(Mux(word.write, _Command.WRITE, _Command.READ)),
                    ]
                    m.d.sync += [self.a.eq(column), self.ba.eq(bank), opened.eq(0)]
                    with m.If(word.write):
                        m.d.sync += start(written, write_is_in, clocks.wr)
                    with m.Else():
                        m.d.sync += start(bus, bus_is_free, clocks.turn)
                with m.Elif(step.valid & gap_over):
                    with m.If(~is_open):
                        give(_Command.ACTIVATE, then=clocks.rcd)
                        m.d.sync += [
                            self.a.eq(row_number),
                            self.ba.eq(bank),
                            is_open.eq(1),
                            opened.eq(1),
                            *start(row, row_may_close, clocks.ras),
                        ]
                    with m.Elif(row_may_close & write_is_in):
                        precharge()
        return m
