"""A network from Python: loaded or constructed, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hwgen.designer import DesignGoal, LayerSizes, find_designs, sizes_for
from hwgen.designer.layer_sizes import HIDDEN
from presparse.errors import refusing
from presparse.in_hardware import InHardware, core_kind
from presparse.in_software import InSoftware
from presparse.paths import optional_path
from presparse.resources import Designs
from software_ref.connections.parallelism import parallelism_for
from software_ref.console.atomic_file import atomic_file
from software_ref.file_options import DataOptions, TargetOptions
from software_ref.loading import load_whole_dataset
from software_ref.network import Network as NetworkOfFile
from software_ref.network_document import network_toml
from software_ref.network_file import (
    SETTINGS,
    TABLES,
    NetworkFile,
    network_file_of,
    read_network_file,
)

__all__ = ["Network", "design", "load"]

Integers = Sequence[int] | NDArray[np.integer]
"""Sizes as lists, tuples or arrays."""

_Holder = TypeVar("_Holder", NetworkFile, NetworkOfFile)

CLOCKS = 64
"""Clocks a sample that parallelism is chosen for where nobody names either."""


class Network(InSoftware, InHardware):
    """A pre-defined-sparse network with its data, training and target: a network file as an object.

    It never changes: `with_tables` gives another one.

    Parameters
    ----------
    layers : sequence of int
        Neurons N_0 .. N_L.
    out_degree : sequence of int
        Edges leaving each left neuron, d_out_1 .. d_out_L.
    parallelism : sequence of int, optional
        Edges processed per clock, z_1 .. z_L; by default the least for `clocks`.
    clocks : int
        Clocks a sample that parallelism is chosen for.
    classes : int, optional
        Outputs that compete in a prediction; by default all.
    name : str
        What files and messages call it.
    **tables
        The tables of a network file (docs/network_file.md): `format`, `activation`,
        `connections`, `update`, `rewire`, `data`, `training`, `target`, each a mapping of its
        keys; `data` may be a data set's name alone.

    Raises
    ------
    Error
        A shape is not legal, or a key or value is wrong; the message names the nearest legal one.
    """

    @refusing
    def __init__(
        self,
        layers: Integers,
        out_degree: Integers,
        parallelism: Integers | None = None,
        *,
        clocks: int = CLOCKS,
        classes: int | None = None,
        name: str = "network",
        **tables: Mapping[str, Any] | str,
    ) -> None:
        sizes: dict[str, Any] = {"layers": _integers(layers), "out_degree": _integers(out_degree)}
        if parallelism is None:
            if clocks < 1:
                raise ValueError(f"clocks must be at least 1, not {clocks}")
            # One edge a clock is legal wherever anything is, and lets the sizes be checked first.
            slow = network_file_of(
                {"network": {**sizes, "parallelism": [1] * len(sizes["out_degree"])}}
            )
            chosen = parallelism_for(slow.network.layers, slow.network.out_degree, clocks)
            sizes["parallelism"] = list(chosen)
        else:
            sizes["parallelism"] = _integers(parallelism)
        if classes is not None:
            sizes["classes"] = classes
        document = {"network": sizes} | {key: _table(key, table) for key, table in tables.items()}
        self._file = network_file_of(document, Path(f"{name}.toml"))

    @classmethod
    def of_file(cls, file: NetworkFile) -> Network:
        """That of a network file that is read already."""
        network = cls.__new__(cls)
        network._file = file
        return network

    @refusing
    def with_tables(self, **tables: Mapping[str, Any]) -> Network:
        """The same network with other values of some tables' keys.

        `network.with_tables(training={"epochs": 3}, target={"pipeline": "medium"})`
        """
        file = self._file
        for key, changes in tables.items():
            if key not in _TABLES:
                raise ValueError(f"unknown table {key!r}; known: {', '.join(_TABLES)}")
            if key in SETTINGS:  # which the network consists of
                file = replace(file, network=_changed(file.network, key, changes))
            else:
                file = _changed(file, key, changes)
        return Network.of_file(file)

    def to_toml(self) -> str:
        """The text of its network file."""
        return network_toml(self._file)

    @refusing
    def save(self, path: str | Path) -> Path:
        """Write its network file, for the command line."""
        with atomic_file(path) as unfinished:
            unfinished.write_text(self.to_toml(), encoding="utf-8")
        return Path(path)


@refusing
def load(path: str | Path) -> Network:
    """Read a network file.

    Raises
    ------
    Error
        It cannot be read, or describes no legal network.
    """
    return Network.of_file(read_network_file(path))


_TABLES = ("network", *TABLES)


def _integers(values: Integers) -> list[int]:
    """A list, as a TOML file has it, of NumPy integers too."""
    return np.asarray(values).tolist() if isinstance(values, np.ndarray) else list(values)


def _table(key: str, table: Mapping[str, Any] | str) -> dict[str, Any]:
    if key == "data" and isinstance(table, str):
        return {"name": table}
    if not isinstance(table, Mapping):
        raise TypeError(f"{key} must be a mapping of its keys, not {table!r}")
    return dict(table)


def _changed(holder: _Holder, name: str, changes: Mapping[str, Any]) -> _Holder:
    """What holds a table, with other values of some of the table's fields."""
    table = getattr(holder, name)
    if table is None:  # one that is not there unless somebody names it
        table = TABLES[name]()
    known = [field.name for field in fields(table)]
    for key in changes:
        if key not in known:
            raise ValueError(f"unknown key {key!r}; known: {', '.join(known)}")
    return replace(holder, **{name: replace(table, **changes)})


@refusing
def design(
    data: str | None = None,
    *,
    density: float,
    clocks: int,
    layers: Sequence[Sequence[int]] | None = None,
    hidden: Sequence[Sequence[int]] = HIDDEN,
    within: float = 0.2,
    data_dir: str | Path | None = None,
    core: str = "training",
    **target: Any,
) -> Designs:
    """Find legal networks of a density and speed that fit a device, within seconds.

    `Network.of_file(found.network_file(0))` is the first of them.

    Parameters
    ----------
    data : str, optional
        A data set's name or a file of samples, for its features and classes.
    density : float
        Share of the possible edges that exist, above 0 and up to 1.
    clocks : int
        Clocks a sample.
    layers : sequence of sequences of int, optional
        Layers to choose from, in place of those that suit the data.
    hidden : sequence of sequences of int
        Hidden layers to choose from, between the features and classes of the data.
    within : float
        Share by which density and clocks may each be off.
    data_dir : path, optional
        The folder that data files are looked for in first.
    core : str
        "training" or "inference".
    **target
        Keys of the network file's `[target]`: `device`, `dsp_budget`, `pipeline`.
    """
    options = DataOptions() if data is None else DataOptions(name=data)
    features = classes = None
    if data is not None:
        samples = load_whole_dataset(options, optional_path(data_dir))
        features, classes = samples.features, samples.classes
    if layers is not None:
        sizes = tuple(
            LayerSizes(layers=tuple(each), features=features, classes=classes) for each in layers
        )
    elif features is not None and classes is not None:
        sizes = sizes_for(features, classes, tuple(tuple(each) for each in hidden))
    else:
        raise ValueError("data or layers must be given: a data set's name, or layers")
    goal = DesignGoal(
        density=density,
        clocks=clocks,
        sizes=sizes,
        target=TargetOptions(**target),
        **core_kind(core),
        within=within,
    )
    found = find_designs(goal)
    template = NetworkFile(network=found[0].network, data=options, target=goal.target)
    return Designs(goal=goal, designs=tuple(found), file=template)
