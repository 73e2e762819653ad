"""MFCCs: against sums written out, and what they say about tones."""

import math

import numpy as np

from software_ref.datasets.cepstrum import FILTERS, cepstra, frame_count, mel_filters
from software_ref.datasets.tests.recordings import tone


def mel(frequency: float) -> float:
    return 1127 * math.log(1 + frequency / 700)


def written_out(samples: list[int], frame: int, coefficients: int) -> list[float]:
    """MFCCs of one frame, by the definitions."""
    signal = [value / 32768 for value in samples]
    emphasised = [signal[0]] + [signal[i] - 0.97 * signal[i - 1] for i in range(1, len(signal))]
    part = [
        emphasised[160 * frame + i] * (0.54 - 0.46 * math.cos(2 * math.pi * i / 399))
        for i in range(400)
    ]
    spectrum = [
        abs(sum(v * complex(math.cos(a), -math.sin(a)) for v, a in zip(part, angles, strict=True)))
        for angles in ([2 * math.pi * k * i / 2048 for i in range(400)] for k in range(1025))
    ]
    corners = [700 * (math.exp(mel(8000) * i / 129 / 1127) - 1) for i in range(130)]
    energies = []
    for left, middle, right in zip(corners, corners[1:], corners[2:], strict=False):
        total = 0.0
        for k, amplitude in enumerate(spectrum):
            f = k * 16000 / 2048
            if left < f <= middle:
                total += amplitude**2 * (f - left) / (middle - left)
            elif middle < f < right:
                total += amplitude**2 * (right - f) / (right - middle)
        energies.append(math.log(total))
    return [
        math.sqrt((1 if c == 0 else 2) / 128)
        * sum(e * math.cos(math.pi * c * (m + 0.5) / 128) for m, e in enumerate(energies))
        for c in range(coefficients)
    ]


def test_coefficients_equal_the_definitions() -> None:
    samples = tone(440, 1000, seed=3)
    result = cepstra(samples, np.array([0, 3]), 117)
    assert result.shape == (2, 117)
    assert np.allclose(result[1], written_out(samples.tolist(), 3, 117), rtol=1e-8, atol=1e-8)


def test_fewer_coefficients_are_the_first_of_more() -> None:
    samples = tone(440, 1000, seed=3)
    many = cepstra(samples, np.arange(4), FILTERS)
    assert np.array_equal(cepstra(samples, np.arange(4), 13), many[:, :13])


def test_whole_frames_are_counted() -> None:
    assert [frame_count(n) for n in (0, 399, 400, 559, 560, 16000)] == [0, 0, 1, 1, 2, 98]


def test_every_filter_sees_the_spectrum_and_one_peak_at_most() -> None:
    weights = mel_filters()
    assert weights.shape == (128, 1025)
    assert (weights.sum(axis=1) > 0.3).all()
    assert (weights >= 0).all()
    assert weights.max() <= 1
    # Neighbouring triangles add up to 1 between the first and the last peak.
    inside = weights.sum(axis=0)[8:950]
    assert np.allclose(inside, 1)


def test_silence_is_finite_and_a_tone_is_not_like_another() -> None:
    silence = cepstra(np.zeros(400, dtype=np.int16), np.array([0]), 13)
    assert np.isfinite(silence).all()
    low, high, low_again = (
        cepstra(tone(f, 400, seed=s), np.array([0]), 13) for f, s in ((300, 1), (3000, 2), (300, 3))
    )
    assert np.linalg.norm(low - low_again) < 0.5 * np.linalg.norm(low - high)
