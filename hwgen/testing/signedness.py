"""Finds where exported Verilog leaves it to the spelling whether a number is signed."""

from __future__ import annotations

import re

__all__ = ["doubtful_signs"]

_SIGNED_OPERAND = re.compile(r"\$signed\(([^()$]*)\)")
_ARITHMETIC = re.compile(
    # the whole right side: operands all signed, or a signed one shifted by an unsigned number
    r"  assign (?:\w+(?:\[\d+(?::\d+)?\])?|\{[^{}$]+\}) = "
    r"(?:-? ?@|@ (?:[-+*]|[=!]=|[<>]=?) @|@ (?:<<<|>>>|<<|>>) [^@$]+);"
)


def doubtful_signs(verilog: str) -> list[str]:
    """Lines of exported Verilog in which a sign hangs on how the export spells an expression.

    Nets are unsigned, and so are numbers, parts and concatenations of them. So a number is signed
    only inside `$signed(...)`, and that may only be an operand of arithmetic or of a comparison
    whose operands all are: never an index, part of one, or a shift amount.
    """
    return [line for line in verilog.splitlines() if _is_doubtful(line)]


def _is_doubtful(line: str) -> bool:
    code = line.partition("//")[0]
    plain = re.sub(r"\(\*.*?\*\)", "", code)
    if re.search(r"(?<!\$)\bsigned\b|\binteger\b|'s[bodh]", plain):
        return True
    if "$signed" not in plain:
        return False
    return _ARITHMETIC.fullmatch(_SIGNED_OPERAND.sub("@", plain).rstrip()) is None
