"""Pictures of variants: curves where they can be told apart, else the final accuracies."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from matplotlib.figure import Figure

from software_ref.experiments.hardware_problems import HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.scale import Scale
from software_ref.experiments.variants import MOST_CURVES, Changes, Conclusion, VariantStudy


def study(count: int) -> VariantStudy:
    def variants(problem: HardwareProblem) -> Changes:
        return {f"k = {k}": {"rate_exponent": ((0, k),)} for k in range(count)}

    def conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
        return Conclusion([f"{len(spreads)} variants."], "holds")

    return VariantStudy(variants=variants, conclude=conclude, what="rate")


@pytest.mark.parametrize("count", [MOST_CURVES, MOST_CURVES + 1])
def test_many_variants_are_drawn_by_their_final_accuracy(count: int) -> None:
    scale = Scale(quick=False, seeds=(1, 2), sets=("digits",))
    cells = study(count).plan(scale)
    assert len(cells) == 2 * count
    accuracy = {f"k = {k}": 0.9 - 0.1 * (k == 1) for k in range(count)}
    results = {
        cell.key: [
            {"epochs": [{"test_accuracy": 0.5}], "test_accuracy": accuracy[str(cell.key[1])]}
        ]
        * 2
        for cell in cells
    }
    report = study(count).report(scale, results)
    assert report.findings == [f"8 x 8 digits, 64-40-10: {count} variants."]
    assert report.verdict == "holds: 8 x 8 digits"
    figure = Figure()
    report.draw(figure)
    (axes,) = figure.axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    texts = [text.get_text() for text in axes.texts]
    if count <= MOST_CURVES:
        assert len(axes.lines) == count
        assert texts == []
    else:
        assert labels == list(accuracy)
        assert texts == ["\N{LEFTWARDS ARROW} 80.0"]  # too far off for the axis
