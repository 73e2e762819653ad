"""The decoder of coded samples: lines in, the core's beats out, one a clock.

lines --> router --+--> masks of groups --> units --> masks of features --> beats of mask bits --+
                   +--> lines with masks ---------------^                                        |
                   '--> lines with values --------------------------------> beats of features <--'

Groups of the mask come a beat's and more in a clock, so that the masks are ahead of the beats.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.store.counting import expanded, expansion_levels, ones, ones_levels
from boards.store.credit_queue import CreditQueue
from boards.store.funnel import Funnel
from boards.store.line_router import LineRouter, line_layout
from boards.store.two_places import TwoPlaces
from hwgen.parts.layouts import layout_of
from hwgen.parts.pipeline import delayed
from software_ref.plan.ports import CorePorts
from software_ref.plan.sample_code import GROUP, SampleCode

__all__ = ["SampleDecoder"]

_WAITING = 16
"""Takes that wait at a funnel."""


class SampleDecoder(wiring.Component):
    """Makes a core's samples of their code.

    Parameters
    ----------
    ports
        The core's ports.
    code
        The code.

    Members
    -------
    lines : In(stream.Signature(line_layout(code)))
        The lines of samples, those of each one after those of the one before.
    headers : In(stream.Signature(header))
        How each of them is to be played: `train` and `rate_exponent`.
    samples : Out(stream)
        For the core: all from registers.
    free : In(1)
        Lines are damaged: samples are given for the headers, whatever they hold. Only a reset ends
        that.

    Timing
    ------
    A beat a clock, while there are lines; some thirty clocks from a sample's first line to its
    first beat.
    """

    def __init__(self, ports: CorePorts, code: SampleCode):
        self._code = code
        self._beats = -(-code.features // code.beat_features)
        self._sample = sample = layout_of(ports.sample)
        names = ("label", "train", "rate_exponent")
        self._header = data.StructLayout({name: sample.members[name] for name in names})
        self.header = data.StructLayout({name: sample.members[name] for name in names[1:]})
        """How a sample is to be played."""
        super().__init__(
            {
                "lines": In(stream.Signature(line_layout(code))),
                "headers": In(stream.Signature(self.header)),
                "samples": Out(stream.Signature(sample)),
                "free": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        code, groups = self._code, self._code.unit_groups
        m.submodules.router = router = LineRouter(code)
        wiring.connect(m, wiring.flipped(self.lines), router.lines)
        with m.If(self.free):
            m.d.comb += self.lines.ready.eq(1)

        # Lines wait while those of a whole sample's masks are read.
        m.submodules.masks = masks = Funnel(
            element=8,
            slots=code.line_bits // 8,
            window=groups,
            tag=data.StructLayout({"groups": groups}),
            lines=max(12, 2 * code.most_mask_lines),
        )
        unit_bits = GROUP * groups
        from_masks = masks.latency + expansion_levels(groups)[1] + 1
        beat_tag = data.StructLayout({"last": 1, "first": 1, "slot": range(code.line_slots)})
        tag = data.StructLayout({"place": beat_tag, "header": self._header})
        m.submodules.bits = bits = Funnel(
            element=1,
            slots=unit_bits,
            window=code.beat_features,
            tag=tag,
            flight=from_masks + 4,
        )
        lanes = code.beat_features
        m.submodules.values = values = Funnel(
            element=code.value_bits,
            slots=code.line_slots,
            window=lanes,
            tag=data.StructLayout({"mask": lanes, "header": self._header}),
        )
        m.d.comb += [
            *(funnel.free.eq(self.free) for funnel in (masks, bits, values)),
            *(funnel.line.eq(router.line) for funnel in (masks, values)),
            masks.write.eq(router.to_masks),
            values.write.eq(router.to_values),
            router.mask_room.eq(masks.room),
            router.value_room.eq(values.room),
            masks.open.eq(bits.room),
        ]
        self._units(m, router, masks)
        self._features_masks(m, masks, bits)
        self._beat_masks(m, router, bits)
        self._take_values(m, bits, values)
        self._beats_out(m, values)
        return m

    def _units(self, m: Module, router: LineRouter, masks: Funnel) -> None:
        """Take the masks of a unit's groups, those that are there."""
        code, groups = self._code, self._code.unit_groups
        units = -(-code.groups // groups)
        mask = Signal(units * groups, reset_less=True)
        under_way, flat, first = Signal(), Signal(), Signal()
        left = Signal(range(-2, max(units, 1)))  # units to come, less two
        take = data.StructLayout({"groups": groups, "flat": 1, "first": 1, "last": 1})
        latency = ones_levels(groups)
        queued = data.StructLayout({"take": take, "count": range(groups + 1)})
        m.submodules.takes_masks = queue = CreditQueue(queued, _WAITING)
        step, load = Signal(), Signal()
        source = router.groups
        m.d.comb += [
            step.eq(under_way & queue.room),
            load.eq(~under_way | (queue.room & left[-1])),
            source.ready.eq(load),
            queue.started.eq(step),
        ]
        with m.If(step):
            m.d.sync += [mask.eq(mask >> groups), left.eq(left - 1), first.eq(0)]
        with m.If(load):
            m.d.sync += [
                under_way.eq(source.valid | self.free),
                mask.eq(source.payload.mask | source.payload.flat.replicate(code.groups)),
                flat.eq(source.payload.flat),
                left.eq(units - 2),
                first.eq(1),
            ]
        now = Signal(take)
        m.d.comb += [
            now.groups.eq(mask[:groups]),
            now.flat.eq(flat),
            now.first.eq(first),
            now.last.eq(left[-1]),
            queue.arrived.eq(_later(m, step, latency, "unit")),
            queue.item.take.eq(delayed(m, now.as_value(), latency, "unit_take")),
            queue.item.count.eq(ones(m, list(now.groups), "unit")),
        ]
        item, taken = queue.items, masks.takes
        offsets = [code.masks_at(flat=each) % (code.line_bits // 8) for each in (False, True)]
        m.d.comb += [
            taken.valid.eq(item.valid),
            item.ready.eq(taken.ready),
            taken.payload.count.eq(item.payload.count),
            taken.payload.offset.eq(Mux(item.payload.take.flat, offsets[1], offsets[0])),
            taken.payload.first.eq(item.payload.take.first),
            taken.payload.last.eq(item.payload.take.last),
            taken.payload.tag.groups.eq(item.payload.take.groups),
        ]

    def _features_masks(self, m: Module, masks: Funnel, bits: Funnel) -> None:
        """Masks of a unit's features, in the places of their groups."""
        groups = self._code.unit_groups
        from_mask, from_items = expansion_levels(groups)
        wait = from_mask - from_items
        octets = delayed(m, masks.elements, wait, "mask_octets")
        found = expanded(
            m,
            list(masks.tag.groups),
            [octets[k : k + 8] for k in range(0, 8 * groups, 8)],
            "unit_masks",
        )
        m.d.comb += [
            bits.write.eq(_later(m, masks.arrived, from_mask, "unit_masks")),
            bits.line.eq(Cat(found)),
        ]

    def _beat_masks(self, m: Module, router: LineRouter, bits: Funnel) -> None:
        """Ask for the mask of each beat, with what is to be known of its sample."""
        beats, take = self._beats, bits.takes
        there, last = Signal(), Signal()
        left, first = Signal(range(-2, max(beats, 1)), init=beats - 2), Signal(init=1)
        m.d.comb += [
            there.eq((router.headers.valid | self.free) & self.headers.valid),
            last.eq(left[-1]),
            take.valid.eq(there),
            take.payload.count.eq(self._code.beat_features),
            take.payload.first.eq(first),
            take.payload.last.eq(last),
            take.payload.tag.place.first.eq(first),
            take.payload.tag.place.last.eq(last),
            take.payload.tag.place.slot.eq(router.headers.payload.slot),
            take.payload.tag.header.label.eq(router.headers.payload.label),
            *(
                take.payload.tag.header[name].eq(self.headers.payload[name])
                for name in self.header.members
            ),
            router.headers.ready.eq(there & last & take.ready),
            self.headers.ready.eq(there & last & take.ready),
        ]
        with m.If(there & take.ready):
            m.d.sync += [left.eq(Mux(last, beats - 2, left - 1)), first.eq(last)]

    def _take_values(self, m: Module, bits: Funnel, values: Funnel) -> None:
        """Ask for the values of each beat."""
        lanes = self._code.beat_features
        latency = ones_levels(lanes)
        layout = data.StructLayout(
            {"count": range(lanes + 1), "mask": lanes, "tag": bits.tag.shape()}
        )
        m.submodules.takes_values = queue = CreditQueue(layout, _depth(bits.latency + latency))
        m.d.comb += [
            bits.open.eq(queue.room),
            queue.started.eq(bits.started),
            queue.arrived.eq(_later(m, bits.arrived, latency, "beat_mask")),
            queue.item.count.eq(ones(m, list(bits.elements), "beat_mask")),
            queue.item.mask.eq(delayed(m, bits.elements, latency, "beat_mask")),
            queue.item.tag.eq(delayed(m, bits.tag.as_value(), latency, "beat_tag")),
        ]
        item, take = queue.items, values.takes
        place = item.payload.tag.place
        m.d.comb += [
            take.valid.eq(item.valid),
            item.ready.eq(take.ready),
            take.payload.count.eq(item.payload.count),
            take.payload.offset.eq(place.slot),
            take.payload.first.eq(place.first),
            take.payload.last.eq(place.last),
            take.payload.tag.mask.eq(item.payload.mask),
            take.payload.tag.header.eq(item.payload.tag.header),
        ]

    def _beats_out(self, m: Module, values: Funnel) -> None:
        """Values in the places of their features."""
        lanes, bits = self._code.beat_features, self._code.value_bits
        from_mask, from_items = expansion_levels(lanes)
        wait = from_mask - from_items
        whole = from_mask + 1
        m.submodules.beats = queue = CreditQueue(self._sample, _depth(values.latency + whole))
        mask = values.tag.mask
        stored = delayed(m, values.elements, wait, "beat_values")
        found = expanded(
            m,
            list(mask),
            [stored[k : k + bits] for k in range(0, lanes * bits, bits)],
            "beat_features",
        )
        here = delayed(m, mask, from_mask, "beat_features_mask")
        # What is not 0 is stored less one.
        features = [_plus(m, value, here[k], f"feature{k}") for k, value in enumerate(found)]
        header = delayed(m, values.tag.header.as_value(), whole, "beat_header")
        m.d.comb += [
            values.open.eq(queue.room),
            queue.started.eq(values.started),
            queue.arrived.eq(_later(m, values.arrived, whole, "beat")),
            queue.item.features.as_value().eq(Cat(features)),
            *(
                queue.item[name].eq(data.View(self._header, header)[name])
                for name in self._header.members
            ),
        ]
        # Whether the core takes a beat is known late in a clock.
        m.submodules.exit = places = TwoPlaces(self._sample)
        wiring.connect(m, queue.items, places.entry)
        wiring.connect(m, places.exit, wiring.flipped(self.samples))


def _plus(m: Module, value: Value, more: Value, name: str) -> Signal:
    """A value and a bit, a clock later."""
    total = Signal(len(value) + 1, name=name, reset_less=True)
    m.d.sync += total.eq(value + more)
    return total


def _later(m: Module, pulse: Value, clocks: int, name: str) -> Value:
    """A pulse so many clocks later; a reset ends those on their way."""
    for clock in range(1, clocks + 1):
        stage = Signal(name=f"{name}_arrived{clock}")
        m.d.sync += stage.eq(pulse)
        pulse = stage
    return pulse


def _depth(latency: int) -> int:
    """Places of a queue behind a pipeline of such a latency that goes on without a gap."""
    return max(16, 1 << (latency + 7).bit_length())
