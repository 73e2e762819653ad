"""Weights that were trained elsewhere become a checkpoint, with what quantising them costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.console.output import table_lines
from software_ref.exchange.linear_layers import EdgeValues, edge_values, linear_layers
from software_ref.fixed_point import FixedFormat
from software_ref.float_trainer import FloatTrainer
from software_ref.golden.edges import own_patterns
from software_ref.golden.inference import output_activations
from software_ref.golden.parameters import Parameters
from software_ref.network import Network

__all__ = ["Accuracies", "Quantised", "WeightImport", "import_state"]


@dataclass(frozen=True, kw_only=True)
class Quantised:
    """What quantising did to an array of values."""

    junction: int
    """Number of the junction, from 1."""
    quantity: str
    """"weights" or "biases"."""
    count: int
    """Values."""
    largest_error: float
    """Largest magnitude of a value less what is stored for it."""
    mean_error: float
    """Mean of the magnitudes."""
    saturated: int
    """Values beyond the range of the format."""
    largest: float
    """Largest magnitude of a value."""

    @classmethod
    def of(
        cls,
        junction: int,
        quantity: str,
        values: NDArray[np.float64],
        raw: NDArray[np.int64],
        fmt: FixedFormat,
    ) -> Quantised:
        """Compare values with the raws that are stored for them."""
        places = fmt.fraction + fmt.extra_bits
        errors = np.abs(values - np.ldexp(raw.astype(np.float64), -places))
        rounded = np.floor(np.ldexp(values, places) + 0.5)
        outside = (rounded < fmt.stored_min_raw) | (rounded > fmt.stored_max_raw)
        return cls(
            junction=junction,
            quantity=quantity,
            count=len(values),
            largest_error=float(errors.max()),
            mean_error=float(errors.mean()),
            saturated=int(np.count_nonzero(outside)),
            largest=float(np.abs(values).max()),
        )


@dataclass(frozen=True, kw_only=True)
class Accuracies:
    """How well the network does before and after quantising."""

    samples: int
    """Samples that were predicted."""
    before: float
    """Share of right predictions in floating point, with the values as they came."""
    after: float
    """The same of the golden model."""
    changed: int
    """Predictions that differ between the two."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightImport:
    """A checkpoint of weights from elsewhere."""

    checkpoint: Checkpoint
    """The quantised parameters, at epoch 0."""
    values: EdgeValues
    """Weights in natural edge order and biases as they came."""
    quantised: tuple[Quantised, ...]
    """Weights and biases of every junction."""

    @property
    def parameters(self) -> Parameters:
        """The quantised parameters."""
        return self.checkpoint.parameters

    @property
    def saturated(self) -> int:
        """Values beyond the range of the format."""
        return sum(each.saturated for each in self.quantised)

    def save(self, path: str | Path) -> None:
        """Write the checkpoint, which `--resume` takes."""
        save_checkpoint(path, self.checkpoint)

    def accuracies(
        self, features: NDArray[np.integer], labels: NDArray[np.integer]
    ) -> Accuracies | None:
        """What raw inputs (n, N_0) of classes (n,) are taken for; None where there are none."""
        if not len(labels):
            return None
        network = self.parameters.network
        before = FloatTrainer(network, *self.values).infer(features)
        outputs = output_activations(self.parameters, features)
        after = outputs[:, : network.competing].argmax(axis=1)
        return Accuracies(
            samples=len(labels),
            before=float((before == labels).mean()),
            after=float((after == labels).mean()),
            changed=int(np.count_nonzero(before != after)),
        )

    def lines(self) -> list[str]:
        """What quantising did, as a table."""
        rows = [
            (
                each.junction,
                each.quantity,
                each.count,
                f"{each.largest:.4g}",
                f"{each.largest_error:.3g}",
                f"{each.mean_error:.3g}",
                each.saturated,
            )
            for each in self.quantised
        ]
        header = ("junction", "quantity", "values", "largest", "largest error", "mean", "saturated")
        return table_lines(header, rows, text=(0, 1))

    def __str__(self) -> str:
        return "\n".join(self.lines())


def import_state(
    network: Network,
    lags: Sequence[int],
    state: Mapping[str, Any],
    inputs: NDArray[np.int64] | None = None,
) -> WeightImport:
    """Quantise a state's weights to the network's format.

    Parameters
    ----------
    network : Network
    lags : sequence of int
        Update lags in steps, for the checkpoint.
    state : mapping
        Arrays by name, as `linear_layers` takes them; of the connections that the network draws.
    inputs : int64 (N_0,), optional
        The feature that each input takes, where `[data.inputs]` chooses.

    Raises
    ------
    TypeError, ValueError
        As `linear_layers` and `edge_values`.
    """
    values = edge_values(network, linear_layers(state))
    weights, biases = (tuple(map(network.format.quantise_stored, each)) for each in values)
    patterns = own_patterns(network) if network.rewire is not None else None
    parameters = Parameters(network=network, weights=weights, biases=biases, patterns=patterns)
    checkpoint = Checkpoint(parameters=parameters, lags=tuple(lags), inputs=inputs)
    quantised = [
        Quantised.of(i, quantity, array, raw, network.format)
        for i, arrays in enumerate(zip(*values, weights, biases, strict=True), start=1)
        for quantity, array, raw in zip(("weights", "biases"), arrays[:2], arrays[2:], strict=True)
    ]
    return WeightImport(checkpoint=checkpoint, values=values, quantised=tuple(quantised))
