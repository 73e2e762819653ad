"""All proofs, by name."""

from __future__ import annotations

from rtl_tests.proofs import (
    accumulator,
    interleaver,
    output_queue,
    queues,
    rate,
    rounding,
    sequencer,
)
from rtl_tests.proofs.proof import Proof

__all__ = ["PROOFS"]

_MODULES = (rounding, rate, interleaver, sequencer, output_queue, accumulator, queues)
PROOFS: dict[str, Proof] = {proof.name: proof for module in _MODULES for proof in module.PROOFS}
"""Every proof."""
