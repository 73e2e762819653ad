"""What Verilator's lint, all warnings on, may say of an exported core, and why that is meant."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WAIVERS", "Waiver", "lint_waivers"]


@dataclass(frozen=True)
class Waiver:
    """Warnings of one rule whose text matches a pattern, and why they are meant.

    Rules have the names that the oldest Verilators know, too.
    """

    rule: str
    match: str
    reason: str
    old: bool = False
    """Whether only older Verilators warn of it."""


WAIVERS = (
    Waiver(
        "DECLFILENAME",
        "*",
        "A core is one file, so that it can be handed over as one; its modules have many names.",
    ),
    Waiver(
        "UNUSEDSIGNAL",
        "Bits of signal are not used*",
        "Rounding drops the low bits of sums and products; sums are computed with their carry even "
        "where a counter wraps.",
    ),
    Waiver(
        "UNUSEDSIGNAL",
        "Signal is not used*",
        "Modules keep the ports of their kind where a shape needs only some, and instances name "
        "the nets at their ports.",
    ),
    Waiver(
        "WIDTH",
        "Operator * expects * bits on the ?HS, but ?HS*generates * bits.",
        "Both operands of an operator are signed or both are not, and Verilog extends the shorter "
        "one by its sign, which is what is meant; the result is as wide as it needs to be.",
    ),
    Waiver(
        "WIDTH",
        "Logical operator LOGNOT expects 1 bit on the LHS*",
        "Yosys writes x == 0 as !x.",
    ),
    Waiver(
        "WIDTH",
        "Operator ASSIGNW expects * bits on the Assign RHS, but Assign RHS's SHIFTR generates *",
        "Yosys writes the choice of an array's element as a shift of the whole array.",
    ),
    Waiver(
        "UNOPTFLAT",
        "Signal unoptimizable: Circular combinational logic: '*._*_'",
        "Yosys extends a sign by assigning one bit of a net from another, which Verilator 5.038 "
        "and older take for a loop.",
        old=True,
    ),
)


def lint_waivers(file: str) -> str:
    """A Verilator configuration file with all waivers, for the Verilog files that match `file`.

    It goes before the Verilog on Verilator's command line.
    """
    lines = ["`verilator_config"]
    for waiver in WAIVERS:
        lines.append(f"// {waiver.reason}")
        match = "" if waiver.match == "*" else f' -match "{waiver.match}"'
        lines.append(f'lint_off -rule {waiver.rule} -file "{file}"{match}')
    return "\n".join(lines) + "\n"
