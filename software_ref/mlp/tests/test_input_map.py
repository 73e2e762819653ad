"""The map in front of the first junction, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from software_ref.mlp.input_map import BLOCK_ROWS, InputMap

FEATURES = np.array([[0.0, 0.5, 0.3], [1.0, 0.5, 0.5], [0.5, 0.5, 0.1]])


def test_features_are_centred_and_of_one_scale() -> None:
    found = InputMap.of(FEATURES)
    assert found.mean.tolist() == pytest.approx([0.5, 0.5, 0.3])
    mapped = found(FEATURES)
    assert mapped.mean(axis=0).tolist() == pytest.approx([0, 0, 0])
    # Variances 1/6 and 2/75, which stay in proportion; the constant feature takes no part.
    assert mapped.var(axis=0).tolist() == pytest.approx([50 / 29, 0, 8 / 29])
    assert FEATURES[0].tolist() == [0, 0.5, 0.3]
    halved = InputMap.of(FEATURES, 0.5)
    assert halved(FEATURES).var(axis=0).tolist() == pytest.approx([50 / 116, 0, 8 / 116])


def test_many_samples_are_mapped_as_few() -> None:
    many = np.tile(FEATURES, (BLOCK_ROWS, 1)).astype(np.float32)
    assert InputMap.of(many).scale == pytest.approx(InputMap.of(FEATURES).scale, rel=1e-6)
    assert InputMap.of(many)(many[:5]).dtype == np.float32


def test_equal_samples_keep_their_scale() -> None:
    same = np.full((4, 2), 0.25)
    assert InputMap.of(same)(same + 1).tolist() == [[1, 1]] * 4


def test_the_identity_changes_nothing() -> None:
    found = InputMap.identity(3, np.dtype(np.float32))
    features = FEATURES.astype(np.float32)
    assert found(features) is features
