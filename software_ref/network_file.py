"""The network file: one TOML file that describes a network, its data, training and target."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from software_ref.activation import Activation
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.sizes import positive_integers
from software_ref.console.errors import InputErrors, Mistakes
from software_ref.console.text_file import read_text
from software_ref.file_options import (
    MAX_RATE_EXPONENT,
    DataOptions,
    InputOptions,
    ReduceOptions,
    TargetOptions,
    TrainingOptions,
)
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.update_rounding import UpdateOptions

__all__ = [
    "DATA_TABLES",
    "OPTIONAL",
    "SETTINGS",
    "TABLES",
    "NetworkFile",
    "network_file_of",
    "read_network_file",
    "with_epochs",
    "with_seed",
]

TABLES: dict[str, type] = {
    "format": FixedFormat,
    "activation": Activation,
    "connections": ConnectionOptions,
    "update": UpdateOptions,
    "rewire": RewireOptions,
    "data": DataOptions,
    "training": TrainingOptions,
    "target": TargetOptions,
}
"""What every table but the network's own becomes."""
SETTINGS = ("format", "activation", "connections", "update", "rewire")
"""Tables that the network consists of, beside its own."""
OPTIONAL = ("rewire",)
"""Tables that say something by being there, even if they are empty; without one, it is None."""
DATA_TABLES: dict[str, tuple[type, tuple[str, ...]]] = {
    "reduce": (ReduceOptions, ("method", "features")),
    "inputs": (InputOptions, ("method",)),
}
"""Tables within `[data]`: what each becomes, and the keys that it must have."""


@dataclass(frozen=True, kw_only=True)
class NetworkFile:
    """A whole network file."""

    network: Network
    """`[network]`, `[format]`, `[activation]` and `[connections]`."""
    data: DataOptions = field(default_factory=DataOptions)
    """`[data]`."""
    training: TrainingOptions = field(default_factory=TrainingOptions)
    """`[training]`."""
    target: TargetOptions = field(default_factory=TargetOptions)
    """`[target]`."""
    path: Path | None = None
    """Where it was read from; relative paths in it start from this file's folder."""

    def __post_init__(self) -> None:
        reduce, inputs = self.data.reduce, self.network.layers[0]
        mistakes = Mistakes()
        with mistakes.noted():
            if self.training.largest_rate_exponent > MAX_RATE_EXPONENT:
                raise ValueError(
                    f"training rate_exponent must be at most {MAX_RATE_EXPONENT}, "
                    f"not {self.training.largest_rate_exponent}"
                )
        with mistakes.noted():
            if reduce is not None and self.data.inputs is None and reduce.features > inputs:
                raise ValueError(
                    f"data.reduce features must be at most the {inputs} inputs of the network, "
                    f"not {reduce.features}"
                )
        mistakes.raise_any()

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent if self.path else Path()

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem if self.path else "network"

    @property
    def origin(self) -> str:
        """What a message about the file starts with: its path, or its name if it has none."""
        return str(self.path) if self.path else self.name

    @property
    def max_rate_exponent(self) -> int:
        """The largest k that the hardware carries."""
        return max(self.target.max_rate_exponent, self.training.largest_rate_exponent)

    def core_options(self, *, training: bool = True, constant: bool = False) -> CoreOptions:
        """What the core that the file describes is built with."""
        return CoreOptions(
            training=training,
            constant=constant,
            max_rate_exponent=self.max_rate_exponent,
            pipeline=self.target.pipeline,
            dsp_budget=self.target.dsp_blocks,
            dsp_widths=self.target.fpga.family.dsp_widths,
            dsp_adds=self.target.fpga.family.dsp_adds,
        )


def read_network_file(path: str | Path) -> NetworkFile:
    """Read and validate a network file.

    Raises
    ------
    OSError
        The file cannot be read.
    TypeError, ValueError
        It is no TOML, has unknown or missing keys, or describes no legal network; the message
        starts with the file's name. InputErrors with all of several mistakes.
    """
    path = Path(path)
    text = read_text(path)
    try:
        return network_file_of(tomllib.loads(text), path)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None
    except InputErrors as errors:
        raise InputErrors(f"{path}: {message}" for message in errors.messages) from None
    except ValueError as error:  # tomllib's errors are ValueErrors too
        raise ValueError(f"{path}: {error}") from None
    except RecursionError:
        raise ValueError(f"{path}: brackets must not be nested this deeply") from None


