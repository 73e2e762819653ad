"""SGD, momentum and Adam: steps on parameter arrays, in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.mlp.options import MlpOptions

__all__ = ["Optimiser"]

Floats: TypeAlias = NDArray[np.floating]

EPSILON = 1e-8
"""Adam's epsilon."""
NEGLIGIBLE = 1e-20
"""Parameters and running means below it are taken for 0. A penalty lets the weights of neurons that
never fire shrink without end, and subnormal numbers would make matrix products up to a hundred
times slower."""
NEGLIGIBLE_SQUARE = 1e-30
"""The same for Adam's running squares, whose roots are then far below its epsilon."""
SWEEP_STEPS = 32
"""Steps from one search for negligible values to the next."""


class Optimiser:
    """Takes one step after another on the same list of parameter arrays.

    ========  =======================================================================
    sgd       p <- p - rate g
    momentum  v <- momentum v + g;  p <- p - rate v
    adam      Kingma and Ba 2015, algorithm 1, with its bias corrections in the rate
    ========  =======================================================================

    An element whose gradient is 0 in every step never moves, so masked gradients keep edges that
    do not exist at 0.

    Parameters
    ----------
    options : MlpOptions
        `optimiser`, `momentum` and `second_moment`.
    parameters : sequence of ndarray
        Changed in place by every step; all of one floating type.
    """

    def __init__(self, options: MlpOptions, parameters: Sequence[Floats]) -> None:
        self.options = options
        self.parameters = list(parameters)
        moments = {"sgd": 0, "momentum": 1, "adam": 2}[options.optimiser]
        self.moments = [[np.zeros_like(p) for p in self.parameters] for _ in range(moments)]
        """Running means, one list for each of 0, 1 or 2 moments: what a resume must restore."""
        self.steps = 0
        """Steps taken."""
        self._scratch = [np.empty_like(p) for p in self.parameters]

    def step(self, gradients: Sequence[Floats], rate: float) -> None:
        """Take one step; `gradients` are overwritten."""
        self.steps += 1
        kind = self.options.optimiser
        for i, (parameter, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
            if kind == "adam":
                self._adam(i, parameter, gradient, rate)
                continue
            if kind == "momentum":
                velocity = self.moments[0][i]
                velocity *= self.options.momentum
                velocity += gradient
                np.multiply(velocity, rate, out=gradient)
            else:
                np.multiply(gradient, rate, out=gradient)
            np.subtract(parameter, gradient, out=parameter)
        if self.steps % SWEEP_STEPS == 0:
            self._sweep()

    def replace(self, parameters: Sequence[Floats], moments: Sequence[Sequence[Floats]]) -> None:
        """Go on with other arrays: as many parameters, and as many groups of running means."""
        self.parameters = list(parameters)
        self.moments = [list(group) for group in moments]
        self._scratch = [np.empty_like(p) for p in self.parameters]

    def _sweep(self) -> None:
        """Set negligible values to 0."""
        means, squares = self.moments[:1], self.moments[1:]
        for group, limit in (
            *((group, NEGLIGIBLE) for group in (self.parameters, *means)),
            *((group, NEGLIGIBLE_SQUARE) for group in squares),
        ):
            for array in group:
                array[np.abs(array) < limit] = 0

    def _adam(self, i: int, parameter: Floats, gradient: Floats, rate: float) -> None:
        mean, square, scratch = self.moments[0][i], self.moments[1][i], self._scratch[i]
        beta1, beta2 = self.options.momentum, self.options.second_moment
        mean *= beta1
        np.multiply(gradient, 1 - beta1, out=scratch)
        mean += scratch
        square *= beta2
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1 - beta2
        square += scratch
        # p - rate m^ / (sqrt(v^) + eps), with m^ = m / (1 - beta1^t) and v^ = v / (1 - beta2^t).
        root = (1 - beta2**self.steps) ** 0.5
        np.sqrt(square, out=scratch)
        scratch += EPSILON * root
        np.divide(mean, scratch, out=scratch)
        scratch *= rate * root / (1 - beta1**self.steps)
        parameter -= scratch
