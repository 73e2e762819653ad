"""Which core some hardware holds: what a build and a host both make from the network file."""

from __future__ import annotations

import hashlib
import json

from software_ref.core_plan import CorePlan
from software_ref.manifest import manifest

__all__ = ["core_identity"]

_OF_THE_DEVICE = ("top", "multipliers")
"""What a core's manifest says that depends on the FPGA, and that no host needs."""


def core_identity(core: CorePlan) -> bytes:
    """SHA-256 of the core's manifest, without what depends on the device.

    A host whose network file gives the same one can talk to the hardware.
    """
    described = {k: v for k, v in manifest(core).items() if k not in _OF_THE_DEVICE}
    # The words of free connections follow from the rest: a seed, or a checkpoint's checksum.
    described["connections"] = {k: v for k, v in described["connections"].items() if k != "words"}
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).digest()
