"""The line to a real board, or to a simulated one: a serial port that may vanish and come back."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress

import serial

from boards.host.link import LinkError
from boards.link.framing import DEFAULT_BAUD

__all__ = ["SerialPort"]

_LOOK_AGAIN = 0.5
"""Seconds between two looks for a port that has vanished."""


_WRITE_SECONDS = 10.0
"""How long the system may keep bytes from the line."""


class SerialPort:
    """A serial port as the link's transport.

    Parameters
    ----------
    port
        Its name: /dev/ttyUSB1, COM4, or a pseudo-terminal; or one of pyserial's URLs, such as
        socket://HOST:PORT and rfc2217://HOST:PORT.
    baud
        Bits per second.
    reconnect
        Seconds to wait for the port when it vanishes while it is in use.
    tell
        Told one line when it vanishes and when it is back.

    Raises
    ------
    LinkError
        The port cannot be opened.
    """

    def __init__(
        self,
        port: str,
        baud: int = DEFAULT_BAUD,
        *,
        reconnect: float = 0.0,
        tell: Callable[[str], None] = lambda line: None,
    ):
        self._name = port
        self._baud = baud
        self._reconnect = reconnect
        self._tell = tell
        self._serial = self._open()

    def close(self) -> None:
        """Close the port."""
        self._serial.close()

    def write(self, line: bytes) -> None:
        """Send bytes."""
        try:
            self._serial.write(line)
        except serial.SerialTimeoutException:
            raise LinkError(
                f"the port {self._name} takes no bytes: is the board at this port?"
            ) from None
        except (serial.SerialException, OSError) as error:
            self._come_back(error)

    def read(self, seconds: float) -> bytes:
        """Bytes that came: as soon as there are any, or none after so many seconds."""
        try:
            self._serial.timeout = seconds
            first = self._serial.read(1)
            return first + self._serial.read(self._serial.in_waiting) if first else b""
        except (serial.SerialException, OSError) as error:
            self._come_back(error)
            return b""

    @staticmethod
    def monotonic() -> float:
        """The time in seconds, from anywhere."""
        return time.monotonic()

    def _open(self) -> serial.Serial:
        try:
            port = serial.serial_for_url(
                self._name, self._baud, write_timeout=_WRITE_SECONDS, **self._only_ours()
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise LinkError(f"cannot open the port {self._name}: {_reason(error)}") from None
        # Without it, USB adapters keep short answers back for 16 ms; not every system has it.
        with suppress(AttributeError, NotImplementedError, ValueError, OSError):
            port.set_low_latency_mode(True)
        port.reset_input_buffer()
        return port

    def _only_ours(self) -> dict[str, bool]:
        """What keeps other programs from a port of this machine; other machines see to theirs."""
        return {} if "://" in self._name else {"exclusive": True}

    def _come_back(self, error: Exception) -> None:
        """Wait for a port that has vanished; what was under way is sent again by the link."""
        self._serial.close()
        if not self._reconnect:
            raise LinkError(f"the port {self._name} is gone: {_reason(error)}") from None
        self._tell(f"the port {self._name} is gone; waiting for it up to {self._reconnect:g} s")
        deadline = time.monotonic() + self._reconnect
        while True:
            try:
                self._serial = self._open()
            except LinkError:
                if time.monotonic() > deadline:
                    raise LinkError(
                        f"the port {self._name} is gone, and did not come back within "
                        f"{self._reconnect:g} s"
                    ) from None
                time.sleep(_LOOK_AGAIN)
            else:
                self._tell(f"the port {self._name} is back")
                return


def _reason(error: Exception) -> str:
    """The system's words, without pyserial's around them."""
    number = getattr(error, "errno", None)
    if number in (errno.EAGAIN, errno.EBUSY):
        return "another program uses it"
    if number is not None:
        return os.strerror(number)
    if "Could not configure port" in str(error):  # the system's words are in there as a tuple
        return "it is no serial port"
    return str(error)
