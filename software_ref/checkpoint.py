"""Checkpoints: parameters, connections, lags and training position in one .npz file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.console.atomic_file import atomic_file
from software_ref.console.npz_file import read_npz
from software_ref.fixed_point import FixedFormat
from software_ref.golden.edges import Pattern, edges_of, own_patterns
from software_ref.golden.parameters import Parameters, initial_parameters
from software_ref.golden.trainer import check_lags
from software_ref.network import Network

__all__ = ["Checkpoint", "load_checkpoint", "save_checkpoint"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """The state of training after an epoch, drained."""

    parameters: Parameters
    """Weights and biases, with their network."""
    lags: tuple[int, ...]
    """Update lags m_1 .. m_L in steps that the parameters were trained with."""
    epoch: int = 0
    """Epochs finished, which is the number of the next one, as they count from 0."""
    samples: int = 0
    """Training samples seen in all epochs together."""
    inputs: NDArray[np.int64] | None = None
    """The feature that each input takes, where `[data.inputs]` says so: int64 (N_0,)."""

    @classmethod
    def initial(
        cls,
        network: Network,
        seed: int,
        lags: tuple[int, ...],
        inputs: NDArray[np.int64] | None = None,
    ) -> Checkpoint:
        """The state before any training: the initial parameters of a seed."""
        return cls(parameters=initial_parameters(network, seed), lags=lags, inputs=inputs)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lags", check_lags(self.parameters.network, self.lags))
        for name in ("epoch", "samples"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        self._check_inputs()

    def __eq__(self, other: object) -> bool:
        """Whether all that they hold is equal."""
        if not isinstance(other, Checkpoint):
            return NotImplemented
        same_inputs = (
            np.array_equal(self.inputs, other.inputs)
            if self.inputs is not None and other.inputs is not None
            else self.inputs is other.inputs
        )
        return same_inputs and (self.parameters, self.lags, self.epoch, self.samples) == (
            other.parameters,
            other.lags,
            other.epoch,
            other.samples,
        )

    __hash__ = None  # type: ignore[assignment]  # the arrays have no hash

    def _check_inputs(self) -> None:
        count = self.parameters.network.layers[0]
        if self.inputs is None:
            return
        if self.inputs.shape != (count,):
            raise ValueError(f"inputs must have shape ({count},), not {self.inputs.shape}")
        if self.inputs.min() < 0:
            raise ValueError(f"inputs must be features from 0, not {self.inputs.min()}")
        inputs = self.inputs.astype(np.int64)
        inputs.setflags(write=False)
        object.__setattr__(self, "inputs", inputs)

    def check_same_inputs(self, inputs: NDArray[np.int64] | None, *, where: str) -> None:
        """Refuse samples whose inputs take other features than this state was trained with.

        Parameters
        ----------
        inputs : int64 (N_0,), or None
            Those of the samples, `TrainingData.inputs`.
        where : str
            What to call the state in a message, such as its file.

        Raises
        ------
        ValueError
            They differ.
        """
        own = self.inputs
        if (own is None) != (inputs is None):
            one, other = (
                ("has inputs that [data.inputs] chose", "has no such table")
                if inputs is None
                else ("has no inputs that were chosen", "asks for them by [data.inputs]")
            )
            raise ValueError(f"{where} {one}, but the network file {other}")
        if own is None or inputs is None or np.array_equal(own, inputs):
            return
        place = int(np.flatnonzero(own != inputs)[0])
        raise ValueError(
            f"{where}: inputs must take the features that [data.inputs] chooses by the training "
            f"samples, but input {place} takes feature {own[place]}, not {inputs[place]}: other "
            "samples, or another seed"
        )

    @property
    def position(self) -> str:
        """How far training is, for people."""
        return f"epoch {self.epoch}, {self.samples} samples"


def save_checkpoint(
    path: str | Path, checkpoint: Checkpoint, patterns: Sequence[Pattern] | None = None
) -> None:
    """Write a checkpoint; an existing file is replaced at once or, on an error, stays as it is.

    The file holds, for each junction i from 1, `weights_i` int64 raw (W_i,), `biases_i` int64 raw
    (N_i,) and `left_i` int64 (W_i,), all in natural edge order; and `format` (integer, fraction,
    stored fraction) int64 (3,), `lags` int64 (L,), `epoch` and `samples` int64 (). Where features
    are chosen, `inputs` int64 (N_0,) has that of each input.

    Parameters
    ----------
    path
        Where to; the name is kept as given.
    checkpoint : Checkpoint
    patterns : sequence of Pattern, optional
        One per junction; by default those of the parameters.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    parameters, fmt = checkpoint.parameters, checkpoint.parameters.network.format
    arrays: dict[str, NDArray[np.int64]] = {}
    every = parameters.edges if patterns is None else edges_of(parameters.network, patterns)
    for i, edges in enumerate(every):
        arrays[f"weights_{i + 1}"] = parameters.weights[i]
        arrays[f"biases_{i + 1}"] = parameters.biases[i]
        arrays[f"left_{i + 1}"] = edges.left
    arrays["format"] = np.array(_format_of(fmt), np.int64)
    arrays["lags"] = np.array(checkpoint.lags, np.int64)
    arrays["epoch"] = np.array(checkpoint.epoch, np.int64)
    arrays["samples"] = np.array(checkpoint.samples, np.int64)
    if checkpoint.inputs is not None:
        arrays["inputs"] = checkpoint.inputs
    with atomic_file(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its stub: allow_pickle: bool


def load_checkpoint(
    path: str | Path, network: Network, patterns: Sequence[Pattern] | None = None
) -> Checkpoint:
    """Read a checkpoint of `network` and check it.

    Parameters
    ----------
    path
        A file that `save_checkpoint` wrote.
    network : Network
        Its sizes and format must be those of the file, and its connections, where they cannot
        move; where they can, any clash-free ones of the same memories are taken.
    patterns : sequence of Pattern, optional
        One per junction; by default the network's own clash-free patterns.

    Raises
    ------
    OSError
        The file cannot be read; FileNotFoundError where there is none.
    ValueError
        It is no checkpoint, or one of another network; the message starts with the file's name.
    """
    path = Path(path)
    try:
        arrays = read_npz(path, "checkpoint must be an .npz file of integer arrays")
        return _parse(arrays, network, patterns)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def _format_of(fmt: FixedFormat) -> list[int]:
    """Integer, fraction and stored fraction bits."""
    return [fmt.integer, fmt.fraction, fmt.fraction + fmt.extra_bits]


def _parse(
    arrays: dict[str, NDArray[np.generic]], network: Network, patterns: Sequence[Pattern] | None
) -> Checkpoint:
    numbers = range(1, len(network.junctions) + 1)
    per_junction = [f"{name}_{i}" for i in numbers for name in ("weights", "biases", "left")]
    needed = [*per_junction, "format", "lags", "epoch", "samples"]
    expected = [*needed, "inputs"]
    for name in needed:
        if name not in arrays:
            raise ValueError(f"checkpoint must have the array {name}, not only {sorted(arrays)}")
    for name in expected:
        if name in arrays and arrays[name].dtype.kind not in "iu":
            raise TypeError(f"{name} must be integers, not {arrays[name].dtype}")
    for name in arrays:
        if name not in expected:
            raise ValueError(
                f"checkpoint must have {len(network.junctions)} junctions and no array {name}"
            )
    for name, shape in {
        "format": (3,),
        "lags": (len(numbers),),
        "epoch": (),
        "samples": (),
    }.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} must have shape {shape}, not {arrays[name].shape}")
    integer, fraction, stored = arrays["format"].tolist()
    if [integer, fraction, stored] != _format_of(network.format):
        extra = f", stored (1,{integer},{stored})" if stored != fraction else ""
        raise ValueError(
            f"format must be the network's {network.format}, not (1,{integer},{fraction}){extra}"
        )
    connections = _connections(arrays, network, patterns)
    parameters = Parameters(
        network=network,
        weights=tuple(arrays[f"weights_{i}"] for i in numbers),  # type: ignore[misc]
        biases=tuple(arrays[f"biases_{i}"] for i in numbers),  # type: ignore[misc]
        patterns=connections,
    )
    return Checkpoint(
        parameters=parameters,
        lags=tuple(arrays["lags"].tolist()),
        epoch=int(arrays["epoch"]),
        samples=int(arrays["samples"]),
        inputs=arrays.get("inputs"),  # type: ignore[arg-type]
    )


