"""Reads text that people or other programs wrote, whatever editor and system it comes from."""

from __future__ import annotations

import codecs
from pathlib import Path

__all__ = ["decode_text", "read_text"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks, which tell an encoding."""


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file, without a byte-order mark, its lines ended by "\\n" alone.

    Parameters
    ----------
    path : Path
    encoding : str
        What a file without a byte-order mark is in. A mark tells another one: Windows' editors
        begin UTF-8 with it, and UTF-16.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        It is in another encoding; the message names the file, the line and the byte.
    """
    return decode_text(path.read_bytes(), where=str(path), encoding=encoding)


def decode_text(content: bytes, *, where: str, encoding: str = "utf-8") -> str:
    """As `read_text`, of bytes; `where` is what to call their file in a message."""
    for mark, marked in _MARKS:
        if content.startswith(mark):
            content, encoding = content.removeprefix(codecs.BOM_UTF8), marked
            break
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + content[: error.start].count(b"\n")
        raise ValueError(
            f"{where}: line {line} must be {encoding.upper()} text, "
            f"but holds the byte 0x{content[error.start]:02x}"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
