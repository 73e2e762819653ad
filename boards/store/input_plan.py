"""Which features a board's store keeps where one of them feeds several inputs, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from software_ref.core_plan import CorePlan
from software_ref.golden.samples import check_features
from software_ref.plan.beats import narrowed
from software_ref.plan.memory_plan import MemoryPlan, banked_layout
from software_ref.plan.payload import bits_for
from software_ref.plan.ports import CorePorts
from software_ref.plan.sample_code import SampleCode

__all__ = ["InputPlan", "input_plan", "stored_code", "stored_features"]

HANDOVER = 3
"""Clocks from a buffer's last read to its first write, at most, beside the table's read."""


@dataclass(frozen=True)
class InputPlan:
    """The way from stored features to a core's inputs.

    A sample is stored as its used features in rising order, each once, in beats of as many as the
    core's own.
    """

    inputs: Sequence[int]
    """Feature of each input."""
    beat_features: int
    """Features of a beat."""

    @property
    def features(self) -> int:
        """Features that are stored."""
        return len(self.columns)

    @property
    def beats(self) -> int:
        """Stored beats of a sample."""
        return -(-self.features // self.beat_features)

    @cached_property
    def columns(self) -> NDArray[np.int64]:
        """For each stored feature, an input that it feeds: int64 (stored features,)."""
        return np.unique(np.asarray(self.inputs), return_index=True)[1].astype(np.int64)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """For each input, the place of its feature among those stored: int64 (N_0,)."""
        return np.unique(np.asarray(self.inputs), return_inverse=True)[1].astype(np.int64)

    @property
    def beat_bits(self) -> int:
        """Bits of a stored beat's number."""
        return bits_for(self.beats - 1)

    @property
    def lane_bits(self) -> int:
        """Bits of a feature's number in a beat."""
        return bits_for(self.beat_features - 1)

    def table(self, ports: CorePorts) -> MemoryPlan:
        """The memory of beat and lane of every input's feature, a beat of the core in a word."""
        width = self.beat_features * (self.beat_bits + self.lane_bits)
        return MemoryPlan(depth=ports.beats, width=width)

    def banks(self, ports: CorePorts) -> int:
        """Samples that are buffered: one that is read and one that comes, or comes late."""
        comes = self.beats + self.table(ports).read_latency + HANDOVER
        return 2 if comes <= ports.clocks_per_step else 3

    def buffer(self, ports: CorePorts) -> MemoryPlan:
        """A memory of stored samples, which there is for each feature of a beat."""
        depth, _ = banked_layout(self.banks(ports), self.beats)
        return MemoryPlan(depth=depth, width=ports.beat_width)

    def memories(self, ports: CorePorts) -> list[MemoryPlan]:
        """All that it takes to make inputs of stored features."""
        return [self.table(ports), *[self.buffer(ports)] * self.beat_features]


def input_plan(core: CorePlan) -> InputPlan | None:
    """That of a core; None where input n takes feature n, and the store has its inputs as such."""
    if core.inputs is None:
        return None
    return InputPlan(core.inputs, core.ports.beat_features)


def stored_code(core: CorePlan, word_bits: int | None = None) -> SampleCode:
    """How a core's samples are written into a memory of such words: see SampleCode.of."""
    code, plan = SampleCode.of(core.ports, word_bits), input_plan(core)
    return code if plan is None else replace(code, features=plan.features)


def stored_features(core: CorePlan, features: NDArray[np.integer]) -> NDArray[np.integer]:
    """What a store has of samples: integers (n, features of `stored_code`).

    Parameters
    ----------
    core
        The core.
    features
        Raw inputs in [0, 2**f]: integers (n, N_0), rounded where activations are narrower. Of
        inputs that one feature feeds, the first is stored.

    Raises
    ------
    ValueError
        A feature is out of range.
    """
    inputs, plan = narrowed(core.network, check_features(core.network, features)), input_plan(core)
    return inputs if plan is None else inputs[:, plan.columns]
