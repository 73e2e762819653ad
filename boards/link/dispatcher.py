"""Gives each frame to the unit that carries it out, and sends the answer.

frame receiver --> header: sequence, code --> unit: payload --> answer --> frame transmitter
                        '--> refusal ------------------------------^
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Module, Signal, Value, unsigned
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.link.commands import ANSWER, Command, Status
from boards.link.frame_receiver import ReceivedFrame
from boards.link.frame_transmitter import FRAME_BYTE
from boards.link.framing import HEADER_BYTES, MAX_PAYLOAD, Fault

__all__ = ["CommandPort", "Dispatcher", "Size"]

SEQUENCE_AT, CODE_AT = 2, 3
"""Places in a header."""


class CommandPort(wiring.Signature):
    """How a unit takes commands, from the unit's side.

    start : In(1), code : In(8), size : In
        A frame's payload follows, of `size` bytes. Its size suits the command.
    payload : In(stream.Signature(8))
        The payload's bytes. The unit need not take them all.
    done : Out(1), status : Out(Status), answer_size : Out
        The command is carried out or refused; `answer_size` bytes of answer follow the status.
        High until the next start.
    answer : Out(stream.Signature(8))
        These bytes, from the clock in which `done` rises.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "start": In(1),
                "code": In(8),
                "size": In(range(MAX_PAYLOAD + 1)),
                "payload": In(stream.Signature(unsigned(8))),
                "done": Out(1),
                "status": Out(Status),
                "answer_size": Out(range(MAX_PAYLOAD)),
                "answer": Out(stream.Signature(unsigned(8))),
            }
        )


@dataclass(frozen=True)
class Size:
    """Legal sizes of a command's payload in bytes."""

    least: int
    most: int

    def admit(self, size: Value) -> Value:
        """Whether a size is legal."""
        if self.least == self.most:
            return size == self.least
        return (size >= self.least) & (size <= self.most)


