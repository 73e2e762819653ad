"""The optimisers against their textbook forms, one number at a time."""

from __future__ import annotations

import numpy as np
import pytest

from software_ref.mlp.optimiser import Optimiser
from software_ref.mlp.options import MlpOptions

RATE = 0.05


def textbook(
    kind: str, gradients: list[float], *, beta1: float = 0.9, beta2: float = 0.999
) -> list[float]:
    """Where a parameter that starts at 1 goes."""
    p, v, m, s = 1.0, 0.0, 0.0, 0.0
    path = []
    for t, g in enumerate(gradients, start=1):
        if kind == "sgd":
            p -= RATE * g
        elif kind == "momentum":
            v = beta1 * v + g
            p -= RATE * v
        else:
            m = beta1 * m + (1 - beta1) * g
            s = beta2 * s + (1 - beta2) * g * g
            p -= RATE * (m / (1 - beta1**t)) / ((s / (1 - beta2**t)) ** 0.5 + 1e-8)
        path.append(p)
    return path


@pytest.mark.parametrize("kind", ["sgd", "momentum", "adam"])
def test_steps_are_the_textbook_ones(kind: str) -> None:
    rng = np.random.default_rng(5)
    gradients = rng.normal(size=(20, 3, 2))
    parameters = [np.ones((3, 2)), np.ones(1)]
    optimiser = Optimiser(MlpOptions(optimiser=kind), parameters)
    path = []
    for gradient in gradients:
        optimiser.step([gradient.copy(), gradient[0, :1].copy()], RATE)
        path.append(parameters[0].copy())
        assert parameters[1][0] == pytest.approx(parameters[0][0, 0], abs=1e-15)
    for place in np.ndindex(3, 2):
        expected = textbook(kind, [gradient[place] for gradient in gradients])
        assert [p[place] for p in path] == pytest.approx(expected, rel=1e-12)
    assert optimiser.steps == 20


@pytest.mark.parametrize("kind", ["sgd", "momentum", "adam"])
def test_a_place_without_gradient_never_moves(kind: str) -> None:
    parameter = np.zeros(4, np.float32)
    optimiser = Optimiser(MlpOptions(optimiser=kind), [parameter])
    for _ in range(50):
        optimiser.step([np.array([0.0, 1.0, 0.0, -2.0], np.float32)], RATE)
    assert parameter[[0, 2]].tolist() == [0.0, 0.0]
    assert (parameter[[1, 3]] != 0).all()


def test_moments_can_be_chosen() -> None:
    gradients = [1.0, -0.5, 0.25]
    parameter = np.ones(1)
    options = MlpOptions(optimiser="adam", momentum=0.5, second_moment=0.75)
    optimiser = Optimiser(options, [parameter])
    for gradient in gradients:
        optimiser.step([np.array([gradient])], RATE)
    assert parameter[0] == pytest.approx(textbook("adam", gradients, beta1=0.5, beta2=0.75)[-1])


@pytest.mark.parametrize("kind", ["sgd", "momentum", "adam"])
def test_values_that_shrink_without_end_become_0_and_not_subnormal(kind: str) -> None:
    parameter = np.array([1.0, 0.5], np.float32)
    optimiser = Optimiser(MlpOptions(optimiser=kind), [parameter])
    for step in range(4000):
        # The first shrinks by a penalty, the second stops having a gradient.
        gradient = np.array([parameter[0] * np.float32(0.5), 1.0 if step < 3 else 0.0], np.float32)
        optimiser.step([gradient], 0.3)
    assert parameter[0] == 0
    assert abs(parameter[1]) > 0.1
    tiny = np.finfo(np.float32).tiny
    for moment in optimiser.moments:
        values = np.abs(moment[0])
        assert not ((values > 0) & (values < tiny)).any()
