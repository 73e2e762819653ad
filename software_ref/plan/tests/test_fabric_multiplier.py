"""Multipliers in LUTs: which rows form chains, by what the latency allows."""

from __future__ import annotations

import pytest

from software_ref.plan.fabric_multiplier import FabricMultiplier
from software_ref.plan.pipelining import PIPELINES


def multiplier(
    narrow: int, latency: int, *, wide: int = 12, largest: int | None = None, pipe: str = "deep"
) -> FabricMultiplier:
    return FabricMultiplier(
        wide=wide,
        narrow=narrow,
        largest=largest,
        latency=latency,
        pipelining=PIPELINES[pipe],
    )


@pytest.mark.parametrize(
    ("narrow", "latency", "pipe", "chain"),
    [
        (8, 4, "deep", 4),  # all four rows, one a clock
        (8, 3, "deep", 2),
        (12, 4, "deep", 3),  # two chains of three, and an adder
        (16, 4, "deep", 2),
        (9, 3, "medium", 2),
        (16, 2, "shallow", 1),
        (2, 4, "deep", 1),
    ],
)
def test_chains_are_as_long_as_the_latency_allows(
    narrow: int, latency: int, pipe: str, chain: int
) -> None:
    found = multiplier(narrow, latency, largest=(1 << narrow) - 1, pipe=pipe)
    assert found.chain == chain
    pipelining = PIPELINES[pipe]
    chains = -(-found.rows // chain)
    assert chain + pipelining.tree_levels(chains) <= latency


def test_signed_multipliers_have_no_chains() -> None:
    assert [multiplier(narrow, 9).chain for narrow in (2, 8, 12)] == [1, 1, 1]


def test_a_chain_adds_in_the_luts_that_select() -> None:
    # Four rows of 14 bits and 3 x; the top bit of 256 joins the pair below it by two gates.
    assert multiplier(8, 4, largest=255).luts == 5 * 14
    assert multiplier(9, 4, largest=256).luts == 5 * 14 + 2
    # The tree, where rows of one's own add: 14 of the first sum's bits have one above them.
    assert multiplier(8, 4).luts == 4 * 14 + (15 + 15) + 18
    # Five rows, the last of one bit: chains of three and two.
    assert multiplier(9, 4, largest=511).luts == (3 + 1 + 1) * 14 + 13 + 16


def test_registers_of_a_chain_hold_what_later_rows_need() -> None:
    # Sums of 14, 16, 18 and 20 bits; 12 + 14 bits of x and 3 x at three clocks; pairs to come.
    assert multiplier(8, 4, largest=255).registers == 68 + 3 * 26 + 2 * (3 + 2 + 1)
    assert multiplier(8, 5, largest=255).registers == 68 + 3 * 26 + 2 * (3 + 2 + 1) + 20


@pytest.mark.parametrize("narrow", range(1, 19))
def test_a_longer_latency_never_takes_more_luts(narrow: int) -> None:
    luts = [multiplier(narrow, latency, largest=(1 << narrow) - 1).luts for latency in range(5, 12)]
    assert luts == sorted(luts, reverse=True)
