"""What a board needs to know of the Morse frames that it makes itself; no hardware."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.core_plan import CorePlan
from software_ref.datasets.morse_codes import MORSE_CODES
from software_ref.datasets.morse_live_options import (
    FRAME,
    LEVEL_BITS,
    NUMBER_BITS,
    MorseLiveOptions,
    morse_live_options,
)
from software_ref.network_file import NetworkFile

__all__ = ["FRAMES", "TEST_FRAMES", "VALUES_PER_STATE", "MorseLive", "check_core"]

FRAMES = 1 << NUMBER_BITS
"""Frames of a seed."""
TEST_FRAMES = FRAMES
"""Where the test seed's frames begin in the link's numbers; those below are the training seed's."""
VALUES_PER_STATE = 4
"""Values whose noise comes from one state of the generator."""
DATASET = "morse_live"


@dataclass(frozen=True, kw_only=True)
class MorseLive:
    """The frames, and the training that the run button starts where no host has configured one."""

    options: MorseLiveOptions
    """What the frames look like, and how many an epoch has."""
    rates: tuple[tuple[int, int], ...]
    """(first epoch, rate exponent k), in rising order; the first RATES count."""

    @classmethod
    def of(cls, file: NetworkFile) -> MorseLive | None:
        """Those of a network file's data; None where its samples are others."""
        if file.data.name != DATASET or file.data.reduce is not None:
            return None
        options = morse_live_options(**file.data.options)
        return cls(options=options, rates=tuple(file.training.rate_exponent))


def check_core(core: CorePlan) -> None:
    """Refuse a core that the frames do not suit.

    Raises
    ------
    ValueError
        It has too few inputs, classes or fraction bits, or beats of an odd size.
    """
    network, beat = core.network, core.ports.beat_features
    if network.layers[0] < FRAME or network.competing < len(MORSE_CODES):
        raise ValueError(
            f"{DATASET} must have {FRAME} inputs or more and {len(MORSE_CODES)} classes on a "
            f"board, not {network.layers[0]} and {network.competing}"
        )
    fraction = network.format.fraction - network.format.activation_shift
    if fraction < LEVEL_BITS:
        raise ValueError(
            f"{DATASET} must have activations of {LEVEL_BITS} fraction bits or more on a board, "
            f"not {fraction}: raise activation_fraction in [format]"
        )
    if VALUES_PER_STATE % beat and beat % VALUES_PER_STATE:
        raise ValueError(
            f"{DATASET} must have beats of 1, 2 or a multiple of {VALUES_PER_STATE} features on a "
            f"board, not {beat}: take other layers or parallelism, which decide the "
            f"{core.schedule.period} clocks of a sample"
        )
