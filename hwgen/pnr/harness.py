"""A harness in Verilog that lets a core with many ports be placed and routed on three pins.

             +------------------ harness -------------------+
    serial   |  chain        drive    +------+   catch      |
    in ------+->[][][]..[] ->[]..[]-->| core |-->[]..[] --.  |
             |   shift        1 a     +------+    1 a     |  |
             |   register     bit                 bit     |  |   serial
             |                        fold[k] <-- fold[0]<+  |   out
             |                          '--------------------+-->
             +-----------------------------------------------+

Every input bit of the core comes from a register of its own, and every output bit ends in one, as
in a board's design; no tool can know what passes through, so nothing of the core is optimised
away. The harness itself has at most one four-input gate between two registers.
"""

from __future__ import annotations

from collections.abc import Sequence

from software_ref.plan import ports

__all__ = ["CLOCK", "CORE", "PINS", "SOURCES", "TOP", "harness_verilog"]

SOURCES = ("core.v", "harness.v")
"""Files of the core and the harness."""

TOP = "harness"
"""Name of the harness' module."""

CORE = "core"
"""Name of the core's instance in it."""

CLOCK = ports.CLOCK.name
"""Clock port of core and harness."""

PINS = (CLOCK, "serial_in", "serial_out")
"""Ports of the harness."""

FOLD = 4
"""Bits that one gate folds into one."""


def harness_verilog(top: str, ports: Sequence[ports.Signal]) -> str:
    """Verilog of the harness around a core.

    Parameters
    ----------
    top
        Name of the core's module.
    ports
        Its ports, without the clock; there must be inputs and outputs.

    Raises
    ------
    ValueError
        There are no inputs, or no outputs.
    """
    inputs = [port for port in ports if port.is_input]
    outputs = [port for port in ports if not port.is_input]
    if not inputs or not outputs:
        raise ValueError(f"module {top} must have inputs and outputs to be placed in a harness")
    driven, caught = (sum(port.bits for port in group) for group in (inputs, outputs))
    connections = [
        *_slices(inputs, "drive"),
        *_slices(outputs, "result"),
    ]
    folds, level = _folds(caught)
    return "\n".join(
        [
            f"module {TOP} (input {CLOCK}, input serial_in, output serial_out);",
            f"  reg [{driven - 1}:0] chain;",
            f"  reg [{driven - 1}:0] drive;",
            f"  wire [{caught - 1}:0] result;",
            f"  reg [{caught - 1}:0] fold0;",
            "  always @(posedge clk) begin",
            "    chain <= {chain, serial_in};",
            # Not the chain alone: one register would do for a bit of either.
            "    drive <= chain ^ {chain, serial_in};",
            "    fold0 <= result;",
            "  end",
            *folds,
            f"  assign serial_out = fold{level}[0];",
            f"  {top} {CORE} (",
            f"    .{CLOCK}({CLOCK}),",
            ",\n".join(f"    {connection}" for connection in connections),
            "  );",
            "endmodule",
            "",
        ]
    )


def _folds(width: int) -> tuple[list[str], int]:
    """Registered levels that fold fold0 into one bit, and the number of the last level."""
    lines, level = [], 0
    while width > 1:
        level += 1
        gates = []
        for low in range(0, width, FOLD):
            high = min(low + FOLD, width) - 1
            gates.append(f"    fold{level}[{low // FOLD}] <= ^fold{level - 1}[{high}:{low}];")
        width = len(gates)
        lines += [f"  reg [{width - 1}:0] fold{level};", "  always @(posedge clk) begin"]
        lines += [*gates, "  end"]
    return lines, level


def _slices(ports: Sequence[ports.Signal], vector: str) -> list[str]:
    """Connections of ports to consecutive bits of a vector."""
    lines, low = [], 0
    for port in ports:
        lines.append(f".{port.name}({vector}[{low + port.bits - 1}:{low}])")
        low += port.bits
    return lines
