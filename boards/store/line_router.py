"""What a coded sample's lines are for: header, mask of groups, masks of features, values."""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from boards.store.two_places import TwoPlaces
from hwgen.parts.layouts import layout_of
from software_ref.plan.sample_code import SampleCode

__all__ = ["LineRouter", "line_layout"]

_HEADERS = 16
"""Headers that wait, and one more."""


def line_layout(code: SampleCode) -> data.StructLayout:
    """A line, and whether it is the first or the last of its sample."""
    return data.StructLayout({"line": code.line_bits, "first": 1, "last": 1})


class LineRouter(wiring.Component):
    """Sends each line of a sample to where it is needed: to both funnels, where it has both.

    Parameters
    ----------
    code
        The code.

    Members
    -------
    lines : In(stream.Signature(line_layout(code)))
        Lines of samples.
    mask_room, value_room : In(1), to_masks, to_values : Out(1), line : Out
        The funnels of masks and of values, and lines for them.
    groups : Out(stream)
        Of each sample the mask of its groups, and whether it is flat.
    headers : Out(stream)
        Of each sample the label, and the slot that its values begin at.
    """

    def __init__(self, code: SampleCode):
        self._code = code
        self.groups_layout = data.StructLayout({"mask": code.groups, "flat": 1})
        self.header_layout = data.StructLayout(
            {name: layout_of(code.header)[name].shape for name in ("label", "slot")}
        )
        super().__init__(
            {
                "lines": In(stream.Signature(line_layout(code))),
                "mask_room": In(1),
                "value_room": In(1),
                "to_masks": Out(1),
                "to_values": Out(1),
                "line": Out(code.line_bits),
                "groups": Out(stream.Signature(self.groups_layout)),
                "headers": Out(stream.Signature(self.header_layout)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        code = self._code
        m.submodules.entry = places = TwoPlaces(line_layout(code))
        wiring.connect(m, wiring.flipped(self.lines), places.entry)
        item = places.exit.payload
        header = data.View(layout_of(code.header), item.line[: code.header.bits])

        # Lines until the values' first one, and those since the sample's first.
        line_bits = len(header.line)
        starts = [8 * code.masks_at(flat=flat) // code.line_bits for flat in (False, True)]
        after = Signal(signed(line_bits + 1))
        here = Signal(signed(line_bits + 1))
        number, place = Signal(range(max(starts) + 2)), Signal(range(max(starts) + 2))
        kept = Signal(layout_of(code.header), reset_less=True)
        current = Signal(layout_of(code.header))
        occupied, step = Signal(), Signal()
        headers_room = Signal()
        m.d.comb += [
            current.eq(Mux(item.first, header, kept)),
            here.eq(Mux(item.first, header.line, after)),
            place.eq(Mux(item.first, 0, number)),
            step.eq(
                places.exit.valid
                & self.mask_room
                & self.value_room
                & headers_room
                & ~(item.first & occupied)
            ),
            places.exit.ready.eq(
                self.mask_room & self.value_room & headers_room & ~(item.first & occupied)
            ),
        ]
        with m.If(step):
            m.d.sync += [
                kept.eq(current),
                after.eq(Mux(here < 0, here, here - 1)),
                number.eq(Mux(place > max(starts), place, place + 1)),
            ]

        # A clock later: where the line goes.
        stage_first, stage_last, stage = Signal(), Signal(), Signal()
        stage_flat, stage_place = Signal(), Signal.like(number)
        reached = [place >= start if start else Const(1) for start in starts]
        begun = Mux(current.flat, reached[1], reached[0])
        m.d.sync += [
            stage.eq(step),
            self.line.eq(item.line),
            stage_first.eq(item.first),
            stage_last.eq(item.last),
            stage_flat.eq(current.flat),
            stage_place.eq(place),
            self.to_masks.eq(step & begun & ((here > 0) | ((here == 0) & current.shared))),
            self.to_values.eq(step & ((here <= 0) | item.last)),
        ]
        self._headers(m, stage & stage_first, current, headers_room)

        # The mask of groups lies in the first lines, behind the header.
        first = 8 * code.header_bytes
        lines = -(-(first + code.groups) // code.line_bits)
        kept_lines = Array(
            Signal(code.line_bits, name=f"prefix{k}", reset_less=True) for k in range(lines)
        )
        complete = Signal()
        payload = self.groups.payload
        flat = Signal()
        with m.If(stage & (stage_place < lines)):
            m.d.sync += kept_lines[stage_place].eq(self.line)
        with m.If(stage & stage_first):
            m.d.sync += flat.eq(stage_flat)
        ends = stage & (stage_last | (stage_place == lines - 1) | (stage_first & stage_flat))
        with m.If(self.groups.ready & self.groups.valid):
            m.d.sync += [self.groups.valid.eq(0), occupied.eq(0), complete.eq(0)]
        with m.Elif(ends & ~complete & (occupied | stage_first)):
            m.d.sync += [self.groups.valid.eq(1), complete.eq(1)]
        with m.If(step & item.first):
            m.d.sync += occupied.eq(1)
        m.d.comb += [
            payload.mask.eq(Cat(*kept_lines)[first:]),
            payload.flat.eq(flat),
        ]
        return m

    def _headers(self, m: Module, arrived: Signal, current: Signal, room: Signal) -> None:
        """Keep what the decoder wants of a header."""
        m.submodules.kept_headers = queue = SyncFIFOBuffered(
            width=self.header_layout.size, depth=_HEADERS
        )
        header = Signal(self.header_layout)
        m.d.sync += [header[name].eq(current[name]) for name in self.header_layout.members]
        m.d.sync += room.eq(queue.level < _HEADERS - 4)
        m.d.comb += [
            queue.w_en.eq(arrived),
            queue.w_data.eq(header),
            self.headers.valid.eq(queue.r_rdy),
            self.headers.payload.eq(queue.r_data),
            queue.r_en.eq(self.headers.ready),
        ]
