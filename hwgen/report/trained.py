"""What a trained network is like: weights, ranges, predictions, and the curves it came by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.checkpoint import Checkpoint, load_checkpoint
from software_ref.confusion import Confusion
from software_ref.console.progress import ProgressBar
from software_ref.console.text_file import read_text
from software_ref.golden import GoldenTrainer
from software_ref.loading import chosen_inputs, encode_dataset, load_whole_dataset, notes_on
from software_ref.network_file import NetworkFile
from software_ref.plan.schedule import Schedule
from software_ref.ranges.profiler import QUANTITIES, JunctionProfile, RangeProfiler
from software_ref.training import epoch_order

__all__ = ["PROFILED", "Curves", "Trained"]

PROFILED = 1000
"""Training samples that ranges are taken over, where not said otherwise."""
BINS = 60
"""The most bars of a weight histogram."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A checkpoint, and what the golden model does with it."""

    checkpoint: Checkpoint
    """The parameters."""
    confusion: Confusion
    """Predictions of the test samples, of which there may be none."""
    profiles: tuple[JunctionProfile, ...]
    """Every quantity while it trains on."""
    profiled: int
    """The training samples that `profiles` are taken over."""
    rate_exponent: int
    """Their k."""
    notes: tuple[str, ...] = ()
    """What a user may not have meant, of the samples."""

    @classmethod
    def load(
        cls,
        file: NetworkFile,
        resume: Path,
        data_dir: Path | None = None,
        *,
        samples: int | None = None,
        test_samples: int | None = None,
    ) -> Trained:
        """Read a checkpoint and run the golden model on the network file's data.

        The parameters stay those of the checkpoint: test samples are predicted with them, and what
        trains on for the ranges is thrown away.

        Parameters
        ----------
        file : NetworkFile
        resume : Path
            What `train --save` wrote.
        data_dir : Path, optional
            The folder that the user named for data.
        samples : int, optional
            Training samples to take ranges over, 1 or more; by default `PROFILED`, or all.
        test_samples : int, optional
            Test samples to predict, 0 or more; by default the file's.

        Raises
        ------
        OSError, TypeError, ValueError
            As `load_checkpoint` and `load_training_data`.
        """
        checkpoint = load_checkpoint(resume, file.network)
        dataset = load_whole_dataset(file.data, data_dir, file.folder)
        inputs = chosen_inputs(file, dataset)
        checkpoint.check_same_inputs(inputs, where=str(resume))
        data = encode_dataset(
            dataset,
            file.network,
            inputs=inputs,
            train=samples if samples is not None else file.data.train,
            test=test_samples if test_samples is not None else file.data.test,
        )
        network, parameters = file.network, checkpoint.parameters
        lags = Schedule.from_file(file).lags
        exponent = file.training.rate_exponent_at(checkpoint.epoch)
        order = epoch_order(file.training, checkpoint.epoch, len(data.train_labels))
        order = order[:PROFILED] if samples is None else order
        profiler = RangeProfiler(network)
        golden = GoldenTrainer(network, parameters, lags, observer=profiler)
        with ProgressBar(len(order), unit="sample", description="ranges") as bar:
            predictions = golden.infer(data.test_features)
            golden.run(
                data.train_features[order],
                data.train_labels[order],
                True,
                exponent,
                progress=bar.update,
            )
        return cls(
            checkpoint=checkpoint,
            confusion=Confusion.count(
                data.test_labels,
                predictions,
                network.competing,
                dataset.class_names[: network.competing],
            ),
            profiles=profiler.take(golden),
            profiled=len(order),
            rate_exponent=exponent,
            notes=notes_on(file, dataset, data.train_labels, shuffled=file.training.shuffle),
        )

    def document(self) -> dict[str, Any]:
        """All of it as plain values."""
        network = self.checkpoint.parameters.network
        fmt = network.format
        return {
            "epoch": self.checkpoint.epoch,
            "samples": self.checkpoint.samples,
            "lags": list(self.checkpoint.lags),
            "histograms": self._histograms(),
            "ranges": {
                "samples": self.profiled,
                "rate_exponent": self.rate_exponent,
                "largest_power": fmt.integer,
                "smallest_power": -fmt.fraction - 1,
                "quantities": [
                    {
                        "junction": profile.index,
                        "quantity": name,
                        **profile.distributions[name].document(),
                    }
                    for profile in self.profiles
                    for name in QUANTITIES
                    if profile.distributions[name].count
                ],
            },
            "confusion": self.confusion.document(),
        }

    def _histograms(self) -> list[dict[str, Any]]:
        """Of the weights and the biases of every junction."""
        parameters = self.checkpoint.parameters
        fmt = parameters.network.format
        ends = (fmt.stored_min_raw, fmt.stored_max_raw)
        fraction = fmt.fraction + fmt.extra_bits
        return [
            {"junction": i, "what": what, **_histogram(raw, fraction, ends)}
            for i, pair in enumerate(
                zip(parameters.weights, parameters.biases, strict=True), start=1
            )
            for what, raw in zip(("weights", "biases"), pair, strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Accuracies over epochs, from what `train --json` wrote."""

    name: str
    """Name of the network file that was trained."""
    series: dict[str, list[tuple[int, float]]]
    """Points (epoch from 1, share correct) by the curve's name."""

    @classmethod
    def read(cls, path: Path) -> Curves:
        """Read the file.

        Raises
        ------
        OSError
            It cannot be read.
        ValueError
            It is none that `train --json` wrote for one seed; the message starts with its name.
        """
        try:
            document = json.loads(read_text(path))
            rows = document["epochs"]
            parts = {"train": "training stream", "test": "test"}
            if document["held_out"]:
                parts["test"] = "held-out"
            series: dict[str, list[tuple[int, float]]] = {}
            for row in rows:
                for model, figures in (("golden", row), ("float", row.get("float"))):
                    for part, title in parts.items():
                        share = figures and figures[f"{part}_accuracy"]
                        if share is None:
                            continue
                        if not 0 <= share <= 1:
                            raise ValueError(f"an accuracy must lie in 0 to 1, not {share}")
                        points = series.setdefault(f"{model}, {title}", [])
                        points.append((int(row["epoch"]) + 1, share))
            return cls(name=str(document["name"]), series=series)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise ValueError(
                f"{path} must be a file that train --json writes, of one training"
            ) from None

    def document(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"name": self.name, "series": self.series}


def _histogram(raw: NDArray[np.int64], fraction: int, ends: tuple[int, int]) -> dict[str, Any]:
    """Counts of stored values in bars that are equally many steps of the format wide."""
    least, most = int(raw.min()), int(raw.max())
    step = -(-(most - least + 1) // BINS)
    # Bars begin at multiples of their width, so that 0 begins one.
    first = least // step
    counts = np.bincount(raw // step - first)
    return {
        "count": len(raw),
        "mean": float(raw.mean()) / 2**fraction,
        "deviation": float(raw.std()) / 2**fraction,
        "minimum": least / 2**fraction,
        "maximum": most / 2**fraction,
        "at_ends": int(np.isin(raw, ends).sum()),
        "first": first * step / 2**fraction,
        "width": step / 2**fraction,
        "counts": counts.tolist(),
    }
