"""The checks that networks and patterns share; `test_network` covers their wording in networks."""

from __future__ import annotations

import re

import pytest

from software_ref.connections.sizes import check_entries, check_out_degree, nearest


@pytest.mark.parametrize("left", range(1, 9))
@pytest.mark.parametrize("right", range(1, 9))
def test_degrees_are_legal_just_where_edges_divide(left: int, right: int) -> None:
    for out_degree in range(right + 2):
        legal = any(out_degree * left == in_degree * right for in_degree in range(1, left + 1))
        if legal:
            check_out_degree(left, right, out_degree, where="here")
        else:
            with pytest.raises(ValueError, match=r"^out_degree of here must "):
                check_out_degree(left, right, out_degree, where="here")
        if 1 <= out_degree <= right:
            check_out_degree(left, right, out_degree, where="here", equal_in_degrees=False)


@pytest.mark.parametrize(
    ("out_degree", "message"),
    [
        (0, "out_degree of junction 3 must be at least 1, not 0"),
        (9, "out_degree of junction 3 must be at most its 8 right neurons, not 9"),
        (
            5,
            "out_degree of junction 3 must make left * out_degree divisible by right: 12 * 5 = 60 "
            "is not divisible by 8; nearest legal out_degree: 4 or 6",
        ),
    ],
)
def test_wrong_degrees_are_told(out_degree: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_out_degree(12, 8, out_degree, where="junction 3")


def test_every_list_has_an_entry_per_junction() -> None:
    check_entries((8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
    message = "depths must have one entry per junction: 3 layers make 2 junctions, but it has 1"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_entries((8, 4, 4), out_degree=(1, 2), depths=(3,))


@pytest.mark.parametrize(("value", "text"), [(0, "2"), (3, "2 or 4"), (4, "2 or 8"), (9, "8")])
def test_the_nearest_values_are_named(value: int, text: str) -> None:
    assert nearest(value, [2, 4, 8]) == text
