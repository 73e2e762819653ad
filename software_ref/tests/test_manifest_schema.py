"""The manifest's schema: every manifest follows it, it allows nothing else, and explains all."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.core_plan import CorePlan
from software_ref.manifest import SCHEMA_VERSION, manifest, manifest_schema
from software_ref.manifest_page import table
from software_ref.network_file import read_network_file
from software_ref.plan.core_options import CoreOptions
from software_ref.tests.test_manifest import NETWORK, PLAN, RANDOM

ROOT = Path(__file__).parents[2]
SCHEMA = manifest_schema()
CHECK = jsonschema.Draft202012Validator(SCHEMA)
FILES = sorted(path.name for path in (ROOT / "examples").glob("*.toml"))


def written(plan: CorePlan) -> Any:
    """A plan's manifest as a reader has it."""
    return json.loads(json.dumps(manifest(plan)))


def objects(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part of the schema that describes an object."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield path, schema
        for name, part in schema.items():
            yield from objects(part, f"{path}/{name}")
    elif isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from objects(part, f"{path}/{number}")


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("name", FILES)
def test_the_manifests_of_all_examples_follow_it(name: str, training: bool) -> None:
    file = read_network_file(ROOT / "examples" / name)
    CHECK.validate(written(CorePlan.from_file(file, training=training)))


def test_so_do_those_of_other_kinds_of_networks() -> None:
    moving = replace(NETWORK, connections=ConnectionOptions(kind="free"), rewire=RewireOptions())
    for network in (NETWORK, RANDOM, moving):
        for training in (True, False):
            options = CoreOptions(training=training, dsp_budget=0)
            plan = replace(PLAN, network=network, options=options, inputs=(3,) * 12)
            CHECK.validate(written(plan))


def test_it_is_a_schema_and_says_its_version() -> None:
    CHECK.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert manifest(PLAN)["schema_version"] == SCHEMA_VERSION


def test_it_explains_every_key_and_allows_no_other() -> None:
    found = dict(objects(SCHEMA))
    assert len(found) > 30
    for path, schema in found.items():
        assert schema["additionalProperties"] is False, path
    for line in table().splitlines()[2:]:
        _, key, kind, meaning, _ = line.split("|")
        assert kind.strip(), key
        assert len(meaning.strip()) > 3, key


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.pop("schema_version"), "'schema_version' is a required property"),
        (lambda m: m.update(colour="red"), "Additional properties are not allowed"),
        (lambda m: m["ports"]["signals"].pop("rst"), "'rst' is a required property"),
        (
            lambda m: m["ports"]["streams"]["samples"]["fields"].update(x=[0, 1, False]),
            "Additional",
        ),
        (
            lambda m: m["ports"]["streams"]["samples"]["fields"].update(label=[0, 0, False]),
            "0 is less than the minimum of 1",
        ),
        (lambda m: m["parameters"]["junctions"][0]["biases"].update(rows="n // 2"), "not of type"),
        (lambda m: m.update(core="both"), "'both' is not one of"),
    ],
)
def test_a_manifest_that_lacks_or_adds_something_is_refused(change: Any, message: str) -> None:
    found = copy.deepcopy(written(PLAN))
    change(found)
    with pytest.raises(jsonschema.ValidationError) as error:
        CHECK.validate(found)
    causes = [error.value, *(error.value.context or ())]
    assert any(message in each.message for each in causes)


def test_the_page_has_the_table_made_from_it() -> None:
    assert table() in (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