def with_epochs(file: NetworkFile, epochs: int | None) -> NetworkFile:
    """The network file with another number of epochs; None keeps its own."""
    if epochs is None:
        return file
    return replace(file, training=replace(file.training, epochs=epochs))


def with_seed(file: NetworkFile, seed: int) -> NetworkFile:
    """The network file with one seed for weights, order, connections, their moves and rounding."""
    rewire = file.network.rewire
    network = replace(
        file.network,
        connections=replace(file.network.connections, seed=seed),
        update=replace(file.network.update, seed=seed),
        rewire=rewire and replace(rewire, seed=seed),
    )
    return replace(file, network=network, training=replace(file.training, seed=seed))


_Table = TypeVar("_Table")


def network_file_of(document: dict[str, Any], path: Path | None = None) -> NetworkFile:
    """Validate the document that a network file holds, as `tomllib` reads it.

    Raises
    ------
    TypeError, ValueError
        As `read_network_file`, without the file's name.
    """
    mistakes = Mistakes()
    document = _known_keys("table", document, ["network", *TABLES], mistakes)
    document = _with_data_tables(document, mistakes)
    parts: dict[str, Any] = dict.fromkeys(OPTIONAL)
    for name, kind in TABLES.items():
        if name in OPTIONAL and name not in document:
            continue
        parts.pop(name, None)  # so that a wrong one is missing
        with mistakes.noted():
            parts[name] = _build(name, kind, document.get(name, {}))
    # Where a setting is wrong, the network is checked with the usual ones.
    settings = {name: parts.pop(name) for name in SETTINGS if name in parts}
    network = None
    with mistakes.noted():
        if "network" not in document:
            raise ValueError("the file must have a [network] table")
        complete = len(settings) == len(SETTINGS)
        network = _network(document["network"], settings if complete else {})
    mistakes.raise_any()
    assert network is not None  # or there was a mistake
    return NetworkFile(network=network, path=path, **parts)


def _network(table: Any, settings: Mapping[str, Any]) -> Network:
    _check_table("network", table)
    lists, mistakes = ("layers", "out_degree", "parallelism"), Mistakes()
    known = _known_keys("[network] key", table, [*lists, "classes"], mistakes)
    missing = [key for key in lists if key not in table]
    for key in missing:
        with mistakes.noted():
            raise ValueError(f"[network] must have the key {key}")
    network = None
    if not missing:
        with mistakes.noted():
            network = Network(**known, **settings)
    for key in lists if missing else ():
        with mistakes.noted():
            positive_integers(key, known.get(key, []))
    mistakes.raise_any()
    assert network is not None  # or there was a mistake
    return network


def _with_data_tables(document: dict[str, Any], mistakes: Mistakes) -> dict[str, Any]:
    """The document with `[data.reduce]` and its like as objects, or without a wrong one."""
    data = document.get("data")
    if not isinstance(data, dict):
        return document
    built: dict[str, Any] = {}
    for name, (kind, needed) in DATA_TABLES.items():
        if name in data:
            built[name] = None
            with mistakes.noted():
                built[name] = _build(f"data.{name}", kind, data[name], needed=needed)
    return document | {"data": data | built}


def _build(name: str, kind: type[_Table], table: Any, *, needed: Sequence[str] = ()) -> _Table:
    """A table as the object it stands for."""
    _check_table(name, table)
    mistakes = Mistakes()
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]
    known = _known_keys(f"[{name}] key", table, names, mistakes)
    for key in needed:
        with mistakes.noted():
            if key not in table:
                raise ValueError(f"[{name}] must have the key {key}")
    built = None
    if known.keys() >= set(needed):
        with mistakes.noted():
            built = kind(**known)
    mistakes.raise_any()
    assert built is not None  # or there was a mistake
    return built


def _check_table(name: str, table: Any) -> None:
    if not isinstance(table, dict):
        raise TypeError(f"[{name}] must be a table, not {table!r}")


def _known_keys(
    what: str, table: Mapping[str, Any], known: list[str], mistakes: Mistakes
) -> dict[str, Any]:
    """The keys that a table may have; every other one is a mistake."""
    for key in table:
        with mistakes.noted():
            if key not in known:
                close = get_close_matches(key, known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
                raise ValueError(f"unknown {what} {key!r}; {hint}")
    return {key: value for key, value in table.items() if key in known}
