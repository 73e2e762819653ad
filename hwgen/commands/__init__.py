"""Subcommands about a core, each in a module of its name."""

from __future__ import annotations

__all__ = ["COMMANDS"]

COMMANDS = {
    "design": "list legal networks of a density and speed with their estimates, and write one",
    "search": "search for the best sparse networks for a data set and a device, by training them",
    "generate": "write the network's core as Verilog, with a JSON manifest",
    "bench": "write a testbench of the core with golden vectors, in cocotb or plain Verilog",
    "simulate": "run the exported Verilog on the data and hold it against NumPy, bit for bit",
    "compare": "draw float, golden and hardware curves, and say whether the last two agree",
    "profile": "profile ranges, saturation and rounding of a training, and recommend a format",
    "estimate": "estimate resources, throughput and energy of the network's core in a second",
    "report": "write a page of HTML to look at: connections, clocks, schedule, resources, training",
    "synth": "synthesise the network's core and print resources and path delays by unit",
    "pnr": "place and route the network's core and print its clock and what limits it",
}
"""What each does, in one line."""
