"""Layers for features and classes: as they are, and padded for more legal degrees."""

from __future__ import annotations

import pytest

from hwgen.designer.layer_sizes import HIDDEN, LayerSizes, sizes_for


def test_inputs_and_outputs_are_padded_up() -> None:
    sizes = sizes_for(784, 10, [(112,), (64, 32)])
    layers = [each.layers for each in sizes]
    assert {each[0] for each in layers} == {784, 800, 1024}
    assert {each[-1] for each in layers} == {10, 12, 16, 32}
    assert {each[1:-1] for each in layers} == {(112,), (64, 32)}
    assert len(set(layers)) == len(layers) == 2 * 3 * 4
    assert [each.layers for each in sizes if not each.padded] == [(784, 112, 10), (784, 64, 32, 10)]
    assert all((each.features, each.classes) == (784, 10) for each in sizes)


def test_a_power_of_two_needs_little_padding() -> None:
    assert {each.layers for each in sizes_for(64, 8, [(16,)])} == {(64, 16, 8), (64, 16, 16)}
    assert {each.layers[0] for each in sizes_for(4, 3)} == {4}
    assert {each.layers[1:-1] for each in sizes_for(4, 3)} == set(HIDDEN)
    assert {each.layers[0] for each in sizes_for(1, 2, [()])} == {1, 4}


def test_layers_without_a_data_set_are_never_padded() -> None:
    assert not LayerSizes(layers=(784, 112, 10)).padded
    assert LayerSizes(layers=(784, 112, 10), classes=9).padded


@pytest.mark.parametrize(
    ("features", "classes", "message"),
    [
        (785, 10, "the first of the layers 784-112-10 must hold the 785 features of the data set"),
        (784, 11, "the last of the layers 784-112-10 must hold the 11 classes of the data set"),
    ],
)
def test_layers_must_hold_the_data(features: int, classes: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}, not "):
        LayerSizes(layers=(784, 112, 10), features=features, classes=classes)
