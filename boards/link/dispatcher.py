"""Gives each frame to the unit that carries it out, and sends the answer.

frame receiver --> header: sequence, code --> unit: payload --> answer --> frame transmitter
                        '--> refusal ------------------------------^
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amaranth.hdl import Module, Signal, Value, unsigned
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
        sequence, code, last = Signal(8), Signal(8), Signal(8)
        chosen = Signal(range(max(len(units), 2)))
        status, first_status = Signal(8), Signal(8)  # of this answer; of frame `last`
        size = Signal(range(MAX_PAYLOAD + 1))
        left = Signal(range(MAX_PAYLOAD + 1))  # bytes of the payload, or of the answer, to come
        fresh = Signal()  # `byte` belongs to `address`
        kept = Signal()  # the frame is in the receiver until it is answered

        for unit in units:
            # Pulses that reach far come from registers.
            m.d.sync += unit.start.eq(0)
            m.d.comb += [
                unit.code.eq(code),
                unit.size.eq(frame.length),
                unit.payload.payload.eq(frame.byte),
            ]
        # What the code and the number mean, a clock after they are there.
        known, fits, owner = Signal(), Signal(), Signal.like(chosen)
        anew, again, following = Signal(), Signal(), Signal()
        m.d.sync += [
            known.eq(0),
            anew.eq(code == Command.IDENTIFY),
            again.eq(sequence == last),
            following.eq(sequence == (last + 1)[:8]),
        ]
        with m.Switch(code):
            for number, commands in enumerate(self._commands):
                for command, sizes in commands.items():
                    with m.Case(command):
                        m.d.sync += [
                            known.eq(1),
                            owner.eq(number),
                            fits.eq(sizes.admit(frame.length)),
                        ]

        answer = Signal(FRAME_BYTE)
        header = [size[:8], size[8:], sequence, code | ANSWER, status]
        place = Signal(range(len(header)))
        m.d.comb += self.body.payload.eq(answer)
        m.d.sync += fresh.eq(0)
        with m.FSM():
            with m.State("WAIT"):
                m.d.sync += frame.address.eq(SEQUENCE_AT)
                with m.If(frame.waiting):
                    m.next = "SEQUENCE"
            with m.State("SEQUENCE"):
                m.d.sync += frame.address.eq(CODE_AT)
                m.next = "CODE"
            with m.State("CODE"):
                m.d.sync += [sequence.eq(frame.byte), frame.address.eq(HEADER_BYTES)]
                m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += [code.eq(frame.byte), size.eq(1), left.eq(0), place.eq(0), kept.eq(1)]
                m.next = "LOOK"
                with m.If(frame.fault != Fault.NONE):
                    # Nothing of the frame can be trusted, its number neither. What ended it may
                    # be the flag before a whole one, so the receiver listens again at once.
                    m.d.comb += frame.release.eq(1)
                    m.d.sync += [sequence.eq(last), code.eq(0), status.eq(frame.fault), kept.eq(0)]
                    m.next = "ANSWER"
            with m.State("LOOK"):
                m.next = "DECIDE"
            with m.State("DECIDE"):
                m.next = "ANSWER"
                with m.If(~anew & again):
                    m.d.sync += status.eq(first_status | Status.REPEATED)
                with m.Elif(~anew & ~following):
                    m.d.sync += status.eq(Status.OUT_OF_ORDER)
                with m.Else():
                    m.d.sync += last.eq(sequence)
                    with m.If(~known):
                        m.d.sync += [each.eq(Status.UNKNOWN) for each in (status, first_status)]
                    with m.Elif(~fits):
                        m.d.sync += [each.eq(Status.WRONG_SIZE) for each in (status, first_status)]
                    with m.Else():
                        m.d.sync += [chosen.eq(owner), left.eq(frame.length), fresh.eq(1)]
                        for number, unit in enumerate(units):
                            m.d.sync += unit.start.eq(owner == number)
                        m.next = "START"
            with m.State("START"):  # `done` of the command before falls
                m.next = "UNIT"
            with m.State("UNIT"), m.Switch(chosen):
                for number, unit in enumerate(units):
                    with m.Case(number):
                        m.d.comb += unit.payload.valid.eq(fresh & (left != 0))
                        m.d.sync += fresh.eq(1)
                        with m.If(unit.payload.valid & unit.payload.ready):
                            m.d.sync += [
                                fresh.eq(0),
                                left.eq(left - 1),
                                frame.address.eq(frame.address + 1),
                            ]
                        with m.If(unit.done):
                            m.d.sync += [
                                status.eq(unit.status),
                                first_status.eq(unit.status),
                                size.eq(unit.answer_size + 1),
                                left.eq(unit.answer_size),
                            ]
                            m.next = "ANSWER"
            with m.State("ANSWER"):
                final = place == len(header) - 1
                m.d.comb += [
                    self.body.valid.eq(1),
                    answer.last.eq(final & (left == 0)),
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
                        with m.If(left == 0):
                            m.d.comb += frame.release.eq(kept)
                            m.next = "RELEASED"
            with m.State("REST"):
                with m.Switch(chosen):
                    for number, unit in enumerate(units):
                        with m.Case(number):
                            m.d.comb += [
                                self.body.valid.eq(unit.answer.valid),
                                answer.byte.eq(unit.answer.payload),
                                unit.answer.ready.eq(self.body.ready),
                            ]
                m.d.comb += answer.last.eq(left == 1)
                with m.If(self.body.valid & self.body.ready):
                    m.d.sync += left.eq(left - 1)
                    with m.If(left == 1):
                        m.d.comb += frame.release.eq(1)
                        m.next = "RELEASED"
            with m.State("RELEASED"):  # `waiting` falls
                m.next = "WAIT"
        return m
