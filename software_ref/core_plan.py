"""What decides a core, and what follows from it without any hardware: a host needs no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from software_ref.checkpoint import Checkpoint
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.golden.parameters import Parameters, initial_parameters
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import DspUnits, divide_multipliers
from software_ref.plan.ports import CORE_NAME, CorePorts
from software_ref.plan.schedule import Schedule

__all__ = ["CorePlan"]


@dataclass(frozen=True, kw_only=True)
class CorePlan:
    """Everything that decides one core.

    Raises
    ------
    ValueError
        `start` is the state of another network.
    """

    network: Network
    """The network."""
    name: str = CORE_NAME
    """Name of the top module."""
    options: CoreOptions = field(default_factory=CoreOptions)
    """What it is built with."""
    seed: int = 1
    """Seed of the initial weights, which `start` takes the place of."""
    start: Checkpoint | None = None
    """The state whose weights and biases the core starts from."""
    described: str = ""
    """Name of the network's file, for the Verilog's comment."""

    def __post_init__(self) -> None:
        if self.start is not None and self.start.parameters.network != self.network:
            raise ValueError("start must be a state of the core's network, not of another one")

    @classmethod
    def from_file(
        cls,
        file: NetworkFile,
        *,
        training: bool = True,
        constant: bool = False,
        start: Checkpoint | None = None,
        name: str = CORE_NAME,
    ) -> Self:
        """The core that a network file describes."""
        return cls(
            network=file.network,
            name=name,
            options=file.core_options(training=training, constant=constant),
            seed=file.training.seed,
            start=start,
            described=file.name,
        )

    @cached_property
    def schedule(self) -> Schedule:
        """Offsets, lags and banks."""
        return Schedule(network=self.network, options=self.options)

    @cached_property
    def ports(self) -> CorePorts:
        """The ports of its module."""
        return CorePorts.of(self.schedule, top=self.name)

    @cached_property
    def patterns(self) -> tuple[ClashFreePattern, ...]:
        """Connection pattern of each junction: that of `start`, where connections move."""
        return self.parameters.connections

    @cached_property
    def parameters(self) -> Parameters:
        """What the memories of weights and biases hold at first."""
        if self.start is not None:
            return self.start.parameters
        return initial_parameters(self.network, self.seed)

    @cached_property
    def dsp(self) -> tuple[DspUnits, ...]:
        """For each junction, the DSP blocks of its units."""
        return divide_multipliers(self.schedule)
