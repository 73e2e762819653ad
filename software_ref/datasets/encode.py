"""Turns features into the raw integers that enter a network's first junction."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from software_ref.datasets.dataset import check_features

__all__ = ["HasFraction", "encode_features"]

_MAX_FRACTION = 30
"""Above it the value 1 no longer fits a signed 32-bit raw integer."""

_NARROW_FRACTION = 14
"""Up to it 1 fits int16, in which a data set takes half the memory, and half the time to read."""

_PIXEL_BITS = 8

_BLOCK_ROWS = 1 << 14
"""Rows converted at a time, so that the float64 temporaries stay small beside the result."""


class HasFraction(Protocol):
    """Any fixed-point format: all that the encoding needs is its number of fraction bits."""

    @property
    def fraction(self) -> int:
        """Fraction bits f; a raw integer r stands for r / 2^f."""


def encode_features(
    x: npt.NDArray[Any], fmt: HasFraction, inputs: int, *, where: str
) -> npt.NDArray[np.integer]:
    """Encode features as raw inputs a_0 of the format `fmt` (docs/numerics.md, "Feedforward").

    With f fraction bits an 8-bit pixel p becomes p 2^f / 256, for f < 8 rounded half up to
    floor((p + 2^(7-f)) / 2^(8-f)); a float v becomes floor(v 2^f + 1/2), exactly, as if computed
    on real numbers. Both lie in [0, 2^f].

    Parameters
    ----------
    x : uint8 (n, features), or float32 or float64 (n, features) in [0, 1]
    fmt : has an integer attribute `fraction`
        Fraction bits f, 0 to 30.
    inputs : int
        N_0, the neurons of the input layer. Columns from `features` to N_0 - 1 are zero.
    where : str
        What to call `x` in a message, for example ``"mnist: x_train"``.

    Returns
    -------
    raw (n, inputs), f fraction bits, values 0 to 2^f: int16 for f up to 14, else int32

    Raises
    ------
    TypeError
        `x` has another type of values, or `inputs` or the fraction bits are not an integer.
    ValueError
        `x` has more features than `inputs` (features are never cut), is not two-dimensional or
        holds a value outside [0, 1]; `inputs` or the fraction bits are out of range.
    """
    fraction = fmt.fraction
    for name, value in (("inputs", inputs), ("fraction bits", fraction)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if not 0 <= fraction <= _MAX_FRACTION:
        raise ValueError(f"fraction bits must lie in 0 to {_MAX_FRACTION}, not {fraction}")
    check_features(x, where=where)
    samples, features = x.shape
    if inputs < features:
        raise ValueError(
            f"inputs must be at least the {features} features of {where}, not {inputs}; "
            f"features are never cut, so use an input layer of {features} neurons or more"
        )
    raw = np.zeros((samples, inputs), np.int16 if fraction <= _NARROW_FRACTION else np.int32)
    encode = _encode_pixels if x.dtype == np.uint8 else _encode_reals
    for start in range(0, samples, _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        raw[rows, :features] = encode(x[rows], fraction)
    return raw


def _encode_pixels(pixels: npt.NDArray[Any], fraction: int) -> npt.NDArray[np.int32]:
    wide = pixels.astype(np.int32)
    shift = _PIXEL_BITS - fraction
    if shift <= 0:
        return wide << -shift
    return (wide + (1 << (shift - 1))) >> shift


def _encode_reals(values: npt.NDArray[Any], fraction: int) -> npt.NDArray[np.int32]:
    scaled = np.ldexp(values.astype(np.float64), fraction)
    whole = np.floor(scaled)
    # Not floor(scaled + 0.5): that sum itself rounds, and lifts the float just below 1/2 to 1.
    return (whole + (scaled - whole >= 0.5)).astype(np.int32)
