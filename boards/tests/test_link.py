"""The link on lines that have no board at their end: what it says of what it hears."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from boards.host.frames import Frame, FrameDecoder, encode
from boards.host.link import Link, LinkError
from boards.link.commands import ANSWER, Command, Status
from boards.link.framing import FLAG, LONGEST, Fault

TRIES = 3


class Line:
    """A line that answers what is sent to it in its own way; its time is that of its readers."""

    def __init__(self, answer: Callable[[bytes], bytes]):
        self._answer = answer
        self._coming = b""
        self._time = 0.0

    def write(self, line: bytes) -> None:
        """See boards.host.link.Transport."""
        self._coming += self._answer(line)

    def read(self, seconds: float) -> bytes:
        """See boards.host.link.Transport."""
        found, self._coming = self._coming, b""
        self._time += 0.0 if found else seconds
        return found

    def monotonic(self) -> float:
        """See boards.host.link.Transport."""
        return self._time


def of_others(line: bytes) -> bytes:
    """The answer to a command with another number, for each frame."""
    found = FrameDecoder().feed(line)
    code = Command.STATUS | ANSWER
    return b"".join(encode(Frame(each.sequence ^ 128, code, b"\0")) for each in found)


def complaint(line: bytes) -> bytes:
    return encode(Frame(0, ANSWER, bytes([Fault.CRC]))) if len(line) > 1 else b""


NOTHING = "nothing: is it powered, programmed and connected?"
NO_FRAME = "but no frame: is --baud that of the board's build, and the board at this port?"
NOISE = random.Random(3).randbytes(50)


@pytest.mark.parametrize(
    ("answer", "brought"),
    [
        (lambda line: b"", NOTHING),
        (lambda line: b"\x00\xe0\x80", f"12 bytes {NO_FRAME}"),  # to the flag before, too
        (lambda line: NOISE, f"200 bytes {NO_FRAME}"),
        (
            lambda line: b"ulx3s login: " if len(line) > 1 else b"\r\n",
            rf"41 bytes (text: '\r\nulx3s login: ulx3s login: ulx3s login:') {NO_FRAME}",
        ),
        (
            lambda line: line,
            "what was sent and no more: the line echoes; is the board at this port?",
        ),
        (
            of_others,
            "3 answers to other commands: does another program talk to the board?",
        ),
        (
            complaint,
            "3 answers that a frame was damaged: is the line sound, and --baud that of the "
            "board's build?",
        ),
    ],
)
def test_what_comes_in_place_of_an_answer_is_told(
    answer: Callable[[bytes], bytes], brought: str
) -> None:
    link = Link(Line(answer), timeout=0.5, tries=TRIES)
    message = f"the board must answer IDENTIFY, but 3 tries of 0.5 s each brought {brought}"
    with pytest.raises(LinkError, match=f"^{re.escape(message)}$"):
        link.identify()


def test_an_answer_without_a_status_is_none() -> None:
    def answer(line: bytes) -> bytes:
        found = FrameDecoder().feed(line)
        return b"".join(encode(Frame(each.sequence, each.code | ANSWER)) for each in found)

    with pytest.raises(LinkError, match="brought 3 answers to other commands"):
        Link(Line(answer), timeout=0.5, tries=TRIES).identify()


def test_noise_before_an_answer_does_no_harm() -> None:
    def answer(line: bytes) -> bytes:
        found = FrameDecoder().feed(line)
        return b"boot\r\n~" + b"".join(
            encode(Frame(each.sequence, each.code | ANSWER, bytes([Status.OK]) + b"identity"))
            for each in found
        )

    assert Link(Line(answer), timeout=0.5, tries=TRIES).identify() == b"identity"


def test_what_never_ends_takes_no_more_room_than_a_frame() -> None:
    decoder = FrameDecoder()
    for _ in range(100):
        assert decoder.feed(b"\x55" * LONGEST) == []
    assert len(decoder._body) <= LONGEST + 1
    assert decoder.feed(bytes([FLAG])) == []
    assert decoder.faults[Fault.TOO_LONG] == 1
    frame = Frame(3, Command.STATUS, b"after it")
    assert decoder.feed(encode(frame)) == [frame]
