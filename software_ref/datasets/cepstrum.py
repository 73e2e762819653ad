"""Mel-frequency cepstral coefficients (MFCCs) of speech.

How they are made::

    samples -- pre-emphasis --> frames x Hamming window -- FFT --> power spectrum
            -- triangles on the mel scale --> energies -- log, DCT --> coefficients

References
----------
S. Davis and P. Mermelstein, "Comparison of Parametric Representations for Monosyllabic Word
Recognition", IEEE Trans. ASSP 28, 1980.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FILTERS", "FRAME", "RATE", "STEP", "cepstra", "frame_count", "mel_filters"]

RATE = 16_000
"""Samples a second."""

FRAME = 400
"""Samples in a frame: 25 ms."""

STEP = 160
"""Samples from one frame to the next: 10 ms."""

FILTERS = 128
"""Triangles. So many that even 117 coefficients exist; fewer coefficients are the first of more."""

_TRANSFORM = 2048
"""Points of the FFT: so many that the narrowest triangle, 27 Hz wide, holds some."""

_EMPHASIS = 0.97
_LOUDEST = 1 << 15
_LEAST_ENERGY = 1e-10
"""Energies below it, far below that of a sample's last bit, count as this."""


def frame_count(samples: int) -> int:
    """How many whole frames a recording of `samples` samples has."""
    return max(0, (samples - FRAME) // STEP + 1)


def cepstra(
    samples: NDArray[Any], frames: NDArray[np.int64], coefficients: int
) -> NDArray[np.float64]:
    """Coefficients of some frames.

    Parameters
    ----------
    samples : int16 or float64 (n,)
        A recording at `RATE`, in steps of 16-bit samples.
    frames : int64 (m,)
        Numbers of the frames, 0 to ``frame_count(n) - 1``.
    coefficients : int
        1 to `FILTERS`; the first is the mean of the log energies, up to a factor.

    Returns
    -------
    float64 (m, coefficients)
    """
    from scipy.fft import dct

    signal = samples / _LOUDEST
    signal[1:] -= _EMPHASIS * signal[:-1].copy()
    rows = signal[frames[:, np.newaxis] * STEP + np.arange(FRAME)] * np.hamming(FRAME)
    power = np.square(np.abs(np.fft.rfft(rows, _TRANSFORM, axis=1)))
    energy = np.maximum(power @ mel_filters().T, _LEAST_ENERGY)
    result: NDArray[np.float64] = dct(np.log(energy), type=2, axis=1, norm="ortho")
    return result[:, :coefficients]


def mel_filters() -> NDArray[np.float64]:
    """Weights of the power spectrum's values in each filter: float64 (FILTERS, values).

    The triangles' corners are evenly spaced on the mel scale, 1127 ln(1 + f / 700 Hz), from 0 to
    half of `RATE`; each rises from one corner to 1 at the next and falls to 0 at the one after.
    """
    highest = 1127 * np.log1p(RATE / 2 / 700)
    corners = 700 * np.expm1(np.linspace(0, highest, FILTERS + 2) / 1127)
    frequency = np.arange(_TRANSFORM // 2 + 1) * (RATE / _TRANSFORM)
    left, middle, right = (corners[i : i + FILTERS, np.newaxis] for i in range(3))
    rising = (frequency - left) / (middle - left)
    falling = (right - frequency) / (right - middle)
    weights: NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling))
    return weights
