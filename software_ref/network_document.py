"""The document that a network file is: from the objects back to tables, and to TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

import tomlkit

from software_ref.datasets.registry import file_places
from software_ref.network import Network
from software_ref.network_file import OPTIONAL, SETTINGS, NetworkFile

__all__ = ["network_document", "network_toml", "plain"]

SIZES = ("layers", "out_degree", "parallelism", "classes")


def network_document(file: NetworkFile) -> dict[str, Any]:
    """Tables by name, as `tomllib` would read them; what has its usual value is left out.

    Sample files are named by their whole path, so that the document means the same in any folder.
    """
    network = file.network
    sizes = {name: getattr(network, name) for name in SIZES}
    if network.classes == network.layers[-1]:
        del sizes["classes"]
    tables = {
        "network": sizes,
        **{name: _changed(getattr(network, name)) for name in SETTINGS if _is_there(network, name)},
        **{name: _changed(getattr(file, name)) for name in ("data", "training", "target")},
    }
    here = file.folder / file.data.name
    if file_places(file.data.name, {}, None, None) and here.is_file():
        tables["data"]["name"] = str(here.resolve())
    return {name: plain(table) for name, table in tables.items() if table or name in OPTIONAL}


def _is_there(network: Network, name: str) -> bool:
    return getattr(network, name) is not None


def network_toml(file: NetworkFile) -> str:
    """The text of a network file that describes the same."""
    return tomlkit.dumps(network_document(file))


def _changed(settings: Any) -> dict[str, Any]:
    """The fields of a dataclass that have not their usual value."""
    values = {each.name: (getattr(settings, each.name), _usual(each)) for each in fields(settings)}
    return {name: value for name, (value, usual) in values.items() if value != usual}


def _usual(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def plain(value: Any) -> Any:
    """A value as TOML has it."""
    if is_dataclass(value):
        given = {each.name: getattr(value, each.name) for each in fields(value)}
        return {name: plain(each) for name, each in given.items() if each is not None}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value
