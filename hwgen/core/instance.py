"""A core whose Verilog is a file of its own, as a component."""

from __future__ import annotations

from amaranth.hdl import ClockSignal, Instance, ResetSignal, Value
from amaranth.lib import wiring

from hwgen.parts.layouts import core_signature
from software_ref.plan.ports import CLOCK, RESET, CorePorts

__all__ = ["CoreInstance"]


class CoreInstance(wiring.Component):
    """An instance of the core's module, with the members that NetworkCore has.

    Parameters
    ----------
    ports
        The core's ports.
    """

    def __init__(self, ports: CorePorts):
        self.ports = ports
        """Its ports."""
        super().__init__(core_signature(ports))

    def elaborate(self, platform: object) -> Instance:
        wires: dict[str, Value] = {
            f"i_{CLOCK.name}": ClockSignal(),
            f"i_{RESET.name}": ResetSignal(),
        }
        for wire in self.ports.wires():
            if wire.name == RESET.name:
                continue
            name, _, part = wire.name.partition("__")
            member = getattr(self, name)
            signal = getattr(member, part) if part else member
            wires[f"{'i' if wire.is_input else 'o'}_{wire.name}"] = Value.cast(signal)
        return Instance(self.ports.top, **wires)
