"""What a board does by itself when it is switched on, where its memory can only be read.

memory --> STORE_HEAD --> CRC of all words --> CONFIGURE, out of the memory --> seal --> run
                  '-----------'---> foreign, wrong: nothing trains
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.payloads import SEAL, STORE_HEAD
from boards.store.read_only import CRC_BYTES, RUN_BYTES, build_number
from boards.store.store_shape import StoreShape
from hwgen.parts.arithmetic import register
from hwgen.parts.layouts import view_of

__all__ = ["PowerOn"]


class PowerOn(wiring.Component):
    """Checks the memory, and lets the run that it describes begin; else stands between nobody.

    The run is what CONFIGURE makes of the memory's words: the unit for this command gets them, and
    looks at them, as it does where a host sends it. No host is heard meanwhile.

    Parameters
    ----------
    design
        The build; its memory can only be read.
    commands
        Commands of the unit that carries out CONFIGURE, and the sizes of their payloads.

    Members
    -------
    port : Out(CommandPort()), unit : In(CommandPort())
        For the dispatcher, and for the unit.
    initialised : In(1)
        The memory is in use.
    bursts : Out(stream.Signature(LinearShape.burst)), words : In(stream.Signature(width))
        Of the memory.
    check : Out(1), check_first, check_count : Out, checking : In(1), crc : In(32)
        For and from the SampleStore.
    serving : In(1), alone : Out(1)
        The dispatcher has a frame; it must not take one.
    working : Out(1)
        The memory is being looked at.
    sealed : Out(1), seal : Out(32)
        A pulse: the memory holds what this number says.
    start : Out(1), running : In(1)
        High until the run has begun.
    damaged, right : In(1)
        Pulses: a sample was not what had been written; a host has found all of them to be so.
    foreign, wrong : Out(1)
        The memory has no data set for this build; what it has was changed.
    """

    def __init__(self, design: BoardDesign, commands: dict[Command, Size]):
        self.commands = commands
        """Those of the unit."""
        self._layout = layout = design.store
        self._memory = memory = StoreShape(design.core.ports, layout, writable=False).memory
        self._build = build_number(design.identity, layout)
        super().__init__(
            {
                "port": Out(CommandPort()),
                "unit": In(CommandPort()),
                "initialised": In(1),
                "bursts": Out(stream.Signature(memory.burst)),
                "words": In(stream.Signature(memory.width)),
                "check": Out(1),
                "check_first": Out(memory.address_bits),
                "check_count": Out(memory.count_bits),
                "checking": In(1),
                "crc": In(32),
                "serving": In(1),
                "alone": Out(1),
                "working": Out(1, init=1),
                "sealed": Out(1),
                "seal": Out(SEAL["seal"].bits),
                "start": Out(1),
                "running": In(1),
                "damaged": In(1),
                "right": In(1),
                "foreign": Out(1),
                "wrong": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        width, unit = self._memory.width, self.unit
        octets, crc_words = width // 8, 8 * CRC_BYTES // width
        head_words, run_words = 8 * STORE_HEAD.size // width, -(-8 * RUN_BYTES // width)
        shifted = Signal(8 * STORE_HEAD.size, reset_less=True)
        head = view_of(STORE_HEAD, shifted)
        most = self._layout.words - crc_words

        # Comparisons, a clock after what they are about is there.
        known = register(m, head.build == self._build, "known")
        empty = register(m, head.words == 0, "empty")
        beyond = register(m, head.words > most, "beyond")
        same = register(m, head.crc == self.crc, "same")

        # Words of a burst to come, less one; bytes of the word that is dealt out, and of the run.
        left = Signal(range(max(head_words, run_words)))
        word, dealt = Signal(width, reset_less=True), Signal(range(octets + 1))
        bytes_left, begins, serves = Signal(range(RUN_BYTES + 1)), Signal(), Signal()

        def ask(first: int, count: int) -> list:
            payload = self.bursts.payload
            return [
                self.bursts.valid.eq(1),
                *(payload.address.eq(first), payload.count.eq(count), left.eq(count - 1)),
            ]

        with m.If(self.bursts.ready):
            m.d.sync += self.bursts.valid.eq(0)
        m.d.sync += [self.check.eq(0), self.sealed.eq(0)]
        m.d.comb += [
            self.check_first.eq(crc_words),
            self.check_count.eq(head.words),
            self.seal.eq(head.seal),
        ]
        with m.If(self.damaged):
            m.d.sync += self.wrong.eq(1)
        with m.Elif(self.right):
            m.d.sync += [self.wrong.eq(0), self.foreign.eq(0)]
        self._share(m, begins, serves, word)
        with m.FSM():
            with m.State("OFF"), m.If(self.initialised):
                m.d.sync += ask(0, head_words)
                m.next = "HEAD"
            with m.State("HEAD"):
                m.d.comb += self.words.ready.eq(1)
                with m.If(self.words.valid):
                    m.d.sync += [
                        shifted.eq(Cat(shifted, self.words.payload)[width:]),
                        left.eq(left - 1),
                    ]
                    with m.If(left == 0):
                        m.next = "COMPARE"
            with m.State("COMPARE"):
                m.next = "KNOWN"
            with m.State("KNOWN"):
                with m.If(~known | empty | beyond):
                    m.d.sync += [self.foreign.eq(1), self.working.eq(0)]
                    m.next = "ON"
                with m.Else():
                    m.d.sync += self.check.eq(1)
                    m.next = "CHECK"
            # `checking` rises two clocks after `check`.
            with m.State("CHECK"):
                m.next = "CHECK_BEGINS"
            with m.State("CHECK_BEGINS"):
                m.next = "CHECKING"
            with m.State("CHECKING"), m.If(~self.checking):
                m.next = "CHECKED"
            with m.State("CHECKED"):
                m.next = "SAME"
            with m.State("SAME"):
                m.next = "ALONE"
                with m.If(~same):
                    m.d.sync += [self.wrong.eq(1), self.working.eq(0)]
                    m.next = "ON"
            with m.State("ALONE"), m.If(~self.serving):
                # A frame that comes from now on waits.
                m.d.sync += [self.alone.eq(1), dealt.eq(0), bytes_left.eq(RUN_BYTES)]
                m.d.sync += ask(head_words, run_words)
                m.next = "BEGIN"
            with m.State("BEGIN"):
                m.d.comb += begins.eq(1)
                m.next = "BEGINS"
            with m.State("BEGINS"):  # `done` of the command before falls
                m.next = "CONFIGURE"
            with m.State("CONFIGURE"):
                m.d.comb += [
                    serves.eq((dealt != 0) & (bytes_left != 0)),
                    self.words.ready.eq(dealt == 0),
                ]
                with m.If(serves & unit.payload.ready):
                    m.d.sync += [
                        *(word.eq(word >> 8), dealt.eq(dealt - 1)),
                        bytes_left.eq(bytes_left - 1),
                    ]
                with m.Elif((dealt == 0) & self.words.valid):
                    m.d.sync += [word.eq(self.words.payload), dealt.eq(octets)]
                with m.If(unit.done):
                    m.d.sync += [self.alone.eq(0), self.working.eq(0)]
                    m.next = "ON"
                    with m.If(unit.status == Status.OK):
                        m.d.sync += [self.sealed.eq(1), self.start.eq(1)]
                    with m.Else():
                        m.d.sync += self.foreign.eq(1)
            with m.State("ON"), m.If(self.running):
                m.d.sync += self.start.eq(0)
        return m

    def _share(self, m: Module, begins: Signal, serves: Signal, word: Signal) -> None:
        """The unit is the dispatcher's, but for the command that comes out of the memory."""
        port, unit, mine = self.port, self.unit, self.alone
        m.d.comb += [
            unit.start.eq(Mux(mine, begins, port.start)),
            unit.code.eq(Mux(mine, Command.CONFIGURE, port.code)),
            unit.size.eq(Mux(mine, RUN_BYTES, port.size)),
            unit.payload.valid.eq(Mux(mine, serves, port.payload.valid)),
            unit.payload.payload.eq(Mux(mine, word[:8], port.payload.payload)),
            port.payload.ready.eq(unit.payload.ready),
            port.status.eq(unit.status),
            port.done.eq(unit.done),
            port.answer_size.eq(unit.answer_size),
            port.answer.valid.eq(unit.answer.valid),
            port.answer.payload.eq(unit.answer.payload),
            unit.answer.ready.eq(port.answer.ready),
        ]
