"""Beats: every feature in its place, whatever the widths."""

from __future__ import annotations

import numpy as np
import pytest

from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.beats import beats, narrowed


@pytest.mark.parametrize(
    ("features", "beat", "width"), [(12, 4, 9), (5, 2, 3), (3, 8, 1), (4, 1, 32)]
)
def test_features_lie_side_by_side_from_bit_0_up(features: int, beat: int, width: int) -> None:
    raw = np.random.default_rng(1).integers(0, 1 << width, (3, features))
    found = beats(raw, beat_features=beat, feature_width=width)
    a_sample = -(-features // beat)
    assert found.shape == (3 * a_sample, -(-beat * width // 8))
    for row, octets in enumerate(found):
        word = int.from_bytes(octets.tobytes(), "little")
        sample, number = divmod(row, a_sample)
        for place in range(beat):
            feature = number * beat + place
            wanted = int(raw[sample, feature]) if feature < features else 0
            assert word >> place * width & (1 << width) - 1 == wanted


def test_narrow_features_lose_their_low_bits() -> None:
    network = Network(
        layers=(4, 2),
        out_degree=(1,),
        parallelism=(2,),
        format=FixedFormat(integer=3, fraction=8, activation_fraction=5),
    )
    assert narrowed(network, np.array([[0, 8, 248, 256]])).tolist() == [[0, 1, 31, 32]]
