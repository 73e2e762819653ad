"""Refusals: the one exception that the Python interface raises, and the lines that it says."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from software_ref.console.errors import InputErrors, ToolError

__all__ = ["EXPECTED", "Error", "messages", "one_line", "refusing"]

EXPECTED = (
    *(ValueError, TypeError, OSError, ToolError),
    *(MemoryError, OverflowError),  # networks or data too large for the machine
)
"""What wrong input or a failing tool raises; anything else is a fault of the program."""

_WRITING = (errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says of writing alone."""

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Error(ValueError):
    """Wrong input, or a tool that failed: what is wrong, where, and what would be right.

    Everything public in `presparse` raises this for what a user can get wrong, and nothing else;
    `__cause__` is what lies behind. Of several mistakes in a network each is a line.
    """


def refusing(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Make a public function raise `Error` for all that a user can get wrong."""

    @wraps(function)
    def wrapped(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        try:
            return function(*args, **kwargs)
        except Error:
            raise
        except EXPECTED as error:
            raise Error("\n".join(messages(error))) from error

    return wrapped


def messages(error: BaseException) -> list[str]:
    """The error as one line, or as one for each of several mistakes."""
    if isinstance(error, InputErrors):
        return [one_line(message) for message in error.messages]
    return [_message(error)]


def one_line(text: str) -> str:
    """A text of several lines as one."""
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def _message(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"not enough memory: {one_line(str(error)) or 'network or data are too large'}"
    if isinstance(error, OSError) and error.strerror:
        if error.filename is None:
            return error.strerror
        verb = "write" if error.errno in _WRITING else "read"
        return f"cannot {verb} {error.filename}: {error.strerror}"
    return one_line(str(error)) or type(error).__name__
