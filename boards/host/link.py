"""One command after another over a line that may damage, lose and repeat bytes."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from boards.host.frames import Frame, FrameDecoder, encode
from boards.link.commands import ANSWER, Command, Status
from boards.link.framing import FLAG, Fault
from boards.link.payloads import IDENTITY
from software_ref.console.errors import ToolError

__all__ = ["Link", "LinkError", "RefusedError", "Transport"]

_MEANING = {
    Status.OUT_OF_ORDER: "the board counts its commands otherwise: it was reset, or another "
    "program talks to it",
    Status.UNKNOWN: "the board does not know the command",
    Status.WRONG_SIZE: "the command has the wrong size for the board",
    Status.OUT_OF_RANGE: "the board has no such place or value",
    Status.BUSY: "the board is training, or its core is at work",
    Status.NOT_READY: "no run is configured on the board, or its store is not filled",
}


_SHOWN = 40
"""Bytes that are shown of what is no frame."""
_READABLE = frozenset(b"\t\n\r\x1b" + bytes(range(32, 127)))
_SLACK = 2
"""How many times the way of frame and answer is waited for."""


class LinkError(ToolError):
    """The board does not answer, or answers what it must not."""


class RefusedError(LinkError):
    """The board refused a command, and changed nothing."""

    def __init__(self, command: Command, status: int):
        known = Status(status) if status in _MEANING else None
        super().__init__(
            f"the board refused {command.name}: {_MEANING.get(known, f'status {status}')}"
        )
        self.status = status
        """The Status."""


class Transport(Protocol):
    """A byte stream to the board and back."""

    def write(self, line: bytes) -> None:
        """Send bytes."""

    def read(self, seconds: float) -> bytes:
        """Bytes that came: as soon as there are any, or none after so many seconds."""

    def monotonic(self) -> float:
        """The time in seconds, from anywhere."""


@dataclass
class _Heard:
    """What came in place of an answer."""

    size: int = 0
    """Bytes."""
    beginning: bytes = b""
    """The first of them."""
    echoes: int = 0
    """Frames that are those sent."""
    complaints: int = 0
    """Answers to frames that were damaged on their way."""
    others: int = 0
    """Whole frames that are neither, nor the answer."""

    def add(self, line: bytes) -> None:
        """Bytes that came."""
        self.size += len(line)
        self.beginning += line[: _SHOWN - len(self.beginning)]

    def __str__(self) -> str:
        """What it was, and what to look at."""
        if not self.size:
            return "nothing: is it powered, programmed and connected?"
        if self.complaints:
            return (
                f"{self.complaints} answers that a frame was damaged: is the line sound, and "
                "--baud that of the board's build?"
            )
        if self.echoes:
            return "what was sent and no more: the line echoes; is the board at this port?"
        if self.others:
            return (
                f"{self.others} answers to other commands: does another program talk to the board?"
            )
        readable = sum(byte in _READABLE for byte in self.beginning)
        text = self.beginning.decode("ascii", "replace")
        what = f" (text: {text!r})" if 4 * readable >= 3 * len(self.beginning) else ""
        return (
            f"{self.size} bytes{what} but no frame: is --baud that of the board's build, and the "
            "board at this port?"
        )


class Link:
    """Exchanges commands and answers; a command is carried out once, however often it is sent.

    Parameters
    ----------
    transport
        The line.
    timeout
        Seconds to wait for an answer before a frame is sent again, beside what frame and answer
        take on their way at the line's speed, which IDENTIFY measures: a simulated board's is slow.
    tries
        How often a frame is sent before the board counts as gone.
    """

    def __init__(self, transport: Transport, *, timeout: float = 1.0, tries: int = 8):
        self.transport = transport
        self.repairs: Counter[str] = Counter()
        """What went wrong on the line, and was put right: "no answer", "damaged", "repeated"."""
        self._timeout = timeout
        self._tries = tries
        self._decoder = FrameDecoder()
        self._last = 0
        self._identified = False
        self._cut_off = False  # whether a complaint may be of what another host left unfinished
        self._seconds_a_byte = 0.0
        self._waited = 0.0  # seconds, from a command's first frame to its answer

    def identify(self) -> bytes:
        """Find the board and begin to count; its IDENTITY.

        Raises
        ------
        LinkError
            Nothing answers.
        """
        self._identified = False
        # A number that a stale answer is unlikely to have; the flag ends what was cut off before.
        self.transport.write(bytes([FLAG]))
        self._cut_off = True
        number = (self._last + 1 + secrets.randbelow(200)) % 256
        frame = Frame(number, Command.IDENTIFY)
        answer = self._exchange(frame, IDENTITY.size)
        while answer is None:  # it was damaged on its way back
            number = (number + 1) % 256
            frame = Frame(number, Command.IDENTIFY)
            answer = self._exchange(frame, IDENTITY.size)
        self._cut_off = False
        self._seconds_a_byte = self._waited / (len(encode(frame)) + len(answer))
        self._identified = True
        # Where it took long to be found, the line is not slow yet.
        if self._waited > self._timeout:
            again = Frame((self._last + 1) % 256, Command.IDENTIFY)
            if self._exchange(again, IDENTITY.size) is not None:
                taken = self._waited / (len(encode(again)) + len(answer))
                self._seconds_a_byte = min(self._seconds_a_byte, taken)
        return answer

    def forget(self) -> None:
        """Count anew with the next command: after an interruption nobody knows what was taken."""
        self._identified = False

    def call(self, command: Command, payload: bytes = b"", *, answer: int = 0) -> bytes:
        """Give a command, and return what its answer says beyond the status.

        Parameters
        ----------
        command, payload
            The command.
        answer
            Bytes of its answer, for a command that reads: where these were lost, it is given again.

        Raises
        ------
        RefusedError
            The board refused it.
        LinkError
            The board does not answer.
        """
        if not self._identified:
            self.identify()
        while True:
            frame = Frame((self._last + 1) % 256, command, payload)
            found = self._exchange(frame, answer)
            if found is not None:
                return found

    def _exchange(self, frame: Frame, expected: int) -> bytes | None:
        """Send a frame until it is answered; None where an answer that is expected was lost."""
        line = encode(frame)
        heard = _Heard()
        patience = self._timeout + _SLACK * self._seconds_a_byte * (len(line) + expected)
        began = self.transport.monotonic()
        for _ in range(self._tries):
            self.transport.write(line)
            answer = self._answer(frame, patience, heard)
            if answer is None:
                continue
            self._last = frame.sequence
            self._waited = self.transport.monotonic() - began
            status, rest = answer[0], answer[1:]
            repeated = status & Status.REPEATED
            if repeated:
                self.repairs["repeated"] += 1
                status &= ~Status.REPEATED
            if status == Status.OUT_OF_ORDER:
                self._identified = False
            if status != Status.OK:
                raise RefusedError(Command(frame.code), status)
            return None if repeated and expected else rest
        self._identified = False
        raise LinkError(
            f"the board must answer {Command(frame.code).name}, but {self._tries} tries of "
            f"{patience:.2g} s each brought {heard}"
        )

    def _answer(self, frame: Frame, patience: float, heard: _Heard) -> bytes | None:
        """The payload of a frame's answer, or None where it must be sent again."""
        deadline = self.transport.monotonic() + patience
        while (left := deadline - self.transport.monotonic()) > 0:
            line = self.transport.read(left)
            heard.add(line)
            for found in self._decoder.feed(line):
                ours = found.code == frame.code | ANSWER and found.sequence == frame.sequence
                if ours and found.payload:
                    return found.payload
                # The answer to something that was no frame: ours perhaps. Other answers are old.
                if found.code == ANSWER and found.payload[:1] and found.payload[0] in set(Fault):
                    heard.complaints += 1
                    if not self._cut_off:
                        self.repairs["damaged"] += 1
                    self._cut_off = False
                    return None
                if found == frame:
                    heard.echoes += 1
                else:
                    heard.others += 1
        self.repairs["no answer"] += 1
        return None
