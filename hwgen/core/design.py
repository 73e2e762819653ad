# amaranth: UnusedElaboratable=no
# A host or a manifest asks a core for its ports, and nobody builds it then.
"""From a network file to a core: patterns, initial parameters, Verilog and manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from hwgen.core.dsp_budget import divide_multipliers
from hwgen.core.junction import JunctionParameters
from hwgen.core.network import NetworkCore
from hwgen.export.header import header, lint_commands, spaced
from hwgen.export.verilog import to_verilog
from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.golden import Parameters, initial_parameters
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule

__all__ = ["CoreDesign"]


@dataclass(frozen=True, kw_only=True)
class CoreDesign:
    """Everything that decides one core; equal designs give equal Verilog."""

    network: Network
    """The network."""
    name: str = "presparse_core"
    """Name of the top module."""
    options: CoreOptions = field(default_factory=CoreOptions)
    """What it is built with."""
    seed: int = 1
    """Seed of the initial weights."""
    described: str = ""
    """Name of the network's file, for the Verilog's comment."""

    @classmethod
    def from_file(
        cls, file: NetworkFile, *, training: bool = True, name: str = "presparse_core"
    ) -> CoreDesign:
        """The core that a network file describes."""
        return cls(
            network=file.network,
            name=name,
            options=file.core_options(training=training),
            seed=file.training.seed,
            described=file.name,
        )

    @cached_property
    def schedule(self) -> Schedule:
        """Offsets, lags and banks."""
        return Schedule(network=self.network, options=self.options)

    @cached_property
    def patterns(self) -> tuple[ClashFreePattern, ...]:
        """Connection pattern of each junction."""
        return tuple(
            generate_pattern(shape, self.network.connections) for shape in self.network.junctions
        )

    @cached_property
    def parameters(self) -> Parameters:
        """Initial weights and biases."""
        return initial_parameters(self.network, self.seed)

    @cached_property
    def dsp(self) -> tuple[frozenset[str], ...]:
        """For each junction, the units whose multipliers are DSP blocks."""
        return divide_multipliers(self.schedule)

    @cached_property
    def core(self) -> NetworkCore:
        """The Amaranth component."""
        parts = zip(
            self.patterns, self.parameters.weights, self.parameters.biases, self.dsp, strict=True
        )
        return NetworkCore(
            self.schedule,
            [
                JunctionParameters(
                    pattern=pattern, weights=weights.tolist(), biases=biases.tolist(), dsp=dsp
                )
                for pattern, weights, biases, dsp in parts
            ],
        )

    @cached_property
    def verilog(self) -> str:
        """The Verilog text."""
        return to_verilog(self.core, self.name, header=self._header)

    @property
    def _header(self) -> str:
        commands = "".join(f"\n  $ {command}" for command in lint_commands(self.name))
        return header(
            self.name,
            self.kind,
            self.summary,
            f"Ports: {self.name}.json, and docs/ports.md of presparse. Lint:{commands}",
        )

    @property
    def kind(self) -> str:
        """What it is the core of, in a few words."""
        kind = "training core" if self.options.training else "inference core"
        return f"{kind} of {self.described}" if self.described else kind

    @property
    def summary(self) -> str:
        """The network and its speed in a few lines."""
        network = self.network
        return (
            f"Layers {'-'.join(map(str, network.layers))}, {network.competing} classes, "
            f"hidden {network.activation.hidden}, format {network.format}.\n"
            f"Out-degrees {spaced(network.out_degree)}; {spaced(network.parallelism)} edges a "
            f"clock, {self.schedule.period} clocks a sample."
        )
