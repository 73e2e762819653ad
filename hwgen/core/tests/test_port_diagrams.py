"""The timing diagrams of docs/ports.md are those of the core as it is."""

from __future__ import annotations

import json

from hwgen.core.design import CoreDesign
from hwgen.core.port_diagrams import FOLDER, NETWORK, diagrams, picture


def test_texts_and_pictures_are_current_and_the_page_shows_them() -> None:
    page = (FOLDER.parent / "ports.md").read_text(encoding="utf-8")
    made = diagrams()
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{name}.{ending}" for name in made for ending in ("json", "svg")
    }
    for name, text in made.items():
        assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == text
        assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == picture(text)
        assert f"](ports/{name}.svg)" in page


def test_lanes_have_a_place_for_every_clock_and_labels_for_every_payload() -> None:
    for text in diagrams().values():
        lanes = json.loads(text)["signal"]
        assert len({len(lane["wave"]) for lane in lanes}) == 1
        for lane in lanes:
            assert lane["wave"].count("=") == len(lane.get("data", ()))


def test_a_write_is_answered_with_what_it_replaced_and_a_missing_bias_with_an_error() -> None:
    lanes = {lane["name"]: lane for lane in json.loads(diagrams()["parameters"])["signal"]}
    read, replaced, error = lanes["parameter_values__payload"]["data"]
    assert (read, error) == (replaced, "error")
    low, high = (getattr(NETWORK.format, f"stored_{end}_raw") for end in ("min", "max"))
    assert low <= int(read) <= high
    assert CoreDesign(network=NETWORK).ports.junctions[0].biases_by_row[0] == 1
