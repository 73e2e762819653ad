"""Paths of other lanes and bits are one class."""

from __future__ import annotations

from hwgen.pnr.path_class import End, group_paths


def register(name: str, unit: str = "junction_1.update") -> End:
    return End(unit=unit, name=name, type="TRELLIS_FF")


def test_lane_and_bit_are_left_out_of_a_kind() -> None:
    assert register("product12_m[7]").kind == "junction_1.update.product*_m"
    assert register("product3_m[0]").kind == register("product12_m[7]").kind


def test_junctions_differ_in_kind() -> None:
    assert register("a", "junction_1").kind != register("a", "junction_2").kind


def test_a_kind_names_any_cell_but_a_flip_flop() -> None:
    end = End(unit="junction_1.feedforward", name="sigmoid.0.3", type="DP16KD")
    assert end.kind == "junction_1.feedforward.sigmoid.*.* (DP16KD)"


def test_the_longest_of_each_class_comes_first() -> None:
    a, b, c = register("a1[0]"), register("a2[1]"), register("c")
    assert group_paths([(a, c, 1.0), (c, a, 5.0), (b, c, 3.0), (c, c, 4.0)]) == [
        (1, 1),
        (3, 1),
        (2, 2),
    ]
