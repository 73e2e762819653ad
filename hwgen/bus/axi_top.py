"""The module for a block design: a core with its bridge, ports named as Vivado names them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amaranth.hdl import ClockDomain, ClockSignal, Module, ResetSignal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import Flow, In

from hwgen.bus.bridge import AxiBridge
from hwgen.bus.register_map import RegisterMap

__all__ = [
    "CLOCK",
    "CLOCK_VLNV",
    "INTERFACES",
    "RESET",
    "RESET_VLNV",
    "AxiTop",
    "Interface",
]

CLOCK = "aclk"
"""Name of the clock port."""
RESET = "aresetn"
"""Name of the reset port, active low."""

CLOCK_VLNV = "xilinx.com:signal:clock:1.0"
"""Vivado's full name for a clock."""
RESET_VLNV = "xilinx.com:signal:reset:1.0"
"""Vivado's full name for a reset."""


@dataclass(frozen=True, kw_only=True)
class Interface:
    """A bus of the module."""

    name: str
    """What its ports' names begin with, and Vivado's name for it."""
    member: str
    """The bridge's member that it is."""
    kind: str
    """Vivado's name for the kind of bus."""
    is_slave: bool
    """Whether the module answers on it."""
    address_map: bool = False
    """Whether it has addresses."""

    @property
    def vlnv(self) -> str:
        """Vivado's full name for the kind of bus."""
        return f"xilinx.com:interface:{self.kind}:1.0"

    @property
    def abstraction_vlnv(self) -> str:
        """Vivado's full name for the signals of such a bus."""
        return f"xilinx.com:interface:{self.kind}_rtl:1.0"

    @property
    def is_stream(self) -> bool:
        """Whether its signals are those of an Amaranth stream."""
        return self.kind == "axis"

    def port(self, signal: str) -> str:
        """The module's port for a signal of the bus."""
        return f"{self.name}_{signal}"


INTERFACES = (
    Interface(name="s_axis_samples", member="samples", kind="axis", is_slave=True),
    Interface(name="m_axis_predictions", member="predictions", kind="axis", is_slave=False),
    Interface(name="s_axi", member="bus", kind="aximm", is_slave=True, address_map=True),
)
"""All buses of the module."""


class AxiTop(wiring.Component):
    """A core on AXI, with a clock and a reset of its own.

    Parameters
    ----------
    bridge
        The bridge.
    core
        The core: NetworkCore, or CoreInstance for one whose Verilog is a file of its own.

    Members
    -------
    aclk : In(1), aresetn : In(1)
        Clock of all, and synchronous reset, active low.
    INTERFACE_SIGNAL
        The signals of every bus in INTERFACES.
    """

    def __init__(self, bridge: AxiBridge, core: wiring.Component):
        self._bridge = bridge
        self._core = core
        members = {CLOCK: In(1), RESET: In(1)}
        for interface in INTERFACES:
            for name, flow, signal in _signals(bridge, interface):
                members[interface.port(name)] = flow(len(signal))
        super().__init__(members)

    @property
    def registers(self) -> RegisterMap:
        """The registers on its bus."""
        return self._bridge.registers

    @property
    def attributes(self) -> dict[str, dict[str, str]]:
        """What Vivado is told of every port, by the name of the attribute.

        They belong to the Verilog's ports alone: Yosys would give them to all nets of a port.
        """
        found = {
            CLOCK: {
                "X_INTERFACE_INFO": f"{CLOCK_VLNV} {CLOCK} CLK",
                "X_INTERFACE_PARAMETER": f"ASSOCIATED_BUSIF {':'.join(self.buses)}, "
                f"ASSOCIATED_RESET {RESET}",
            },
            RESET: {
                "X_INTERFACE_INFO": f"{RESET_VLNV} {RESET} RST",
                "X_INTERFACE_PARAMETER": "POLARITY ACTIVE_LOW",
            },
        }
        for interface in INTERFACES:
            for signal, port in self.buses[interface.name].items():
                info = f"{interface.vlnv} {interface.name} {signal}"
                found[port] = {"X_INTERFACE_INFO": info}
        return found

    @property
    def buses(self) -> dict[str, dict[str, str]]:
        """The module's port for every signal of every bus, as Vivado calls the signals."""
        return {
            interface.name: {
                name.upper(): interface.port(name)
                for name, _, _ in _signals(self._bridge, interface)
            }
            for interface in INTERFACES
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.domains.sync = ClockDomain()
        m.submodules.bridge = bridge = self._bridge
        m.submodules.core = core = self._core
        wiring.connect(m, bridge.core, core)
        m.d.comb += [
            ClockSignal().eq(getattr(self, CLOCK)),
            ResetSignal().eq(~getattr(self, RESET)),
        ]
        for interface in INTERFACES:
            for name, flow, signal in _signals(bridge, interface):
                port = getattr(self, interface.port(name))
                m.d.comb += signal.eq(port) if flow is In else port.eq(signal)
        return m


def _signals(bridge: AxiBridge, interface: Interface) -> Iterator[tuple[str, Flow, Value]]:
    """Every signal of a bus: its AXI name, its flow at the bridge, and the bridge's own."""
    for path, member, value in bridge.signature.flatten(bridge):
        if path[0] != interface.member:
            continue
        name = path[-1]
        if not interface.is_stream:
            yield name, member.flow, Value.cast(value)
        elif name == "payload":
            for field in value.shape().members:
                yield f"t{field}", member.flow, Value.cast(value[field])
        else:
            yield f"t{name}", member.flow, Value.cast(value)
