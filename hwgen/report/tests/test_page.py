"""The page as a file: whole, of one piece, and its data as they are in Python."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hwgen.estimate.sweep import estimate_file
from hwgen.families import FAMILIES
from hwgen.report import Curves, write_report
from hwgen.report.page import plain, report_document, write_page
from software_ref.commands.check import describe
from software_ref.network_file import NetworkFile, read_network_file

EXAMPLES = Path(__file__).parents[3] / "examples"
DIGITS = EXAMPLES / "digits.toml"


class Reader(HTMLParser):
    """Collects the page's data, and whatever it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: list[tuple[str, str]] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        if tag == "script":
            self.scripts.append("")
        self.places += [
            (tag, value or "") for name, value in attrs if name in ("src", "href", "data", "action")
        ]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.scripts[0])
        return document


def unpacked(value: Any) -> Any:
    """The data with lists in place of packed arrays."""
    if isinstance(value, dict) and set(value) == {"type", "shape", "base64"}:
        array = np.frombuffer(base64.b64decode(value["base64"]), np.dtype(value["type"]))
        return array.reshape(value["shape"]).tolist()
    if isinstance(value, dict):
        return {key: unpacked(each) for key, each in value.items()}
    return [unpacked(each) for each in value] if isinstance(value, list) else value


def test_the_page_holds_the_document_and_nothing_else(tmp_path: Path) -> None:
    file = read_network_file(DIGITS)
    path = write_report(file, tmp_path / "page.html")
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]
    page = Reader(path.read_text(encoding="utf-8"))
    document = report_document(file)
    assert unpacked(page.document) == json.loads(json.dumps(plain(document)))
    assert all(place.startswith(("#", "data:,")) for _, place in page.places)
    assert len(page.scripts) == 2
    assert "http" not in page.scripts[1].replace("http://www.w3.org/2000/svg", "")


def test_figures_are_those_of_check_and_estimate() -> None:
    file = read_network_file(DIGITS)
    document = report_document(file)
    assert document["check"] == describe(file)
    estimate = estimate_file(file).to_dict()
    totals = {total["key"]: total["count"] for total in document["resources"]["totals"]}
    assert totals.pop("memory_lut") == estimate["lutram"]
    assert totals == {key: estimate[key] for key in totals}
    units = document["resources"]["units"]
    for unit in units:
        assert {key: unit[key] for key in ("lut", "ff")} == estimate["units"][unit["name"]]
    for key in ("dsp", "bram36"):
        assert sum(unit[key] for unit in units) == estimate[key]


def test_resources_that_a_device_counts_otherwise_stand_alone() -> None:
    """An ECP5's LUTs have four inputs, so their number says nothing beside the estimate's."""
    file = read_network_file(DIGITS)
    file = replace(file, target=replace(file.target, device="lfe5u-85f"))
    resources = report_document(file)["resources"]
    available = FAMILIES["ecp5"].available(file.target.fpga)
    assert resources["device"] == "LFE5U-85F"
    assert resources["fit_text"].startswith("fits LFE5U-85F: about ")
    for total in resources["totals"]:
        assert total["available"] == available.get(total["key"])
    assert any(total["available"] is None for total in resources["totals"])


@pytest.mark.parametrize(
    "name", ["</script><script>alert(1)</script>", "a <!-- b <script", "&amp;"]
)
def test_names_cannot_end_an_element(tmp_path: Path, name: str) -> None:
    document = report_document(read_network_file(DIGITS)) | {"name": name}
    write_page(tmp_path / "page.html", document)
    page = Reader((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert len(page.scripts) == 2
    assert page.document["name"] == name


def test_the_original_network_takes_little_room(tmp_path: Path) -> None:
    path = write_report(read_network_file(EXAMPLES / "mnist_original.toml"), tmp_path / "page.html")
    assert path.stat().st_size < 300_000


def test_a_page_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none" / "page.html"
    with pytest.raises(OSError, match=f"^cannot write {path}: No such file or directory$"):
        write_report(read_network_file(DIGITS), path)


def test_arrays_take_the_least_type_that_holds_them(tmp_path: Path) -> None:
    arrays = {
        "uint8": np.array([0, 255]),
        "uint16": np.array([[256]]),
        "int8": np.array([-1, 127]),
        "int16": np.array([-1, 128]),
        "uint32": np.array([1 << 16]),
        "float32": np.array([0.5], np.float32),
    }
    write_page(tmp_path / "page.html", {"name": "x", "arrays": arrays})
    found = Reader((tmp_path / "page.html").read_text(encoding="utf-8")).document["arrays"]
    assert {name: packed["type"] for name, packed in found.items()} == {
        name: name for name in arrays
    }
    assert unpacked(found) == {name: array.tolist() for name, array in arrays.items()}


ROW = '{"name": "a", "held_out": false, "epochs": [{"epoch": 0, "train_accuracy": %s}]}'
"""What `train --json` writes, as far as it matters, with an accuracy to fill in."""


@pytest.fixture
def curves(tmp_path: Path) -> Path:
    path = tmp_path / "curves.json"
    rows = [
        {"epoch": 0, "train_accuracy": 0.5, "test_accuracy": 0.25},
        {"epoch": 1, "train_accuracy": 0.75, "test_accuracy": None},
    ]
    path.write_text(json.dumps({"name": "a", "held_out": True, "epochs": rows}))
    return path


def test_curves(curves: Path) -> None:
    assert Curves.read(curves).series == {
        "golden, training stream": [(1, 0.5), (2, 0.75)],
        "golden, held-out": [(1, 0.25)],
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"epochs": 1, "held_out": false, "name": ""}',
        '{"seeds": []}',
        '"epochs"',
        ROW % '"0.5"',
        ROW % "NaN",
    ],
)
def test_other_files_have_no_curves(curves: Path, text: str) -> None:
    curves.write_text(text)
    message = f"{curves} must be a file that train --json writes, of one training"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Curves.read(curves)


def test_a_network_without_a_file_has_a_page(tmp_path: Path) -> None:
    file = NetworkFile(network=read_network_file(EXAMPLES / "slides_8_4_4.toml").network)
    path = write_report(file, tmp_path / "page.html")
    assert "<title>network – presparse</title>" in path.read_text(encoding="utf-8")
