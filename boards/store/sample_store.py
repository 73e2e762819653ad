"""The sample store: coded samples in a linear memory, and the way to the core.

requests --> order --> index --> bursts --> memory --> lines --> decoder --> samples of the core
                |        |          ^                    |
                '--------'----------'<-- their words ----'--> CRC of a part of the memory

An order and an index are tables in the same memory (software_ref.plan.store_layout). Where features
feed inputs by a map, an InputMap follows the decoder.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, ResetInserter, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from boards.store.burst_reader import BurstReader
from boards.store.input_map import InputMap
from boards.store.input_plan import input_plan
from boards.store.line_gatherer import LineGatherer, word_layout
from boards.store.sample_decoder import SampleDecoder
from boards.store.store_check import StoreCheck
from boards.store.store_shape import StoreShape
from boards.store.table_reader import TableReader
from boards.store.two_places import TwoPlaces
from hwgen.parts.layouts import layout_of
from software_ref.core_plan import CorePlan
from software_ref.plan.store_layout import StoreLayout

__all__ = ["SampleStore"]

_REQUESTS = 64
"""Samples that are asked for, and not yet decoded."""
_QUIET = 64
"""Clocks without anything under way, after which nothing is."""


class SampleStore(wiring.Component):
    """Plays samples as fast as the core takes them, and the memory gives them.

    Parameters
    ----------
    core
        The core.
    layout
        What its memory holds.
    ahead
        Words of samples that wait in a queue of their own, for a memory that is fast in the mean
        alone; 0: none.
    writable
        Whether the memory can be written.

    Members
    -------
    requests : In(stream.Signature(StoreShape.request))
        Samples to play, in their order.
    samples : Out(stream)
        For the core.
    taken : Out(1)
        The core took a sample's last beat.
    running : In(1)
        Samples are being asked for, or not all taken.
    check, check_first, check_count : In, checking : Out(1), crc : Out(32)
        Compute the CRC-32 of so many words, while no samples are played: see StoreCheck.
    damaged : Out(1)
        A pulse: a sample's bytes are not those that were written. From there to the end of the run
        the core is given anything, but as many samples as were asked for.
    reads : Out(stream), data : In(stream), memory_idle : In(1)
        Of the memory, a LinearMemory of `StoreShape.memory`.
    head_bursts : In(stream.Signature(LinearShape.burst)), head_words : Out(stream)
        Where it can only be read: bursts of any words, and these, while no samples are played.
    """

    def __init__(
        self, core: CorePlan, layout: StoreLayout, *, ahead: int = 0, writable: bool = True
    ):
        ports = core.ports
        self.shape = shape = StoreShape(ports, layout, writable=writable)
        self._core, self._ports, self._ahead = core, ports, ahead
        memory = shape.memory
        self._sample = layout_of(ports.sample)
        head = {
            "head_bursts": In(stream.Signature(memory.burst)),
            "head_words": Out(stream.Signature(memory.width)),
        }
        super().__init__(
            {
                "requests": In(stream.Signature(shape.request)),
                "samples": Out(stream.Signature(self._sample)),
                "taken": Out(1),
                "running": In(1),
                "check": In(1),
                "check_first": In(memory.address_bits),
                "check_count": In(memory.count_bits),
                "checking": Out(1),
                "crc": Out(32),
                "damaged": Out(1),
                "reads": Out(stream.Signature(memory.burst)),
                "data": In(stream.Signature(memory.width)),
                "memory_idle": In(1),
                **({} if writable else head),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        memory, layout, code = self.shape.memory, self.shape.layout, self.shape.layout.code
        # After damage everything begins anew, once all is quiet.
        free, restart = Signal(), Signal()
        fresh = ResetInserter(restart)
        order = TableReader(memory, layout.order, layout.place_bits)
        index = TableReader(memory, layout.index, layout.sample_bits)
        users = ("index", "order", "samples", "check", *(() if memory.writable else ("head",)))
        reader = BurstReader(memory, users)
        gatherer = LineGatherer(code)
        decoder = SampleDecoder(self._ports, code)
        check = StoreCheck(memory)
        headers = SyncFIFOBuffered(width=decoder.header.size, depth=_REQUESTS)
        m.submodules.order, m.submodules.index = fresh(order), fresh(index)
        m.submodules.reader, m.submodules.gatherer = fresh(reader), fresh(gatherer)
        m.submodules.decoder, m.submodules.headers = fresh(decoder), fresh(headers)
        m.submodules.check = check
        self._recover(m, free=free, restart=restart, damaged=gatherer.damaged, check=check)

        # A request's place goes on to the tables, how it is played to the decoder.
        request = self.requests
        header = Signal(decoder.header)
        m.d.comb += [
            request.ready.eq(order.items.ready & headers.w_rdy),
            order.items.valid.eq(request.valid & headers.w_rdy),
            order.items.payload.number.eq(request.payload.place),
            order.items.payload.wanted.eq(request.payload.ordered),
            headers.w_en.eq(request.valid & order.items.ready),
            headers.w_data.eq(header),
            *(header[name].eq(request.payload[name]) for name in decoder.header.members),
            decoder.headers.valid.eq(headers.r_rdy),
            decoder.headers.payload.eq(headers.r_data),
            headers.r_en.eq(decoder.headers.ready),
            decoder.free.eq(free),
            index.items.valid.eq(order.found.valid),
            index.items.payload.number.eq(order.found.payload),
            index.items.payload.wanted.eq(1),
            order.found.ready.eq(index.items.ready),
        ]
        for name, table in (("order", order), ("index", index)):
            wiring.connect(m, table.bursts, getattr(reader, name))
            m.d.comb += [
                table.arrived.eq(getattr(reader, f"{name}_word")),
                table.word.eq(self.data.payload),
                getattr(reader, f"{name}_ready").eq(1),
            ]
        found = index.found
        length = found.payload[layout.address_bits : layout.address_bits + layout.length_bits]
        m.d.comb += [
            reader.samples.valid.eq(found.valid),
            found.ready.eq(reader.samples.ready),
            reader.samples.payload.address.eq(found.payload[: layout.address_bits]),
            # No burst has no words, not even that of an index that was damaged.
            reader.samples.payload.count.eq(Cat(length[0] | ~length.any(), length[1:])),
        ]
        self._words(m, reader, gatherer)
        wiring.connect(m, gatherer.lines, decoder.lines)

        wiring.connect(m, reader.reads, wiring.flipped(self.reads))
        wiring.connect(m, check.bursts, reader.check)
        m.d.comb += [
            reader.data.valid.eq(self.data.valid),
            reader.data.payload.eq(self.data.payload),
            self.data.ready.eq(reader.data.ready),
            check.words.valid.eq(reader.check_word),
            check.words.payload.eq(self.data.payload),
            reader.check_ready.eq(check.words.ready),
            check.start.eq(self.check),
            check.first.eq(self.check_first),
            check.count.eq(self.check_count),
            self.checking.eq(check.working),
            self.crc.eq(check.crc),
        ]
        if not memory.writable:
            wiring.connect(m, wiring.flipped(self.head_bursts), reader.head)
            m.d.comb += [
                self.head_words.valid.eq(reader.head_word),
                self.head_words.payload.eq(self.data.payload),
                reader.head_ready.eq(self.head_words.ready),
            ]
        plan, samples = input_plan(self._core), decoder.samples
        if plan is not None:
            inputs = InputMap(self._ports, plan, self._core.options.pipelining)
            m.submodules.inputs = fresh(inputs)
            wiring.connect(m, samples, inputs.entry)
            samples = inputs.exit
        wiring.connect(m, samples, wiring.flipped(self.samples))
        self._count_beats(m)
        return m

    def _words(self, m: Module, reader: BurstReader, gatherer: LineGatherer) -> None:
        """The words of samples, through a queue where that is wanted."""
        layout = word_layout(self.shape.layout.code)
        word = Signal(layout)
        m.d.comb += [
            word.word.eq(self.data.payload),
            word.first.eq(reader.first),
            word.last.eq(reader.last),
        ]
        if not self._ahead:
            m.d.comb += [
                gatherer.words.valid.eq(reader.samples_word),
                gatherer.words.payload.eq(word),
                reader.samples_ready.eq(gatherer.words.ready),
            ]
            return
        m.submodules.ahead = ahead = SyncFIFOBuffered(width=layout.size, depth=self._ahead)
        # A block RAM's word comes late in a clock.
        m.submodules.behind = behind = TwoPlaces(layout)
        m.d.comb += [
            ahead.w_en.eq(reader.samples_word),
            ahead.w_data.eq(word),
            reader.samples_ready.eq(ahead.w_rdy),
            behind.entry.valid.eq(ahead.r_rdy),
            behind.entry.payload.eq(ahead.r_data),
            ahead.r_en.eq(behind.entry.ready),
        ]
        wiring.connect(m, behind.exit, gatherer.words)

    def _recover(
        self, m: Module, *, free: Signal, restart: Signal, damaged: Signal, check: StoreCheck
    ) -> None:
        """From a damaged sample on nothing waits for lines; then everything begins anew."""
        quiet = Signal(range(_QUIET))
        m.d.comb += self.damaged.eq(damaged)
        m.d.sync += [
            quiet.eq(quiet + 1),
            restart.eq(free & (quiet == _QUIET - 1)),
        ]
        with m.If(~free | self.running | ~self.memory_idle | check.working):
            m.d.sync += [quiet.eq(0), restart.eq(0)]
        with m.If(damaged):
            m.d.sync += free.eq(1)
        with m.Elif(restart):
            m.d.sync += free.eq(0)

    def _count_beats(self, m: Module) -> None:
        """Which beats are the last ones of their samples."""
        beats = self._ports.beats
        beat, last = Signal(range(max(beats, 2))), Signal(init=int(beats == 1))
        step = Signal()
        m.d.comb += [
            step.eq(self.samples.valid & self.samples.ready),
            self.taken.eq(step & last),
        ]
        with m.If(step):
            m.d.sync += [
                beat.eq(Mux(last, 0, beat + 1)),
                last.eq((beat == beats - 2) if beats > 1 else 1),
            ]
