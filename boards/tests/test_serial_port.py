"""The serial port: errors in one line, and a port that vanishes and comes back."""

from __future__ import annotations

import os
import socket
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from boards.host import serial_port
from boards.host.link import LinkError
from boards.host.serial_port import SerialPort


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


def test_bytes_go_both_ways(terminal: tuple[int, str]) -> None:
    master, name = terminal
    port = SerialPort(name)
    port.write(b"there")
    assert os.read(master, 100) == b"there"
    os.write(master, b"and back")
    assert port.read(5.0) == b"and back"
    assert port.read(0.01) == b""
    port.close()


def test_a_port_serves_one_program_at_a_time(terminal: tuple[int, str]) -> None:
    port = SerialPort(terminal[1])
    with pytest.raises(LinkError, match=f"^cannot open the port {terminal[1]}: another program"):
        SerialPort(terminal[1])
    port.close()


def test_a_port_of_another_machine_is_a_url() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = SerialPort(f"socket://127.0.0.1:{server.getsockname()[1]}")
        connection, _ = server.accept()
        with connection:
            port.write(b"there")
            assert connection.recv(100) == b"there"
            connection.sendall(b"and back")
            found = b""
            while len(found) < 8:
                found += port.read(5.0)
            assert found == b"and back"
        with pytest.raises(LinkError, match=r"^the port socket://.* is gone: "):
            port.read(5.0)
        port.close()


def test_a_url_that_nobody_answers_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
    url = f"socket://127.0.0.1:{number}"
    with pytest.raises(
        LinkError, match=f"^cannot open the port {url}: .*Connection refused"
    ) as told:
        SerialPort(url)
    assert "\n" not in str(told.value)
    with pytest.raises(LinkError, match=r"^cannot open the port tcp://there:1: .*'tcp' not known"):
        SerialPort("tcp://there:1")


def test_a_missing_port_is_told(tmp_path: Path) -> None:
    name = str(tmp_path / "tty")
    with pytest.raises(LinkError, match=f"^cannot open the port {name}: No such file"):
        SerialPort(name)


def test_a_file_that_is_no_port_is_told(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(LinkError, match=f"^cannot open the port {path}: it is no serial port$"):
        SerialPort(str(path))


def unplug_after_one_read(port: SerialPort, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the second read on, the system says what it says where the cable is out."""
    real = port._serial.read
    reads = iter([real])

    def read(count: int) -> bytes:
        for whole in reads:
            return bytes(whole(count))
        raise serial.SerialException("device reports readiness to read but returned no data")

    monkeypatch.setattr(port._serial, "read", read)


def test_a_port_that_vanishes_is_waited_for(
    terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    master, name = terminal
    told: list[str] = []
    monkeypatch.setattr(serial_port, "_LOOK_AGAIN", 0.01)
    port = SerialPort(name, reconnect=5.0, tell=told.append)
    unplug_after_one_read(port, monkeypatch)
    opened = serial.Serial
    failures = iter([serial.SerialException(2, "gone"), serial.SerialException(2, "gone")])

    def refuse(*arguments: object, **options: object) -> serial.Serial:
        for error in failures:
            raise error
        return opened(*arguments, **options)

    monkeypatch.setattr(serial, "Serial", refuse)
    assert port.read(0.01) == b""
    assert port.read(0.01) == b""
    assert told == [
        f"the port {name} is gone; waiting for it up to 5 s",
        f"the port {name} is back",
    ]
    os.write(master, b"again")
    assert port.read(5.0) == b"again"
    port.close()


def test_without_reconnect_a_vanished_port_is_an_error(
    terminal: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = SerialPort(terminal[1])
    unplug_after_one_read(port, monkeypatch)
    port.read(0.01)
    with pytest.raises(LinkError, match="is gone: device reports readiness"):
        port.read(0.01)
