"""`presparse host`: actions on an idle and on a training board, and ports without a board."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boards.host import serial_port
from boards.host.link import LinkError
from boards.host.serial_port import SerialPort
from boards.tests.processes import host, read_until
from presparse.cli import main
from software_ref.console.system import open_pseudo_terminal


def said_by(capsys: pytest.CaptureFixture[str], action: str, file: Path, port: str) -> str:
    """What an action prints."""
    assert main(["host", action, str(file), "--port", port]) == 0
    return capsys.readouterr().out


def test_actions_on_an_idle_board_say_so(
    port: str, iris: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said_by(capsys, "reset", iris, port) == "the board holds its initial weights\n"
    for action in ("pause", "resume", "stop"):
        said = f"the board is idle after epoch 0: there is nothing to {action}\n"
        assert said_by(capsys, action, iris, port) == said


def test_actions_on_a_training_board_say_what_it_does(
    port: str, iris: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--samples", 20, "--test-samples", 10, "--epochs", 100_000)
    said_by(capsys, "reset", iris, port)
    text = iris.read_text(encoding="utf-8").replace("shuffle = true", "shuffle = false")
    iris.write_text(text, encoding="utf-8")
    with host("train", iris, port, *options) as training:
        read_until(training, r"^2/100000")
        training.kill()
    working = said_by(capsys, "resume", iris, port)
    assert working.startswith("the board is not paused: it is at work in epoch ")
    paused = said_by(capsys, "pause", iris, port)
    epoch = int(paused.removeprefix("paused in epoch "))
    assert epoch >= 2
    assert said_by(capsys, "pause", iris, port) == paused
    assert said_by(capsys, "resume", iris, port) == f"going on with epoch {epoch}\n"
    stopped = said_by(capsys, "stop", iris, port)
    assert int(stopped.removeprefix("stopped after epoch ")) > epoch


@pytest.fixture
def other_end() -> Iterator[Callable[[Callable[[bytes], bytes]], str]]:
    """Ports at whose other end something else is, which answers in its own way."""
    leave = threading.Event()
    ours, theirs = open_pseudo_terminal()
    threads: list[threading.Thread] = []

    def begin(answer: Callable[[bytes], bytes]) -> str:
        def serve() -> None:
            while not leave.wait(0.005):
                try:
                    line = os.read(ours, 4096)
                except BlockingIOError:
                    continue
                os.write(ours, answer(line))

        threads.append(threading.Thread(target=serve))
        threads[0].start()
        return os.ttyname(theirs)

    yield begin
    leave.set()
    for thread in threads:
        thread.join()
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("answer", "brought"),
    [
        (lambda line: b"ulx3s login: ", "bytes (text: 'ulx3s login: "),
        (lambda line: b"\xe0\x00" * len(line), "bytes but no frame: is --baud that of"),
        (lambda line: line, "what was sent and no more: the line echoes"),
    ],
)
def test_a_port_without_a_board_is_one_line(
    iris: Path,
    other_end: Callable[[Callable[[bytes], bytes]], str],
    answer: Callable[[bytes], bytes],
    brought: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port = other_end(answer)
    assert main(["host", "status", str(iris), "--port", port, "--timeout", "0.05"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("presparse: error: the board must answer IDENTIFY, but 8 tries of 0.05")
    assert brought in said
    assert said.count("\n") == 1


def test_a_port_that_takes_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = open_pseudo_terminal()
    monkeypatch.setattr(serial_port, "_WRITE_SECONDS", 0.05)
    port = SerialPort(os.ttyname(theirs))
    message = f"^the port {os.ttyname(theirs)} takes no bytes: is the board at this port\\?$"
    try:
        with pytest.raises(LinkError, match=message):
            for _ in range(100):
                port.write(bytes(10_000))
    finally:
        port.close()
        os.close(ours)
        os.close(theirs)
