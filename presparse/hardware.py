"""Hardware from Python: Verilog, benches, simulation and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.bus.files import BusFiles
from hwgen.core.core_files import CoreFiles
from hwgen.core.design import CoreDesign
from hwgen.cosimulation.simulation import SimulationResult
from presparse.shown import Shown, Table
from presparse.training import PredictionTable
from software_ref.console.output import make_folder
from software_ref.devices import Device
from software_ref.golden import Parameters

__all__ = ["Core", "Simulation", "write_files"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Core(Shown):
    """A core as Verilog, with the files that come with it."""

    name: str
    """The network's."""
    design: CoreDesign
    """The core: schedule, ports, plan, Amaranth component and Verilog."""
    files: CoreFiles
    """Verilog, manifest, lint waivers and instantiation template."""
    bus_files: dict[Path, str]
    """Files of the bus that it is put on, and what each is; empty without one."""

    @property
    def title(self) -> str:
        """See Shown."""
        kind = "training" if self.design.options.training else "inference"
        return f"{kind} core of {self.name}, {self.design.schedule.period} clocks a sample"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [(kind.replace("_", " "), path) for kind, path in vars(self.files).items()]
        rows += [(kind, path) for path, kind in self.bus_files.items()]
        return (Table(("file", ""), rows, text=(0, 1)),)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Simulation(Shown):
    """The exported Verilog in Verilator, held against the golden model bit by bit."""

    result: SimulationResult
    """Everything that was compared."""

    @property
    def bit_exact(self) -> bool:
        """Whether hardware and golden model agree in every bit."""
        return self.result.bit_exact

    @property
    def differences(self) -> tuple[str, ...]:
        """What differs, in words."""
        return tuple(self.result.figures["differences"])

    @property
    def clocks_per_sample(self) -> float:
        """Clocks between two samples, as measured."""
        return float(self.result.figures["clocks_per_sample"])

    @property
    def parameters(self) -> Parameters:
        """Raw weights and biases, as read back from the core."""
        return self.result.parameters

    @property
    def correct(self) -> NDArray[np.float64]:
        """Share of correct predictions of every epoch."""
        return np.array(self.result.figures["correct"], np.float64)

    def predictions(self) -> PredictionTable:
        """What the core predicted; in a training, before it learnt from each sample."""
        return PredictionTable(
            name=f"{self.result.name} in simulation", found=self.result.predictions
        )

    @property
    def title(self) -> str:
        """See Shown."""
        verdict = "equal, bit for bit" if self.bit_exact else "DIFFERENT"
        return f"{self.result.name}: hardware and golden model are {verdict}"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        return (Table(("compared", ""), self.result.rows()),)


def write_files(
    name: str, design: CoreDesign, folder: Path, *, bus: str | None, device: Device
) -> Core:
    """Write a core's files, and those of its bus, into a folder."""
    make_folder("output", folder)
    on_bus = BusFiles(bus, design.name, folder)
    files = on_bus.write(design, device)
    return Core(name=name, design=design, files=files, bus_files=on_bus.kinds)
