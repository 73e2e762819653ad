"""The reference of the network file's keys: complete, and its ranges are those that are checked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from presparse.cli import main
from software_ref.network_file import network_file_of
from software_ref.network_keys import Key, network_keys

DOCS = Path(__file__).parents[2] / "docs"
KEYS = list(network_keys())
SIZES = {"layers": [4, 2], "out_degree": [1], "parallelism": [2]}
RANGE = re.compile(r"^(?:(\d+) to (\d+)|at least (\d+))")


def accepted(key: Key, value: Any) -> bool:
    """Whether a network file may say so."""
    document: dict[str, Any] = {"network": SIZES, "connections": {"kind": "free"}}
    if key.table == "connections":
        del document["connections"]
    table = document
    for name in key.table.split("."):
        table = table.setdefault(name, {})
    if key.table == "data.reduce":
        table |= {"method": "pca", "features": 1}
    if key.table == "data.augment":
        table["method"] = "shift"
    if key.table == "data.inputs":
        table["method"] = "deviation"
    table[key.name] = value
    try:
        network_file_of(document)
    except (TypeError, ValueError):
        return False
    return True


def test_no_key_is_left_out() -> None:
    tables: dict[str, set[str]] = {}
    for key in KEYS:
        tables.setdefault(key.table, set()).add(key.name)
    for table, names in tables.items():
        document: dict[str, Any] = {"network": dict(SIZES)}
        inner = document
        for name in table.split("."):
            inner = inner.setdefault(name, {})
        inner["no such key"] = 1
        with pytest.raises(ValueError, match="known: ") as told:
            network_file_of(document)
        known = re.search(r"known: ([\w, ]+)", str(told.value))
        assert known is not None
        assert set(known[1].split(", ")) == names


@pytest.mark.parametrize(
    "key",
    [key for key in KEYS if RANGE.match(key.legal) and key.type == "integer"],
    ids=lambda k: f"{k.table}.{k.name}",
)
def test_numbers_are_accepted_up_to_the_ends_of_their_range(key: Key) -> None:
    low, high, least = RANGE.match(key.legal).groups()  # type: ignore[union-attr]
    first = int(low or least)
    assert accepted(key, first) or key.table == "format"  # whose width counts, too
    assert not accepted(key, first - 1)
    if high is not None and high.isdigit():
        assert accepted(key, int(high))
        assert not accepted(key, int(high) + 1)


@pytest.mark.parametrize(
    "key", [key for key in KEYS if '"' in key.legal], ids=lambda k: f"{k.table}.{k.name}"
)
def test_names_are_all_there_are(key: Key) -> None:
    for name in re.findall(r'"([^"]+)"', key.legal):
        assert accepted(key, name)
    assert not accepted(key, "no such name")


@pytest.mark.parametrize("key", [key for key in KEYS if key.literal], ids=lambda k: k.name)
def test_defaults_may_be_written(key: Key) -> None:
    assert accepted(key, json.loads(key.default))


def test_the_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "--markdown"]) == 0
    assert capsys.readouterr().out.strip() in (DOCS / "network_file.md").read_text()


def test_one_table_as_text_and_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    assert main(["keys", "update", "--json", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("[update]\nrandom_bits = 0  (integer)\n")
    assert "    Legal: 0 to 24.\n" in said
    assert [key["name"] for key in json.loads(path.read_text())["keys"]] == ["random_bits", "seed"]
