"""From a core's plan to the core: component and Verilog."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hwgen.core.junction import JunctionParameters
from hwgen.core.network import NetworkCore
from hwgen.export.header import header, lint_commands, spaced
from hwgen.export.verilog import to_verilog
from software_ref.core_plan import CorePlan

__all__ = ["CoreDesign"]


@dataclass(frozen=True, kw_only=True)
class CoreDesign(CorePlan):
    """A planned core with its hardware; equal designs give equal Verilog."""

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
        described = f" of {self.described}" if self.described else ""
        return kind + described + (" with constant parameters" if self.options.constant else "")

    @property
    def summary(self) -> str:
        """The network and its speed in a few lines."""
        network = self.network
        start = ""
        if self.start is not None:
            start = f"\nWeights and biases are those of a checkpoint after {self.start.position}."
        return (
            f"Layers {'-'.join(map(str, network.layers))}, {network.competing} classes, "
            f"hidden {network.activation.hidden}, format {network.format}.\n"
            f"Out-degrees {spaced(network.out_degree)}; {spaced(network.parallelism)} edges a "
            f"clock, {self.schedule.period} clocks a sample.{start}"
        )
