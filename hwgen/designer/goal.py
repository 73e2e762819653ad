"""What a designed network is to be: dense so much, fast so much, on a device."""

from __future__ import annotations

from dataclasses import dataclass, field

from hwgen.designer.layer_sizes import LayerSizes
from software_ref.file_options import TargetOptions

__all__ = ["DesignGoal"]


@dataclass(frozen=True, kw_only=True)
class DesignGoal:
    """The wish that networks are measured by.

    Raises
    ------
    ValueError
        A field is out of range, or there are no layers.
    """

    density: float
    """Share of all possible edges that there are, above 0 and up to 1."""
    clocks: int
    """Clocks per sample, at least 1."""
    sizes: tuple[LayerSizes, ...]
    """Layers to choose from."""
    target: TargetOptions = field(default_factory=TargetOptions)
    """Device, DSP budget and pipeline."""
    training: bool = True
    """Whether the core trains, or only infers."""
    constant: bool = False
    """Whether an inference core's weights and biases are constants."""
    within: float = 0.2
    """Share by which density and clocks may each be off."""

    def __post_init__(self) -> None:
        if not 0 < self.density <= 1:
            raise ValueError(f"density must be above 0 and at most 1, not {self.density:g}")
        if self.clocks < 1:
            raise ValueError(f"clocks must be at least 1, not {self.clocks}")
        if self.within < 0:
            raise ValueError(f"within must be at least 0, not {self.within:g}")
        if not self.sizes:
            raise ValueError("sizes must name at least one choice of layers")
