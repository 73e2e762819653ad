"""What a driver must know of a core beside its registers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hwgen.bus.axi_stream import feature_bytes, header_beats, sample_bytes
from hwgen.bus.core_registers import MAGIC, VERSION
from hwgen.bus.register_map import WORD_BITS
from software_ref.core_identity import core_identity
from software_ref.core_plan import CorePlan
from software_ref.plan.payload import bytes_of
from software_ref.plan.ports import JunctionPorts

__all__ = ["CoreSummary", "identity_word"]


def identity_word(plan: CorePlan) -> int:
    """The register CORE of a core: the first bytes of its identity, the first one highest."""
    return int.from_bytes(core_identity(plan)[: bytes_of(WORD_BITS)], "big")


@dataclass(frozen=True)
class CoreSummary:
    """Figures of a core, for files that drivers are made with."""

    plan: CorePlan
    """The core."""

    @property
    def name(self) -> str:
        """Name of its module."""
        return self.plan.name

    @property
    def kind(self) -> str:
        """What it is, in a few words."""
        kind = "training core" if self.plan.options.training else "inference core"
        return f"{kind}, layers {'-'.join(map(str, self.plan.network.layers))}"

    @property
    def junctions(self) -> tuple[JunctionPorts, ...]:
        """Where parameters lie; none where they cannot be accessed."""
        return self.plan.ports.junctions if self.plan.ports.parameter_port else ()

    def numbers(self) -> Iterator[tuple[str, int]]:
        """Everything that is one number, by name."""
        ports, network = self.plan.ports, self.plan.network
        yield "magic", MAGIC
        yield "version_wanted", VERSION[0]
        yield "identity", identity_word(self.plan)
        yield "features", ports.features
        yield "feature_bytes", feature_bytes(ports)
        yield "feature_one", network.format.one >> network.format.activation_shift
        yield "sample_beats", ports.beats
        yield "beat_bytes", sample_bytes(ports)
        yield "header_beats", header_beats(ports)
        yield "classes", network.competing
        yield "stored_fraction", network.format.fraction + network.format.extra_bits
        yield "max_rate_exponent", self.plan.options.max_rate_exponent
        yield "clocks_per_sample", ports.clocks_per_step
        yield "prediction_steps", ports.prediction_steps
        yield "junction_count", len(ports.junctions)
