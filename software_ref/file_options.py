"""Options of a network file's tables beside the network's own: data, training and target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from software_ref.console.errors import Mistakes
from software_ref.datasets.input_choice import INPUT_METHODS
from software_ref.datasets.redundancy import METHODS
from software_ref.datasets.registry import ENDINGS, NAMES, check_options
from software_ref.devices import DEFAULT, DEVICES, Device
from software_ref.key_metadata import legal
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.pipelining import PIPELINES, check_pipeline

__all__ = [
    "MAX_RATE_EXPONENT",
    "DataOptions",
    "InputOptions",
    "ReduceOptions",
    "TargetOptions",
    "TrainingOptions",
]

MAX_CLOCK_MHZ = 1000.0
MAX_RATE_EXPONENT = 31
"""The largest k that a core may carry."""


@dataclass(frozen=True, kw_only=True)
class ReduceOptions:
    """`[data.reduce]`: another number of features, fitted on all training samples."""

    method: str = field(metadata=legal(METHODS))
    """How features are made fewer (docs/datasets.md)."""
    features: int = field(metadata=legal("at least 1, at most the network's inputs"))
    """Features of the result."""

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
class InputOptions:
    """`[data.inputs]`: which features the network's inputs take (docs/numerics.md)."""

    method: str = field(metadata=legal(INPUT_METHODS))
    """What decides how many inputs a feature feeds (docs/numerics.md)."""
    seed: int = field(default=1, metadata=legal("at least 0"))
    """Seed of the order of the inputs."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            if not isinstance(self.method, str):
                raise TypeError(f"data.inputs method must be a string, not {self.method!r}")
            if self.method not in INPUT_METHODS:
                names = ", ".join(f'"{method}"' for method in INPUT_METHODS)
                raise ValueError(f"data.inputs method must be one of {names}, not {self.method!r}")
        with mistakes.noted():
            _check_integer("data.inputs", "seed", self.seed, least=0)
        mistakes.raise_any()


@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """`[data]`: which samples to train and test on."""

    name: str = field(
        default="digits",
        metadata=legal(f"{', '.join(NAMES)}, or a file's path ({', '.join(ENDINGS)})"),
    )
    """A data set that the package knows, or a file of samples, relative to the network file."""
    train: int | None = field(default=None, metadata=legal("at least 1", usual="all"))
    """Take the first `train` training samples."""
    test: int | None = field(default=None, metadata=legal("at least 1", usual="all"))
    """Take the first `test` test samples."""
    options: Mapping[str, Any] = field(
        default_factory=dict, metadata=legal("keys of its own", usual="none")
    )
    """`[data.options]`: the data set's own keys; its loader checks their values."""
    reduce: ReduceOptions | None = field(
        default=None, metadata=legal("method and features", usual="none")
    )
    """`[data.reduce]`: another number of features."""
    inputs: InputOptions | None = field(
        default=None, metadata=legal("method and seed", usual="feature j feeds input j")
    )
    """`[data.inputs]`: telling features feed several inputs, dead ones none."""

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
        with mistakes.noted():
            if not isinstance(self.inputs, InputOptions | None):
                raise TypeError(f"data inputs must be a table, not {self.inputs!r}")
        if isinstance(self.name, str) and isinstance(self.options, Mapping):
            with mistakes.noted():
                check_options(self.name, self.options)
        mistakes.raise_any()


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """`[training]`: epochs, initial weights, sample order and learning rate."""

    epochs: int = field(default=1, metadata=legal("at least 1"))
    """Passes over the training samples."""
    seed: int = field(default=1, metadata=legal("at least 0"))
    """Seed of the initial weights and of the shuffle."""
    shuffle: bool = False
    """Whether every epoch takes the training samples in a new, seeded order."""
    rate_exponent: tuple[tuple[int, int], ...] = field(
        default=((0, 4),),
        metadata=legal(f"first epochs rise from 0; k is 0 to {MAX_RATE_EXPONENT}"),
    )
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

    device: str = field(default=DEFAULT.name, metadata=legal(DEVICES))
    """The FPGA that the core is built for."""
    dsp_budget: int | None = field(
        default=None, metadata=legal("0 to the device's DSP blocks", usual="all of them")
    )
    """The most DSP blocks that the multipliers may take; the rest are built from LUTs."""
    max_rate_exponent: int = field(
        default=CoreOptions.max_rate_exponent, metadata=legal(f"0 to {MAX_RATE_EXPONENT}")
    )
    """The largest k that the core's input port must carry; raised to the schedule's largest."""
    pipeline: str = field(default=CoreOptions.pipeline, metadata=legal(PIPELINES))
    """Logic between two registers: "deep" has the least, "medium" and "shallow" save registers."""
    clock_mhz: float | None = field(
        default=None,
        metadata=legal(f"above 0 and at most {MAX_CLOCK_MHZ:g}", usual="the board's own"),
    )
    """Clock that a board runs its logic at, in MHz."""

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


def _check_integer(table: str, name: str, value: Any, *, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{table} {name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{table} {name} must be at least {least}, not {value}")
