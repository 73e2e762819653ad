"""What a network may take: a device, and the user's own limits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache

from hwgen.estimate import Estimate
from hwgen.estimate.sweep import estimate_file
from hwgen.families import family_of
from software_ref.file_options import TargetOptions
from software_ref.network_document import network_document
from software_ref.network_file import NetworkFile, network_file_of

__all__ = ["LIMITED", "Limits", "estimate_of"]

LIMITED = {"lut": "LUT", "ff": "FF", "dsp": "DSP", "bram36": "BRAM36"}
"""Resources that may be limited, by their keys in an estimate."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The most that a network may take; None stands for what the device has.

    Raises
    ------
    ValueError
        A limit is below 1.
    """

    target: TargetOptions = field(default_factory=TargetOptions)
    """Device, DSP budget and pipeline."""
    weights: int | None = None
    """Weights."""
    clocks: int | None = None
    """Clocks a sample."""
    lut: int | None = None
    ff: int | None = None
    dsp: int | None = None
    bram36: float | None = None

    def __post_init__(self) -> None:
        for name in ("weights", "clocks", *LIMITED):
            value = getattr(self, name)
            # No block RAM or no DSP block may be a wish.
            least = 0 if name in ("dsp", "bram36") else 1
            if value is not None and value < least:
                raise ValueError(f"the limit of {name} must be at least {least}, not {value:g}")

    def excess(self, estimate: Estimate) -> str | None:
        """What an estimated core takes too much of, in words; None where it fits."""
        for name, title in LIMITED.items():
            most, taken = getattr(self, name), getattr(estimate, name)
            if most is not None and taken > most:
                return f"{taken:,g} {title}, and at most {most:,g} are allowed"
        if self.clocks is not None and estimate.clocks_per_sample > self.clocks:
            return (
                f"{estimate.clocks_per_sample} clocks a sample, and at most {self.clocks} are "
                "allowed"
            )
        fit = family_of(self.target.fpga).fit(estimate, self.target.fpga)
        return fit.text if fit.fits is False else None


def estimate_of(file: NetworkFile) -> Estimate:
    """The estimate of a training core, kept for equal cores."""
    document = network_document(file)
    # What is learnt, and from what, changes nothing but the largest rate.
    kept = {name: table for name, table in document.items() if name not in ("data", "training")}
    kept["target"] = asdict(file.target) | {"max_rate_exponent": file.max_rate_exponent}
    return _estimate(json.dumps(kept, sort_keys=True))


@lru_cache(maxsize=4096)
def _estimate(document: str) -> Estimate:
    return estimate_file(network_file_of(json.loads(document)))
