"""Components side by side in one exported module, built once for all of a bench's tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out

from hwgen.export.verilog import to_verilog
from hwgen.simulation.verilator import build

__all__ = ["build_side_by_side"]


class _SideBySide(wiring.Component):
    """All components; ports are named component__port."""

    def __init__(self, components: Mapping[str, wiring.Component]):
        self._components = components
        super().__init__({name: Out(unit.signature) for name, unit in components.items()})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        for name, component in self._components.items():
            m.submodules[f"{name}_unit"] = component
            wiring.connect(m, wiring.flipped(getattr(self, name)), component)
        return m


def build_side_by_side(components: Mapping[str, wiring.Component], top: str, folder: Path) -> Path:
    """Export the components as the module `top`, and build it in a folder for `run_cocotb`."""
    source, control = folder / f"{top}.v", folder / f"{top}.vlt"
    source.write_text(to_verilog(_SideBySide(components), top))
    # Yosys leaves the widths of arithmetic to Verilog's rules; cocotb needs to see the ports.
    control.write_text(
        f'`verilator_config\nlint_off -rule WIDTH -file "{source.name}"\n'
        f'public_flat_rw -module "{top}" -var "*"\n'
    )
    return build(sources=[control, source], top=top, build_dir=folder / "build")
