"""The router: every finishing neuron's value goes to its bank and word, once, a clock later."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.storage.router import Router
from hwgen.testing.rows import finishing
from hwgen.testing.shapes import SHAPES, identify, random_shapes, shape, start_clocks
from hwgen.testing.simulation import play, pulses
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.timing import ROUTER_LEAD

WIDTH = 9


@pytest.mark.parametrize("more_banks", [0, 1, 8])
@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=8, count=6)], ids=identify)
def test_neuron_n_goes_to_bank_n_mod_z_at_word_n_over_z(
    numbers: tuple[int, ...], more_banks: int
) -> None:
    layout = RowLayout(shape(numbers))
    rows, banks = layout.shape.rows, layout.finishing + more_banks
    rng = np.random.default_rng([*numbers, more_banks])
    starts = start_clocks(rng, 4, rows, first=0)
    clocks = starts[-1] + ROUTER_LEAD + rows + 3
    values = rng.integers(0, 2**WIDTH, (clocks, layout.finishing))
    shown = play(
        Router(layout, banks, WIDTH),
        {"start": pulses(clocks, starts), "values": values},
        ["enables", "words", "routed"],
    )
    expected: dict[int, set[tuple[int, int, int]]] = {}
    for start in starts:
        for row in range(rows):
            clock = start + ROUTER_LEAD + row
            expected[clock + 1] = {
                (neuron % banks, neuron // banks, int(values[clock, slot]))
                for slot, neuron in enumerate(finishing(layout.shape, row))
            }
    for clock in range(clocks):
        written = {
            (bank, int(shown["words"][clock, bank]), int(shown["routed"][clock, bank]))
            for bank in range(banks)
            if int(shown["enables"][clock]) >> bank & 1
        }
        assert written == expected.get(clock, set())