def _connections(
    arrays: dict[str, NDArray[Any]], network: Network, patterns: Sequence[Pattern] | None
) -> tuple[ClashFreePattern, ...] | None:
    """The patterns of a network whose connections move; None where they are as it draws them.

    Raises
    ------
    ValueError
        A connection is another one where it cannot move, or one that no rewiring leads to.
    """
    drawn = own_patterns(network) if patterns is None else None
    found = []
    for place, edges in enumerate(edges_of(network, patterns if drawn is None else drawn)):
        index = edges.shape.index
        name = f"left_{index}"
        left = arrays[name]
        if left.shape != edges.left.shape:
            raise ValueError(f"{name} must have shape {edges.left.shape}, not {left.shape}")
        different = np.flatnonzero(left != edges.left)
        if drawn is not None:
            found.append(drawn[place])
        if not len(different):
            continue
        if drawn is None or index not in network.moving:
            edge = different[0]
            raise ValueError(
                f"{name} must hold the network's connections: edge {edge} starts at left neuron "
                f"{edges.left[edge]}, not {left[edge]}"
            )
        try:
            found[-1] = drawn[place].with_left_neurons(left)
        except ValueError as error:
            raise ValueError(
                f"{name} must hold connections that rewiring can lead to: {error}"
            ) from None
    return tuple(found) if drawn is not None and network.rewire is not None else None
