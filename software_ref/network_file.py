"""The network file: one TOML file that describes a network, its data, training and target."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from software_ref.activation import Activation
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.sizes import positive_integers
from software_ref.console.errors import InputErrors, Mistakes
from software_ref.console.text_file import read_text
from software_ref.datasets.redundancy import METHODS
from software_ref.datasets.registry import check_options
from software_ref.devices import DEFAULT, DEVICES, Device
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.pipelining import check_pipeline
from software_ref.update_rounding import UpdateOptions

__all__ = [
    "DataOptions",
    "NetworkFile",
    "ReduceOptions",
    "TargetOptions",
    "TrainingOptions",
    "read_network_file",
]

MAX_CLOCK_MHZ = 1000.0
MAX_RATE_EXPONENT = 31
SETTINGS = ("format", "activation", "connections", "update")
"""Tables that the network consists of, beside its own."""


@dataclass(frozen=True, kw_only=True)
class ReduceOptions:
    """`[data.reduce]`: another number of features, fitted on all training samples."""

    method: str
    """A name in `redundancy.METHODS`: "pca", "tokens", "chi2" or "spectrum"."""
    features: int
    """Features of the result, at least 1."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            if not isinstance(self.method, str):
                raise TypeError(f"data.reduce method must be a string, not {self.method!r}")
            if self.method not in METHODS:
                names = ", ".join(f'"{method}"' for method in METHODS)
                raise ValueError(f"data.reduce method must be one of {names}, not {self.method!r}")
        with mistakes.noted():
            _check_integer("data.reduce", "features", self.features, least=1)
        mistakes.raise_any()


@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """`[data]`: which samples to train and test on."""

    name: str = "digits"
    """A built-in data set, or a path to an .npz relative to the network file."""
    train: int | None = None
    """Take the first `train` training samples; None takes all."""
    test: int | None = None
    """Take the first `test` test samples; None takes all."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """`[data.options]`: the data set's own keys; its loader checks their values."""
    reduce: ReduceOptions | None = None
    """`[data.reduce]`; None keeps the features."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        for name in ("train", "test"):
            with mistakes.noted():
                if getattr(self, name) is not None:
                    _check_integer("data", name, getattr(self, name), least=1)
        with mistakes.noted():
            if not isinstance(self.name, str):
                raise TypeError(f"data name must be a string, not {self.name!r}")
        with mistakes.noted():
            if not isinstance(self.options, Mapping):
                raise TypeError(f"data options must be a table, not {self.options!r}")
        with mistakes.noted():
            if not isinstance(self.reduce, ReduceOptions | None):
                raise TypeError(f"data reduce must be a table, not {self.reduce!r}")
        if isinstance(self.name, str) and isinstance(self.options, Mapping):
            with mistakes.noted():
                check_options(self.name, self.options)
        mistakes.raise_any()


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """`[training]`: epochs, initial weights, sample order and learning rate."""

    epochs: int = 1
    """Passes over the training samples."""
    seed: int = 1
    """Seed of the initial weights and of the shuffle."""
    shuffle: bool = False
    """Whether every epoch takes the training samples in a new, seeded order."""
    rate_exponent: tuple[tuple[int, int], ...] = ((0, 4),)
    """Pairs (first epoch, k): from that epoch on, counted from 0, the learning rate is 2**-k."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            _check_integer("training", "epochs", self.epochs, least=1)
        with mistakes.noted():
            _check_integer("training", "seed", self.seed, least=0)
        with mistakes.noted():
            if not isinstance(self.shuffle, bool):
                raise TypeError(f"training shuffle must be true or false, not {self.shuffle!r}")
        with mistakes.noted():
            self._check_rate_exponent()
        mistakes.raise_any()
        object.__setattr__(self, "rate_exponent", tuple((e, k) for e, k in self.rate_exponent))

    def _check_rate_exponent(self) -> None:
        form = "training rate_exponent must be a list of [first epoch, k] pairs"
        entries = self.rate_exponent
        if not isinstance(entries, list | tuple) or not entries:
            raise TypeError(f"{form}, not {entries!r}")
        for entry in entries:
            if not isinstance(entry, list | tuple) or len(entry) != 2:
                raise TypeError(f"{form}, not {entry!r}")
            for value in entry:
                _check_integer("training", "rate_exponent", value, least=0)
        firsts = [entry[0] for entry in entries]
        if firsts[0] != 0 or firsts != sorted(set(firsts)):
            raise ValueError(
                "training rate_exponent must start at epoch 0 and list its epochs in rising order, "
                f"not {firsts}"
            )

    def rate_exponent_at(self, epoch: int) -> int:
        """The exponent k of an epoch, counted from 0."""
        return [k for first, k in self.rate_exponent if first <= epoch][-1]

    @property
    def largest_rate_exponent(self) -> int:
        """The largest k of any epoch."""
        return max(k for _, k in self.rate_exponent)