class Dispatcher(wiring.Component):
    """Answers every frame.

    Parameters
    ----------
    commands
        Legal sizes of each command's payload, by unit: `commands[unit][code]`.

    Members
    -------
    frame : In(ReceivedFrame())
        What a FrameReceiver has.
    body : Out(stream.Signature(FRAME_BYTE))
        For a FrameTransmitter.
    unit0, unit1, ... : Out(CommandPort())
        The units.
    """

    def __init__(self, commands: list[Mapping[Command, Size]]):
        self._commands = commands
        members = {
            "frame": In(ReceivedFrame()),
            "body": Out(stream.Signature(FRAME_BYTE)),
        }
        members |= {f"unit{k}": In(CommandPort()) for k in range(len(commands))}
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        frame = self.frame
        units = [getattr(self, f"unit{k}") for k in range(len(self._commands))]
        sequence, code, last, following = (Signal(8) for _ in range(4))
        serving = Signal(len(units))  # the bit of the unit that carries the command out
        status, first_status = Signal(8), Signal(8)  # of this answer; of frame `last`
        size = Signal(range(MAX_PAYLOAD + 1))
        # Bytes of the payload to come, less one; of the answer after its status, less two: what
        # decides is the sign.
        left = Signal(range(-2, MAX_PAYLOAD))
        bare = Signal()  # no answer after the status
        fresh = Signal()  # `byte` will belong to `address` in the next clock
        kept = Signal()  # the frame is in the receiver until it is answered

        # Pulses and flags that reach far come from registers.
        m.d.sync += frame.release.eq(0)
        for unit in units:
            m.d.sync += unit.start.eq(0)
            m.d.comb += [
                unit.code.eq(code),
                unit.size.eq(frame.length),
                unit.payload.payload.eq(frame.byte),
            ]
        owner, known, anew, again, next_one = self._meaning(m, code, sequence, last, following)
        taken = Cat(unit.payload.valid & unit.payload.ready for unit in units).any()
        done = (serving & Cat(unit.done for unit in units)).any()
        fits = owner.any()

        def chosen(values: Iterable[Value]) -> Value:
            """The value of the unit that is served."""
            gated = [
                value & flag.replicate(len(value))
                for flag, value in zip(serving, map(Value.cast, values), strict=True)
            ]
            return reduce(or_, gated)

        answer = Signal(FRAME_BYTE)
        header = [size[:8], size[8:], sequence, code | ANSWER, status]
        place = Signal(range(len(header)))
        m.d.comb += self.body.payload.eq(answer)
        with m.FSM():
            with m.State("WAIT"):
                m.d.sync += frame.address.eq(SEQUENCE_AT)
                with m.If(frame.waiting):
                    m.next = "SEQUENCE"
            with m.State("SEQUENCE"):
                m.d.sync += frame.address.eq(CODE_AT)
                m.next = "BYTES"
            with m.State("BYTES"):  # on their way, see BYTE_LATENCY
                m.d.sync += frame.address.eq(HEADER_BYTES)
                m.next = "CODE"
            with m.State("CODE"):
                m.d.sync += sequence.eq(frame.byte)
                m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += [
                    *(code.eq(frame.byte), size.eq(1), bare.eq(1), place.eq(0), kept.eq(1)),
                    *(serving.eq(0), fresh.eq(1)),
                ]
                m.next = "LOOK"
                with m.If(frame.fault != Fault.NONE):
                    # Nothing of the frame can be trusted, its number neither. What ended it may
                    # be the flag before a whole one, so the receiver listens again at once.
                    m.d.sync += [
                        *(frame.release.eq(1), kept.eq(0)),
                        *(sequence.eq(last), code.eq(0), status.eq(frame.fault)),
                    ]
                    m.next = "ANSWER"
            with m.State("LOOK"):
                m.next = "DECIDE"
            with m.State("DECIDE"):
                m.d.sync += left.eq(frame.length - 1)
                m.next = "ANSWER"
                with m.If(~anew & again):
                    m.d.sync += status.eq(first_status | Status.REPEATED)
                with m.Elif(~anew & ~next_one):
                    m.d.sync += status.eq(Status.OUT_OF_ORDER)
                with m.Else():
                    m.d.sync += last.eq(sequence)
                    with m.If(~known):
                        m.d.sync += [each.eq(Status.UNKNOWN) for each in (status, first_status)]
                    with m.Elif(~fits):
                        m.d.sync += [each.eq(Status.WRONG_SIZE) for each in (status, first_status)]
                    with m.Else():
                        m.d.sync += serving.eq(owner)
                        for unit, flag in zip(units, owner, strict=True):
                            m.d.sync += unit.start.eq(flag)
                        m.next = "START"
            with m.State("START"):  # `done` of the command before falls
                m.next = "UNIT"
            with m.State("UNIT"):
                m.d.sync += fresh.eq(1)
                with m.If(taken):
                    m.d.sync += [
                        *(fresh.eq(0), left.eq(left - 1)),
                        frame.address.eq(frame.address + 1),
                    ]
                for unit, flag in zip(units, serving, strict=True):
                    m.d.sync += unit.payload.valid.eq(flag & fresh & ~left[-1] & ~taken & ~done)
                with m.If(done):
                    m.next = "SIZES"
            with m.State("SIZES"):
                answer_size = chosen(unit.answer_size for unit in units)
                unit_status = chosen(unit.status for unit in units)
                m.d.sync += [
                    *(status.eq(unit_status), first_status.eq(unit_status)),
                    *(size.eq(answer_size + 1), left.eq(answer_size - 2)),
                    bare.eq(answer_size == 0),
                ]
                m.next = "ANSWER"
            with m.State("ANSWER"):
                final = place == len(header) - 1
                m.d.comb += [
                    self.body.valid.eq(1),
                    answer.last.eq(final & bare),
                ]
                with m.Switch(place):
                    for number, value in enumerate(header):
                        with m.Case(number):
                            m.d.comb += answer.byte.eq(value)
                with m.If(self.body.ready):
                    m.d.sync += place.eq(place + 1)
                    with m.If(final):
                        m.d.sync += place.eq(0)
                        m.next = "REST"
                        with m.If(bare):
                            m.d.sync += frame.release.eq(kept)
                            m.next = "ANSWERED"
            with m.State("REST"):
                m.d.comb += [
                    self.body.valid.eq(chosen(unit.answer.valid for unit in units)),
                    answer.byte.eq(chosen(unit.answer.payload for unit in units)),
                    answer.last.eq(left[-1]),
                ]
                for unit, flag in zip(units, serving, strict=True):
                    m.d.comb += unit.answer.ready.eq(flag & self.body.ready)
                with m.If(self.body.valid & self.body.ready):
                    m.d.sync += left.eq(left - 1)
                    with m.If(left[-1]):
                        m.d.sync += frame.release.eq(1)
                        m.next = "ANSWERED"
            with m.State("ANSWERED"):  # the receiver is told
                m.next = "RELEASED"
            with m.State("RELEASED"):  # `waiting` falls
                m.next = "WAIT"
        return m

    def _meaning(
        self, m: Module, code: Signal, sequence: Signal, last: Signal, following: Signal
    ) -> tuple[Signal, Signal, Signal, Signal, Signal]:
        """What the code and the number mean, a clock after they are there.

        Returns
        -------
        The unit's bit where the payload's size suits the command; whether there is such a
        command; whether it starts the count anew; whether the number is that of the frame before,
        or the one after it.
        """
        owner = Signal(len(self._commands))
        known, anew, again, next_one = Signal(), Signal(), Signal(), Signal()
        # A frame's length is there long before its code.
        suits: dict[Size, Signal] = {}
        for sizes in (size for commands in self._commands for size in commands.values()):
            if sizes not in suits:
                suits[sizes] = Signal(name=f"suits_{sizes.least}_to_{sizes.most}")
                m.d.sync += suits[sizes].eq(sizes.admit(self.frame.length))
        m.d.sync += [
            *(known.eq(0), owner.eq(0)),
            anew.eq(code == Command.IDENTIFY),
            following.eq(last + 1),
            again.eq(sequence == last),
            next_one.eq(sequence == following),
        ]
        with m.Switch(code):
            for number, commands in enumerate(self._commands):
                for command, sizes in commands.items():
                    with m.Case(command):
                        m.d.sync += [known.eq(1), owner[number].eq(suits[sizes])]
        return owner, known, anew, again, next_one
