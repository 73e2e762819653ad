"""Which build a board holds: what the build and a host both make from the network file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from boards.morse.live import MorseLive
from software_ref.core_identity import core_identity
from software_ref.core_plan import CorePlan

__all__ = ["board_identity"]


def board_identity(core: CorePlan, morse: MorseLive | None = None) -> bytes:
    """SHA-256 of the core's description and of the frames that the board makes itself.

    How many frames an epoch has is the host's to say, and does not count.
    """
    if morse is None:
        return core_identity(core)
    frames = asdict(morse.options)
    for name in ("train_frames", "test_frames"):
        del frames[name]
    text = json.dumps({"core": core_identity(core).hex(), "frames": frames}, sort_keys=True)
    return hashlib.sha256(text.encode()).digest()