@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """`[target]`: what the hardware is built for."""

    device: str = DEFAULT.name
    """The FPGA that the core is built for: a name in `DEVICES`."""
    dsp_budget: int | None = None
    """The most DSP blocks that the multipliers may take; the rest are built from LUTs. None takes
    all of the device's."""
    max_rate_exponent: int = CoreOptions.max_rate_exponent
    """The largest k that the core's input port must carry; raised to the schedule's largest."""
    pipeline: str = CoreOptions.pipeline
    """Logic between two registers: "deep" has the least, "medium" and "shallow" save registers."""
    clock_mhz: float | None = None
    """Clock that a board runs its logic at, in MHz; None takes the board's own default."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            if self.device not in list(DEVICES):
                names = ", ".join(f'"{device}"' for device in DEVICES)
                raise ValueError(f"target device must be one of {names}, not {self.device!r}")
        with mistakes.noted():
            check_pipeline("target pipeline", self.pipeline)
        for check in (self._check_dsp_budget, self._check_max_rate, self._check_clock):
            with mistakes.noted():
                check()
        mistakes.raise_any()

    def _check_dsp_budget(self) -> None:
        if self.dsp_budget is None:
            return
        _check_integer("target", "dsp_budget", self.dsp_budget, least=0)
        if self.device in list(DEVICES) and self.dsp_budget > self.fpga.dsp:
            raise ValueError(
                f"target dsp_budget must be at most {self.fpga.dsp}, all DSP blocks of "
                f"{self.device}, not {self.dsp_budget}"
            )

    def _check_max_rate(self) -> None:
        _check_integer("target", "max_rate_exponent", self.max_rate_exponent, least=0)
        if self.max_rate_exponent > MAX_RATE_EXPONENT:
            raise ValueError(
                f"target max_rate_exponent must be at most {MAX_RATE_EXPONENT}, "
                f"not {self.max_rate_exponent}"
            )

    def _check_clock(self) -> None:
        if self.clock_mhz is None:
            return
        if not isinstance(self.clock_mhz, int | float) or isinstance(self.clock_mhz, bool):
            raise TypeError(f"target clock_mhz must be a number, not {self.clock_mhz!r}")
        if not 0 < self.clock_mhz <= MAX_CLOCK_MHZ:
            raise ValueError(
                f"target clock_mhz must be above 0 and at most {MAX_CLOCK_MHZ:g}, "
                f"not {self.clock_mhz!r}"
            )

    @property
    def fpga(self) -> Device:
        """The FPGA of that name."""
        return DEVICES[self.device]

    @property
    def dsp_blocks(self) -> int:
        """DSP blocks that the multipliers may take."""
        return self.fpga.dsp if self.dsp_budget is None else self.dsp_budget


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
            if reduce is not None and reduce.features > inputs:
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
    def max_rate_exponent(self) -> int:
        """The largest k that the hardware carries."""
        return max(self.target.max_rate_exponent, self.training.largest_rate_exponent)

    def core_options(self, *, training: bool = True) -> CoreOptions:
        """What the core that the file describes is built with."""
        return CoreOptions(
            training=training,
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
        return _parse(tomllib.loads(text), path)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None
    except InputErrors as errors:
        raise InputErrors(f"{path}: {message}" for message in errors.messages) from None
    except ValueError as error:  # tomllib's errors are ValueErrors too
        raise ValueError(f"{path}: {error}") from None
    except RecursionError:
        raise ValueError(f"{path}: brackets must not be nested this deeply") from None


_Table = TypeVar("_Table")


def _parse(document: dict[str, Any], path: Path) -> NetworkFile:
    tables: dict[str, type] = {
        "format": FixedFormat,
        "activation": Activation,
        "connections": ConnectionOptions,
        "update": UpdateOptions,
        "data": DataOptions,
        "training": TrainingOptions,
        "target": TargetOptions,
    }
    mistakes = Mistakes()
    document = _known_keys("table", document, ["network", *tables], mistakes)
    document = _with_reduction(document, mistakes)
    parts: dict[str, Any] = {}
    for name, kind in tables.items():
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


def _with_reduction(document: dict[str, Any], mistakes: Mistakes) -> dict[str, Any]:
    """The document with `[data.reduce]` as the object it stands for, or without a wrong one."""
    data = document.get("data")
    if not isinstance(data, dict) or "reduce" not in data:
        return document
    reduce = None
    with mistakes.noted():
        reduce = _build("data.reduce", ReduceOptions, data["reduce"], needed=("method", "features"))
    return document | {"data": data | {"reduce": reduce}}


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


def _check_integer(table: str, name: str, value: Any, *, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{table} {name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{table} {name} must be at least {least}, not {value}")
