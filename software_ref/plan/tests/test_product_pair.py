"""Geometry of two products in one DSP block: that they fit, and that sums tell them apart."""

from __future__ import annotations

import numpy as np
import pytest

from software_ref.plan.product_pair import MOST_OVERLAP, ProductPair

XC7 = (25, 18)


def pair(common: int, largest: int, widths: tuple[int, int] = XC7) -> ProductPair:
    return ProductPair(common=common, largest=largest, dsp_widths=widths)


def test_the_original_network_by_hand() -> None:
    # Deltas of 12 bits, activations up to 256: 9 bits, products from -2^19 on.
    found = pair(12, 256)
    assert (found.own, found.product, found.place, found.overlap) == (9, 20, 15, 5)
    assert found.fits


@pytest.mark.parametrize(
    ("common", "largest", "widths", "fits"),
    [
        (18, 16, XC7, True),  # 18 + 4 = 22 bits, 19 of them below the first factor
        (19, 16, XC7, False),  # wider than the narrow port
        (12, 511, XC7, True),  # 21 bits, an overlap of 6
        (12, 1023, XC7, False),  # 22 bits, 14 of them: an overlap of 8
        (12, 256, (18, 18), False),  # a factor of 9 bits, 8 bits beside it
        (8, 16, (18, 18), True),
    ],
)
def test_what_fits(common: int, largest: int, widths: tuple[int, int], fits: bool) -> None:
    assert pair(common, largest, widths).fits == fits


@pytest.mark.parametrize("common", [2, 5, 10, 18])
@pytest.mark.parametrize("largest", [1, 2, 3, 7, 16, 20, 64, 255, 256])
def test_both_products_can_be_told_from_the_sum(common: int, largest: int) -> None:
    found = pair(common, largest)
    if not found.fits:
        assert found.overlap > MOST_OVERLAP
        return
    rng = np.random.default_rng([common, largest])
    d = np.append(rng.integers(-(1 << common - 1), 1 << common - 1, 500), [-(1 << common - 1)] * 4)
    a, b = (
        np.append(rng.integers(0, largest + 1, 500), each)
        for each in ([0, largest] * 2, [0, 0, largest, largest])
    )
    wide = (a << found.place) + b
    assert wide.max() < 1 << XC7[0] - 1
    low = d * a & (1 << found.overlap) - 1
    half = 1 << found.product - 1
    total = d * wide + half - (low << found.place)
    np.testing.assert_array_equal((total & 2 * half - 1) - half, d * b)
    np.testing.assert_array_equal((total >> found.product << found.overlap) + low, d * a)
