"""A network from Python: loaded or constructed, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from presparse.board import Board, simulated_board
from presparse.errors import refusing
from presparse.ranges import Profile, run_profile
from presparse.shown import Picture, Shown, Table
from presparse.training import FloatFit, PredictionTable, Training, run_fit, run_training
from software_ref.checkpoint import load_checkpoint
from software_ref.commands.check import describe, report_lines
from software_ref.connections.network_patterns import patterns_of
from software_ref.connections.parallelism import parallelism_for
from software_ref.connections.pattern_picture import patterns_figure
from software_ref.console.atomic_file import atomic_file
from software_ref.datasets import Dataset
from software_ref.golden.parameters import Parameters
from software_ref.loading import encode_dataset, lags_of, load_training_data
from software_ref.mlp.network_fit import NetworkFit, fit_samples
from software_ref.network_document import network_toml
from software_ref.network_file import NetworkFile, network_file_of, read_network_file
from software_ref.predictions import Predictions
from software_ref.training import TrainingData
from software_ref.training_job import TrainingJob

__all__ = ["Description", "Network", "load"]

CLOCKS = 64
"""Clocks a sample that parallelism is chosen for where nobody names either."""

Samples = Dataset | tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]
"""Samples in place of the network's own: a data set, or (x_train, y_train[, x_test, y_test]) with
features in [0, 1] (floats) or 0 to 255 (uint8)."""


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


class Network(Shown):
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
        `connections`, `update`, `data`, `training`, `target`, each a mapping of its keys; `data`
        may be a data set's name alone.

    Raises
    ------
    Error
        A shape is not legal, or a key or value is wrong; the message names the nearest legal one.
    """

    @refusing
    def __init__(
        self,
        layers: Sequence[int],
        out_degree: Sequence[int],
        parallelism: Sequence[int] | None = None,
        *,
        clocks: int = CLOCKS,
        classes: int | None = None,
        name: str = "network",
        **tables: Mapping[str, Any] | str,
    ) -> None:
        sizes: dict[str, Any] = {"layers": _integers(layers), "out_degree": _integers(out_degree)}
        # One edge a clock is legal wherever anything is, and lets the sizes be checked first.
        slow = network_file_of(
            {"network": {**sizes, "parallelism": [1] * len(sizes["out_degree"])}}
        )
        if parallelism is None:
            if clocks < 1:
                raise ValueError(f"clocks must be at least 1, not {clocks}")
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

    @property
    def file(self) -> NetworkFile:
        """The network file's content."""
        return self._file

    @property
    def name(self) -> str:
        """What files and messages call it."""
        return self._file.name

    @refusing
    def with_tables(self, **tables: Mapping[str, Any]) -> Network:
        """The same network with other values of some tables' keys.

        `network.with_tables(training={"epochs": 3}, target={"pipeline": "medium"})`
        """
        file = self._file
        for key, changes in tables.items():
            holder = file if key in ("data", "training", "target") else file.network
            if key == "network":
                file = replace(file, network=replace(file.network, **_known(file.network, changes)))
                continue
            if not is_dataclass(getattr(holder, key, None)):
                raise ValueError(f"unknown table {key!r}; known: {', '.join(_TABLES)}")
            table = getattr(holder, key)
            changed = replace(table, **_known(table, changes))
            if holder is file:
                file = replace(file, **{key: changed})
            else:
                file = replace(file, network=replace(file.network, **{key: changed}))
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

    @property
    def title(self) -> str:
        """See Shown."""
        network = self._file.network
        return (
            f"{self.name}: {'-'.join(map(str, network.layers))}, {network.weights} weights, "
            f"density {100 * network.density:.3g} %, {network.format}"
        )

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        return ()

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
    def samples(
        self,
        data: Samples | None = None,
        *,
        data_dir: str | Path | None = None,
        samples: int | None = None,
        test_samples: int | None = None,
        hold_out: int | None = None,
    ) -> TrainingData:
        """Training and test samples as the network takes them: raw integers.

        Parameters
        ----------
        data : Dataset or tuple of arrays, optional
            Samples in place of the network's own: a data set, or (x_train, y_train) or (x_train,
            y_train, x_test, y_test), features (n, N) as floats in [0, 1] or uint8 of value p / 256.
        data_dir : path, optional
            The folder that data files are looked for in first.
        samples, test_samples : int, optional
            Take the first so many.
        hold_out : int, optional
            Test on so many training samples that are held out, in place of the test samples.
        """
        if data is None:
            folder = None if data_dir is None else Path(data_dir)
            return load_training_data(
                self._file, folder, samples=samples, test_samples=test_samples, hold_out=hold_out
            )
        if hold_out is not None:
            raise ValueError("hold_out must be left out where samples are given")
        return encode_dataset(
            _dataset(data, self._file.network.competing),
            self._file.network,
            train=samples,
            test=test_samples,
        )

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
        """
        file = self._with_epochs(epochs)
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
            resume=None if resume is None else Path(resume),
            held_out=hold_out is not None,
            float_reference=float_reference,
            engine=engine,
            save=None if save is None else Path(save),
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
        folder = None if data_dir is None else Path(data_dir)
        dataset = fit_samples(self._file, folder, hold_out)
        start = None if resume is None else Path(resume)
        return run_fit(self.name, NetworkFit(self._file, dataset, kind, settings, resume=start))

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
            features, labels, names = there.test_features, there.test_labels, there.class_names
        else:
            there = self.samples(data)
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
        file = self._with_epochs(epochs)
        there = self.samples(data, data_dir=data_dir, samples=samples, test_samples=test_samples)
        return run_profile(file, there, **options)

    @refusing
    def board(self, port: str, **options: Any) -> Board:
        """Open the board at a serial port that was built from this network.

            with network.board("/dev/ttyUSB1") as board:
                run = board.train(network.samples(), epochs=5)

        Parameters
        ----------
        port : str
            The serial port, or a URL of pyserial's.
        **options
            `baud`, `timeout` and `reconnect` of `presparse.Board`.
        """
        return Board(self._file, port, **options)

    @refusing
    def simulated_board(
        self, *, samples: int = 2048, build: str | Path | None = None
    ) -> AbstractContextManager[str]:
        """A simulated board of this network, switched on for a `with` block that gets its port.

        Parameters
        ----------
        samples : int
            Samples that its store has room for.
        build : path, optional
            Folder for Verilog and simulator; by default the simulator is in the user's cache.
        """
        return simulated_board(self._file, samples=samples, build=build)

    def _with_epochs(self, epochs: int | None) -> NetworkFile:
        if epochs is None:
            return self._file
        return replace(self._file, training=replace(self._file.training, epochs=epochs))

    def _parameters(self, given: Training | Parameters | str | Path) -> Parameters:
        if isinstance(given, Training):
            return given.checkpoint.parameters
        if isinstance(given, Parameters):
            return given
        return load_checkpoint(Path(given), self._file.network).parameters


@refusing
def load(path: str | Path) -> Network:
    """Read a network file.

    Raises
    ------
    Error
        It cannot be read, or describes no legal network.
    """
    return Network.of_file(read_network_file(path))


_TABLES = ("network", "format", "activation", "connections", "update", "data", "training", "target")


def _integers(values: Sequence[int]) -> list[int]:
    """A list, as a TOML file has it, of NumPy integers too."""
    return np.asarray(values).tolist() if isinstance(values, np.ndarray) else list(values)


def _table(key: str, table: Mapping[str, Any] | str) -> dict[str, Any]:
    if key == "data" and isinstance(table, str):
        return {"name": table}
    if not isinstance(table, Mapping):
        raise TypeError(f"{key} must be a mapping of its keys, not {table!r}")
    return dict(table)


def _known(table: Any, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Changes of fields that there are."""
    for name in changes:
        if name not in asdict(table):
            raise ValueError(f"unknown key {name!r}; known: {', '.join(asdict(table))}")
    return changes


def _dataset(data: Samples, classes: int) -> Dataset:
    if isinstance(data, Dataset):
        return data
    if not isinstance(data, tuple) or len(data) not in (2, 4):
        raise TypeError(
            "data must be a Dataset, (x_train, y_train) or (x_train, y_train, x_test, y_test), "
            f"not {type(data).__name__}"
        )
    x_train, y_train, *test = map(np.asarray, data)
    x_test, y_test = test if test else (x_train[:0], y_train[:0])
    return Dataset(
        name="samples",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
        classes=classes,
        provenance="given as arrays",
    )
