"""From a core to the same core on AXI: its module, and the files that come with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from hwgen.bus.axi_stream import PREDICTION_WORD, SAMPLE_HEADER
from hwgen.bus.axi_top import CLOCK, RESET, AxiTop
from hwgen.bus.bridge import AxiBridge
from hwgen.bus.c_header import c_header
from hwgen.bus.core_registers import core_registers
from hwgen.bus.core_summary import CoreSummary, identity_word
from hwgen.bus.package_ip import package_ip
from hwgen.bus.python_module import python_module
from hwgen.core.design import CoreDesign
from hwgen.core.instance import CoreInstance
from hwgen.export.header import header, lint_commands
from hwgen.export.lint_waivers import lint_waivers
from hwgen.export.verilog import to_verilog
from software_ref.devices import XC7, Device

__all__ = ["PACKAGE_SCRIPT", "AxiDesign", "axi_name", "file_kinds"]

PACKAGE_SCRIPT = "package_ip.tcl"
"""Name of the script that makes a Vivado IP."""


def axi_name(core_name: str) -> str:
    """Name of the module that puts a core's module on AXI."""
    return f"{core_name}_axi"


def file_kinds(core_name: str) -> dict[str, str]:
    """The names of all files of a core on AXI, and what they are."""
    name = axi_name(core_name)
    return {
        f"{name}.v": "AXI module",
        f"{name}.vlt": "its lint waivers",
        f"{name}.h": "its registers for C",
        f"{name}.py": "its registers for Python",
        PACKAGE_SCRIPT: "Vivado IP script",
    }


@dataclass(frozen=True, kw_only=True)
class AxiDesign:
    """A core on AXI; equal cores give equal files.

    Raises
    ------
    ValueError
        The core has more of something than the registers have room for.
    """

    core: CoreDesign
    """The core, whose Verilog is a file of its own."""

    def __post_init__(self) -> None:
        core_registers(self.core.ports)  # before there are components that nobody will use

    @property
    def name(self) -> str:
        """Name of the module."""
        return axi_name(self.core.name)

    @cached_property
    def top(self) -> AxiTop:
        """The Amaranth component, in which the core is an instance of its module."""
        bridge = AxiBridge(self.core.schedule, identity_word(self.core))
        return AxiTop(bridge, CoreInstance(self.core.ports))

    @cached_property
    def verilog(self) -> str:
        """The Verilog text, without the core's module."""
        commands = "".join(
            f"\n  $ {command}" for command in lint_commands(self.name, self.core.name)
        )
        comment = header(
            self.name,
            f"{self.core.kind}, on AXI4-Stream and AXI4-Lite",
            self.core.summary,
            f"It holds the module of {self.core.name}.v. Registers: {self.name}.h; how to use it: "
            f"docs/bus.md of presparse.\nLint:{commands}",
            clock=CLOCK,
            reset=RESET,
            reset_level="low",
        )
        return _with_attributes(to_verilog(self.top, self.name, header=comment), self.top)

    @property
    def whole_verilog(self) -> str:
        """The Verilog text with the core's module."""
        return self.core.verilog + self.verilog

    def files(self, device: Device | None = None) -> dict[str, str]:
        """What is in each file of `file_kinds`.

        Parameters
        ----------
        device
            The FPGA to name in Vivado's script.
        """
        summary, registers = CoreSummary(self.core), self.top.registers
        words = (SAMPLE_HEADER, PREDICTION_WORD)
        verilog = f"{self.name}.v"
        texts = (
            self.verilog,
            lint_waivers(f"*{verilog}"),
            c_header(summary, registers, words),
            python_module(summary, registers, words),
            package_ip(
                self.top,
                self.name,
                sources=[f"{self.core.name}.v", verilog],
                description=f"{summary.kind}, on AXI4-Stream and AXI4-Lite",
                script=PACKAGE_SCRIPT,
                part=device.part.name if device is not None and device.family is XC7 else "",
            ),
        )
        return dict(zip(file_kinds(self.core.name), texts, strict=True))


def _with_attributes(verilog: str, top: AxiTop) -> str:
    """Put attributes before the declarations of the first module's ports."""
    module, end, others = verilog.partition("\nendmodule\n")
    for port, attributes in top.attributes.items():
        lines = "".join(f'  (* {name} = "{value}" *)\n' for name, value in attributes.items())
        module, found = re.subn(
            rf"^(?=  (?:input|output) (?:\[\d+:\d+\] )?{port};$)", lines, module, flags=re.MULTILINE
        )
        if found != 1:
            raise ValueError(f"{port} must be declared once in the Verilog, not {found} times")
    return module + end + others
