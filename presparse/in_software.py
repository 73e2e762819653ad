"""What a network does in software: description, training, predictions, profiles, exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from presparse.base import NetworkBase, Samples
from presparse.errors import refusing
from presparse.paths import optional_path
from presparse.ranges import Profile, run_profile
from presparse.shown import Picture, Shown, Table
from presparse.studies import ScatterVector, run_scatter
from presparse.training import FloatFit, PredictionTable, Training, run_fit, run_training
from software_ref.commands.check import describe, report_lines
from software_ref.connections.network_patterns import patterns_of
from software_ref.connections.pattern_picture import patterns_figure
from software_ref.exchange.float_state import read_state
from software_ref.exchange.onnx_file import write_onnx
from software_ref.exchange.weight_import import WeightImport, import_state
from software_ref.golden.parameters import Parameters
from software_ref.loading import lags_of, load_inputs
from software_ref.mlp.network_fit import NetworkFit, fit_samples
from software_ref.network_file import with_epochs
from software_ref.predictions import Predictions
from software_ref.training_job import TrainingJob

__all__ = ["Description", "InSoftware"]


class Description(Shown):
    """What follows from a network alone: shape, schedule, memories."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        """All of it as plain values, as `presparse check --json` writes them."""

    @property
    def title(self) -> str:
        """See Shown."""
        return next(iter(report_lines(self.document)))

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        keys = ("junction", "left", "right", "out_degree", "in_degree", "parallelism", "weights")
        rows = [tuple(each[key] for key in keys) for each in self.document["junctions"]]
        return (Table(keys, rows, text=()),)

    def __str__(self) -> str:
        return "\n".join(report_lines(self.document))


class InSoftware(NetworkBase):
    """The part of `Network` that needs no hardware tools."""

    @refusing
    def describe(self) -> Description:
        """Shape, schedule and memories of the hardware: what `presparse check` tells."""
        return Description(describe(self._file))

    @refusing
    def plot_connections(self) -> Picture:
        """The biadjacency matrices, a dark cell for every edge."""
        patterns = patterns_of(self._file.network)
        return Picture(patterns_figure(f"{self.name}: connections", patterns))

    @refusing
    def scatter(self, **options: Any) -> ScatterVector:
        """The scatter of the connections, which hints at performance before training.

        Parameters
        ----------
        **options
            `kind` and `seed` of other patterns, `seeds` (how many), `window` and `all_ranges`, as
            `presparse scatter` has them.
        """
        return run_scatter(self.name, self._file.network, **options)

    @refusing
    def train(
        self,
        data: Samples | None = None,
        *,
        epochs: int | None = None,
        data_dir: str | Path | None = None,
        samples: int | None = None,
        test_samples: int | None = None,
        hold_out: int | None = None,
        lags: Sequence[int] | None = None,
        engine: str = "auto",
        float_reference: bool = True,
        resume: str | Path | None = None,
        save: str | Path | None = None,
        stop_early: int | None = None,
    ) -> Training:
        """Train the golden model, which gives the same bits as the hardware.

        Ctrl-C (in a notebook: interrupt the kernel) ends it with the last whole epoch's state.

        Parameters
        ----------
        data, data_dir, samples, test_samples, hold_out
            As for `samples`.
        epochs : int, optional
            Epochs in all, those before `resume` included; by default the network's own.
        lags : sequence of int, optional
            Update lags in steps; by default those of the hardware.
        engine : str
            "compiled" (needs Numba), "numpy", or "auto": the bits are the same.
        float_reference : bool
            Whether to train in floating point beside.
        resume : path, optional
            A checkpoint to go on from, to the bit.
        save : path, optional
            Where the state goes after every epoch.
        stop_early : int, optional
            End after so many epochs without progress of the training accuracy.
        """
        file = with_epochs(self._file, epochs)
        job = TrainingJob.prepare(
            file,
            lags_of(file, lags),
            self.samples(
                data,
                data_dir=data_dir,
                samples=samples,
                test_samples=test_samples,
                hold_out=hold_out,
            ),
            resume=optional_path(resume),
            held_out=hold_out is not None,
            float_reference=float_reference,
            engine=engine,
            save=optional_path(save),
            stop_early=stop_early,
        )
        return run_training(job)

    @refusing
    def fit_float(
        self,
        *,
        kind: str = "clash_free",
        data_dir: str | Path | None = None,
        hold_out: int | None = None,
        resume: str | Path | None = None,
        **settings: Any,
    ) -> FloatFit:
        """Train in floating point on minibatches, as one would without the hardware.

        Parameters
        ----------
        kind : str
            Connections: "clash_free" (the network's own), "structured", "random", "planned",
            "local" or "fully_connected".
        data_dir : path, optional
            The folder that data files are looked for in first.
        hold_out : int, optional
            Training samples for validation; by default one in ten.
        resume : path, optional
            A saved state to go on from.
        **settings
            `epochs`, `batch`, `optimiser`, `rate`, `l2`, `patience`, `seed` and other fields of
            `software_ref.mlp.MlpOptions`; what nobody names suits the network.
        """
        dataset = fit_samples(self._file, optional_path(data_dir), hold_out)
        fit = NetworkFit(self._file, dataset, kind, settings, resume=optional_path(resume))
        return run_fit(self.name, fit)

    @refusing
    def predict(
        self, parameters: Training | Parameters | str | Path, features: ArrayLike
    ) -> NDArray[np.int64]:
        """Predict classes with the golden model.

        Parameters
        ----------
        parameters : Training, Parameters or path
            Trained weights and biases, or a checkpoint's file.
        features
            Samples (n, N): floats in [0, 1] or uint8 of value p / 256.

        Returns
        -------
        ndarray
            int64 (n,).
        """
        features = np.asarray(features)
        labels = np.zeros(len(features), np.int64)
        return self.predictions(parameters, (features, labels)).predictions

    @refusing
    def predictions(
        self,
        parameters: Training | Parameters | str | Path,
        data: tuple[ArrayLike, ArrayLike] | None = None,
        *,
        data_dir: str | Path | None = None,
        test_samples: int | None = None,
    ) -> PredictionTable:
        """Predictions and raw outputs of labelled samples, by default the test samples."""
        if data is None:
            there = self.samples(data_dir=data_dir, test_samples=test_samples)
            self._check_inputs(parameters, there)
            features, labels, names = there.test_features, there.test_labels, there.class_names
        else:
            there = self.samples(data, inputs=self._inputs(parameters))
            features, labels, names = there.train_features, there.train_labels, ()
        found = Predictions.of(self._parameters(parameters), features, labels, class_names=names)
        return PredictionTable(name=self.name, found=found)

    @refusing
    def profile(
        self,
        data: Samples | None = None,
        *,
        epochs: int | None = None,
        data_dir: str | Path | None = None,
        samples: int | None = None,
        test_samples: int | None = None,
        **options: Any,
    ) -> Profile:
        """Train the golden model and look at ranges, saturation and rounding of every quantity.

        Parameters
        ----------
        data, data_dir, samples, test_samples
            As for `samples`.
        epochs : int, optional
            Epochs; by default the network's own.
        **options
            `every` (look at every so many samples), `saturation` and `vanishing` (shares that the
            recommended format may saturate, and round to 0).
        """
        file = with_epochs(self._file, epochs)
        there = self.samples(data, data_dir=data_dir, samples=samples, test_samples=test_samples)
        return run_profile(file, there, **options)

    @refusing
    def export_onnx(
        self,
        path: str | Path,
        parameters: Training | str | Path,
        *,
        kind: str = "raw",
        features: int | None = None,
    ) -> Path:
        """Write the trained network as an ONNX model with the golden model's bits.

        Parameters
        ----------
        path : path
            The file.
        parameters : Training or path
            Trained weights and biases.
        kind : str
            What the model takes: "raw" integers, "uint8" pixels, "float32" or "float64" in [0, 1].
        features : int, optional
            Features of a sample; by default all inputs.
        """
        checkpoint = self._checkpoint(parameters)
        assert checkpoint is not None
        write_onnx(
            Path(path),
            checkpoint.parameters,
            name=self.name,
            kind=kind,
            features=features,
            epoch=checkpoint.epoch,
            inputs=checkpoint.inputs,
        )
        return Path(path)

    @refusing
    def import_weights(
        self, state: Mapping[str, Any] | str | Path, lags: Sequence[int] | None = None
    ) -> WeightImport:
        """Quantise weights of linear layers from elsewhere: `.save(path)` writes the checkpoint.

        Parameters
        ----------
        state : mapping or path
            Arrays by name, `NAME.weight` and `NAME.bias` of every layer in order; or a file of
            PyTorch's or NumPy's that holds them. `presparse.torch` takes tensors.
        lags : sequence of int, optional
            Update lags in steps, for training to go on; by default those of the hardware.
        """
        found = state if isinstance(state, Mapping) else read_state(Path(state))
        return import_state(
            self._file.network, lags_of(self._file, lags), found, load_inputs(self._file)
        )
