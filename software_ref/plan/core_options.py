"""What a core is built with, beside its network: stated once, for plan, generator and estimate."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.devices import DEFAULT
from software_ref.plan.pipelining import PIPELINES, Pipelining, check_pipeline

__all__ = ["CoreOptions"]


@dataclass(frozen=True, kw_only=True)
class CoreOptions:
    """Everything but the network that decides a core's hardware.

    Raises
    ------
    ValueError
        `pipeline` is no name in `PIPELINES`, or a core that trains has constant parameters.
    """

    training: bool = True
    """Whether the core trains, or only infers."""
    constant: bool = False
    """Whether weights and biases of an inference core are constants, without a parameter port."""
    max_rate_exponent: int = 7
    """The largest k that the core carries, and the update unit shifts by."""
    pipeline: str = "deep"
    """Logic between two registers: a name in `PIPELINES`."""
    dsp_budget: int = DEFAULT.dsp
    """The most DSP blocks that the multipliers may take."""
    dsp_widths: tuple[int, int] = DEFAULT.family.dsp_widths
    """Signed operand widths of one DSP block."""
    dsp_adds: bool = DEFAULT.family.dsp_adds
    """Whether one adds to its product."""

    def __post_init__(self) -> None:
        check_pipeline("pipeline", self.pipeline)
        if self.constant and self.training:
            raise ValueError("constant must be false in a core that trains, not True")

    @property
    def pipelining(self) -> Pipelining:
        """How much logic is between registers."""
        return PIPELINES[self.pipeline]
