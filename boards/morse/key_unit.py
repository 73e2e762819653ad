"""The key: pressed by hand or by the host, its letters framed, and what they were heard to say.

pin ----------------.
KEY --> times ------+--> debounced --> [ KeyTimes ] --> [ Letter ] --> frame, a letter waits
READ_HEARD <-- last character <-- prediction
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, KeyState, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.payloads import HEARD, KEY_TIME, KEY_TIMES
from boards.link.words import WordSender
from boards.morse.key_times import KeyTimes
from boards.morse.letter import Letter
from boards.panel.button import Button
from hwgen.parts.layouts import view_of
from hwgen.parts.memory import memory
from software_ref.datasets.morse_live_options import FRAME

__all__ = ["BOUNCE_TICKS", "KeyUnit"]

BOUNCE_TICKS = 5
"""Milliseconds that the key must rest before it counts."""
_TIME_BYTES = KEY_TIME.size


class KeyUnit(wiring.Component):
    """Turns taps into frames, and carries out KEY and READ_HEARD.

    Parameters
    ----------
    design
        The build, which makes frames.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    pin : In(1)
        High while the key is pressed; from the board.
    asked, heard : In(1), prediction : In
        Pulses: the letter's frame has been taken; its prediction comes.
    letter : Out(1), frame : Out(64)
        A letter waits; where its frame is on, until another letter is over.
    down, tick : Out(1)
        Whether the key is down; a pulse every millisecond.
    """

    def __init__(self, design: BoardDesign):
        self._design = design
        super().__init__(
            {
                "port": Out(CommandPort()),
                "pin": In(1),
                "asked": In(1),
                "heard": In(1),
                "prediction": In(design.core.ports.label_width),
                "letter": Out(1),
                "frame": Out(FRAME),
                "down": Out(1),
                "tick": Out(1),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        return {
            Command.KEY: Size(_TIME_BYTES, KEY_TIMES * _TIME_BYTES),
            Command.READ_HEARD: Size(0, 0),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        design = self._design
        assert design.morse is not None
        m.submodules.contact = contact = Button(BOUNCE_TICKS * design.key_tick, level=True)
        m.submodules.times = times = KeyTimes(design.key_tick)
        m.submodules.framer = framer = Letter(design.morse.options)
        letters, character = Signal(32), Signal(8)
        pressed = self._commands(m, times.tick, framer.unit, letters, character)
        m.d.comb += [
            contact.pin.eq(self.pin | pressed),
            times.down.eq(contact.down),
            times.unit.eq(framer.unit),
            framer.letter.eq(times.letter),
            framer.elements.eq(times.elements),
            framer.time.eq(times.time),
            times.place.eq(framer.place),
            self.frame.eq(framer.frame),
            self.down.eq(contact.down),
            self.tick.eq(times.tick),
        ]
        # A letter that is over while the one before is in the core waits for its turn.
        with m.If(framer.framed):
            m.d.sync += self.letter.eq(1)
        with m.Elif(self.asked):
            m.d.sync += self.letter.eq(0)
        with m.If(self.heard):
            m.d.sync += [letters.eq(letters + 1), character.eq(self.prediction)]
        return m

    def _commands(
        self, m: Module, tick: Signal, unit: Signal, letters: Signal, character: Signal
    ) -> Signal:
        """The commands; returns whether KEY holds the key down."""
        port = self.port
        m.submodules.sender = sender = WordSender(HEARD.size)
        pressed, sending = Signal(), Signal()
        # Times come in byte by byte, the lower one first.
        low, odd = Signal(8, reset_less=True), Signal()
        count, last, place = (Signal(range(KEY_TIMES + 1), name=n) for n in ("n", "last", "place"))
        left = Signal(KEY_TIME.bits)
        (time,) = memory(
            m,
            "times_to_send",
            depth=KEY_TIMES,
            width=KEY_TIME.bits,
            reads=[place],
            write=(
                count,
                Cat(low, port.payload.payload),
                port.payload.valid & port.payload.ready & odd,
            ),
            init=None,
        )
        heard = view_of(HEARD, sender.words.payload)
        m.d.comb += [
            heard.letters.eq(letters),
            heard.character.eq(character),
            heard.flags.eq(
                Mux(self.down, KeyState.DOWN, 0)
                | Mux(sending, KeyState.SENDING, 0)
                | Mux(self.letter, KeyState.WAITING, 0)
            ),
            heard.unit.eq(unit),
            sender.drop.eq(port.start),
            sender.bytes.ready.eq(port.answer.ready),
            port.answer.valid.eq(sender.bytes.valid),
            port.answer.payload.eq(sender.bytes.payload),
        ]
        is_key, whole, begin = Signal(), Signal(), Signal()
        with m.FSM(name="commands"):
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += [
                    *(port.done.eq(0), count.eq(0), odd.eq(0)),
                    *(is_key.eq(port.code == Command.KEY), whole.eq(~port.size[0])),
                ]
                m.next = "KIND"
            with m.State("KIND"):
                m.d.sync += [port.status.eq(Status.OK), port.answer_size.eq(0)]
                m.next = "TAKE"
                with m.If(~is_key):
                    m.d.sync += port.answer_size.eq(HEARD.size)
                    m.next = "SEND"
                with m.Elif(sending):
                    m.d.sync += [port.status.eq(Status.BUSY), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(~whole):
                    m.d.sync += [port.status.eq(Status.WRONG_SIZE), port.done.eq(1)]
                    m.next = "IDLE"
            with m.State("TAKE"):
                m.d.comb += port.payload.ready.eq(1)
                with m.If(port.payload.valid):
                    m.d.sync += [low.eq(port.payload.payload), odd.eq(~odd), count.eq(count + odd)]
                with m.If(count == port.size[1:]):
                    m.d.comb += begin.eq(1)
                    m.d.sync += [port.done.eq(1), last.eq(count - 1)]
                    m.next = "IDLE"
            with m.State("SEND"):
                m.d.comb += sender.words.valid.eq(1)
                m.d.sync += port.done.eq(1)
                m.next = "IDLE"

        # The first time is one of the key down; times of 0 are taken for 1.
        fetched = Signal(2)  # the first one comes out of the memory
        m.d.sync += fetched.eq(Cat(sending, fetched[0]))
        with m.If(begin):
            m.d.sync += [sending.eq(1), place.eq(0), left.eq(0), pressed.eq(0)]
        with m.Elif(fetched.all() & sending & tick):
            m.d.sync += left.eq(left - 1)
            with m.If(left <= 1):
                m.d.sync += [pressed.eq(~pressed), left.eq(time), place.eq(place + 1)]
                with m.If(place > last):
                    m.d.sync += [pressed.eq(0), sending.eq(0)]
        return pressed
