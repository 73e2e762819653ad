"""The module that goes into a block design: a core with its bridge, and ports as Vivado names them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amaranth.hdl import ClockDomain, ClockSignal, Module, ResetSignal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import Flow, In, Out

from hwgen.bus.bridge import AxiBridge

__all__ = ["CLOCK", "INTERFACES", "RESET", "AxiTop", "Interface"]

CLOCK = "aclk"
"""Name of the clock port."""
RESET = "aresetn"
"""Name of the reset port, active low."""

_VENDOR = "xilinx.com"


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
        return f"{_VENDOR}:interface:{self.kind}:1.0"

    @property
    def abstraction_vlnv(self) -> str:
        """Vivado's full name for the signals of such a bus."""
        return f"{_VENDOR}:interface:{self.kind}_rtl:1.0"

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
        for interface in INTERFACES:
            for name, _, _ in _signals(bridge, interface):
                port = getattr(self, interface.port(name))
                port.attrs["X_INTERFACE_INFO"] = (
                    f"{interface.vlnv} {interface.name} {name.upper()}"
                )
        buses = ":".join(interface.name for interface in INTERFACES)
        clock, reset = getattr(self, CLOCK), getattr(self, RESET)
        clock.attrs["X_INTERFACE_INFO"] = f"{_VENDOR}:signal:clock:1.0 {CLOCK} CLK"
        clock.attrs["X_INTERFACE_PARAMETER"] = f"ASSOCIATED_BUSIF {buses}, ASSOCIATED_RESET {RESET}"
        reset.attrs["X_INTERFACE_INFO"] = f"{_VENDOR}:signal:reset:1.0 {RESET} RST"
        reset.attrs["X_INTERFACE_PARAMETER"] = "POLARITY ACTIVE_LOW"

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
    """Every signal of a bus: its AXI name, whether it goes into the bridge, and the bridge's own."""
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
