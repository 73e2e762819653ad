"""A funnel: takes as many elements as it is told from a row of lines, wherever they begin.

lines --> [ lines that wait ] --two of them--> shifted --> window of elements
takes --> positions --> are the lines there? ---^
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.store.two_places import TwoPlaces
from hwgen.parts.arithmetic import register
from hwgen.parts.memory import memory
from hwgen.parts.pipeline import delayed
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.payload import bits_for

__all__ = ["Funnel"]


class Funnel(wiring.Component):
    """Takes elements in order, a number of them in every clock, and those of two lines at once.

    Parameters
    ----------
    element
        Bits of an element.
    slots
        Elements of a line.
    window
        Elements that are taken at once, at most: no more than a line has.
    tag
        What comes with a take and leaves with its elements.
    lines
        Lines that wait at most, without those in flight.
    flight
        Clocks from `room` to the `write` that it allowed, at most.

    Members
    -------
    room : Out(1), write : In(1), line : In
        Whether another line may be on its way; a line, its first element lowest.
    takes : In(stream)
        The next `count` elements; after `first`, from element `offset` of a line on. With `last`,
        what is left of the line is dropped, and the next take is a `first` one.
    open : In(1), started : Out(1)
        Whether there is room for a window, known a clock before; and that one is under way.
    arrived : Out(1), elements : Out, tag : Out(tag)
        A window, of whose elements the first `count` are those taken, `latency` clocks after it
        started.
    free : In(1)
        Lines are damaged: waits for none, drops them all, and gives anything. Ends a clock after
        it falls.
    """

    def __init__(
        self,
        *,
        element: int,
        slots: int,
        window: int,
        tag: data.StructLayout,
        lines: int = 12,
        flight: int = 4,
    ):
        self._element, self._slots, self._window = element, slots, window
        self._flight = flight
        self._depth = 1 << (lines + flight + 2).bit_length()
        self._position = signed((slots + 1).bit_length() + 1)
        self._read_latency = MemoryPlan(depth=self._depth, width=slots * element).read_latency
        self.take = data.StructLayout(
            {
                "count": range(window + 1),
                "offset": range(slots),
                "first": 1,
                "last": 1,
                "tag": tag,
            }
        )
        """A take."""
        self._tag = tag
        super().__init__(
            {
                "room": Out(1),
                "write": In(1),
                "line": In(slots * element),
                "takes": In(stream.Signature(self.take)),
                "open": In(1),
                "started": Out(1),
                "arrived": Out(1),
                "elements": Out(window * element),
                "tag": Out(tag),
                "free": In(1),
            }
        )

    @property
    def latency(self) -> int:
        """Clocks from `started` to `arrived`."""
        return self._read_latency + -(-bits_for(self._slots) // 2)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        placed = self._positions(m)
        started, first_line = self._lines(m, placed)
        m.d.comb += self.started.eq(started)
        self._shift(m, started, first_line, placed.payload)
        return m

    def _positions(self, m: Module) -> stream.Interface:
        """Where each take begins, and whether it goes on into a second line.

        Positions are counted from one beyond the line's end, so that a sign tells that.
        """
        slots, position = self._slots, self._position
        step = data.StructLayout(
            {
                "count": unsigned(bits_for(self._window)),
                "less": signed(slots.bit_length() + 1),
                "begin": position,
                "first": 1,
                "last": 1,
                "tag": self._tag,
            }
        )
        m.submodules.steps = steps = TwoPlaces(step)
        take = self.takes.payload
        m.d.comb += [
            steps.entry.valid.eq(self.takes.valid),
            self.takes.ready.eq(steps.entry.ready),
            steps.entry.payload.count.eq(take.count),
            steps.entry.payload.less.eq(take.count - slots),
            steps.entry.payload.begin.eq(take.offset - (slots + 1)),
            *(
                getattr(steps.entry.payload, name).eq(getattr(take, name))
                for name in ("first", "last", "tag")
            ),
        ]
        layout = data.StructLayout(
            {"position": position, "crosses": 1, "last": 1, "tag": self._tag}
        )
        m.submodules.placed = placed = TwoPlaces(layout)
        wanted = steps.exit.payload
        here, begin, after = Signal(position), Signal(position), Signal(position)
        m.d.comb += [
            begin.eq(Mux(wanted.first, wanted.begin, here)),
            after.eq(begin + wanted.count),
            placed.entry.valid.eq(steps.exit.valid),
            steps.exit.ready.eq(placed.entry.ready),
            placed.entry.payload.position.eq(begin),
            placed.entry.payload.crosses.eq(~after[-1]),
            placed.entry.payload.last.eq(wanted.last),
            placed.entry.payload.tag.eq(wanted.tag),
        ]
        with m.If(steps.exit.valid & placed.entry.ready):
            m.d.sync += here.eq(Mux(after[-1], after, begin + wanted.less))
        return placed.exit

    def _lines(self, m: Module, placed: stream.Interface) -> tuple[Signal, tuple[Value, Value]]:
        """When a take starts, and its two lines."""
        depth = self._depth
        writing, level = Signal(range(depth)), Signal(range(depth + 1))
        lines = [Signal(range(depth), init=k, name=f"reading{k}") for k in (0, 1)]
        started, there = Signal(), Signal()
        take = placed.payload
        advance = Signal(2)
        m.d.comb += [
            there.eq(Mux(take.crosses, level[1:].any(), level.any()) | self.free),
            started.eq(placed.valid & self.open & there),
            placed.ready.eq(self.open & there),
            advance.eq(Mux(started, take.crosses + take.last, 0)),
        ]
        m.d.sync += [
            writing.eq(writing + self.write),
            level.eq(level + self.write - advance),
            self.room.eq(level < depth - self._flight - 2),
            *(line.eq(line + advance) for line in lines),
        ]
        with m.If(self.free):
            m.d.sync += [
                *(level.eq(0), writing.eq(0), self.room.eq(1)),
                *(line.eq(k) for k, line in enumerate(lines)),
            ]
        words = memory(
            m,
            "lines",
            depth=depth,
            width=len(self.line),
            reads=lines,
            write=(writing, self.line, self.write),
            init=None,
            latency=self._read_latency,
        )
        return started, (words[0], words[1])

    def _shift(
        self, m: Module, started: Signal, words: tuple[Value, Value], take: data.View
    ) -> None:
        """From two lines and a position to a window."""
        element = self._element
        both = Cat(*words)
        elements: list[Value] = [
            both[k : k + element] for k in range(0, 2 * self._slots * element, element)
        ]
        bits = bits_for(self._slots)
        place = (take.position + (self._slots + 1))[:bits]
        shift: Value = register(m, place, "shift")
        shift = delayed(m, shift, self._read_latency - 1, "shift")
        low, level = 2 * ((bits - 1) // 2), 0
        while low >= 0:
            digit = shift[low:]
            keep = self._window + (1 << low) - 1
            chosen = []
            for k in range(keep):
                inputs = [
                    elements[min(k + (way << low), len(elements) - 1)]
                    for way in range(1 << len(digit))
                ]
                value = inputs[0]
                if len(digit) == 1:
                    value = Mux(digit, inputs[1], inputs[0])
                else:
                    value = Mux(
                        digit[1],
                        Mux(digit[0], inputs[3], inputs[2]),
                        Mux(digit[0], inputs[1], inputs[0]),
                    )
                chosen.append(register(m, value, f"level{level}_{k}"))
            elements = chosen
            if low:
                shift = register(m, shift[:low], f"shift_level{level}")
            low, level = low - 2, level + 1
        arrived: Value = started
        for clock in range(1, self.latency + 1):
            stage = Signal(name=f"started_after{clock}")
            m.d.sync += stage.eq(arrived)
            arrived = stage
        m.d.comb += [
            self.arrived.eq(arrived),
            self.elements.eq(Cat(elements)),
            self.tag.eq(delayed(m, take.tag, self.latency, "tag_waits")),
        ]
