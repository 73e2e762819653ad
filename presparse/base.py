"""What a network is to all that is done with it: its file, its samples, trained parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from presparse.errors import refusing
from presparse.paths import optional_path
from presparse.shown import Shown, Table
from presparse.training import Training
from software_ref.checkpoint import Checkpoint, load_checkpoint
from software_ref.datasets import Dataset
from software_ref.golden.parameters import Parameters
from software_ref.loading import chosen_inputs, encode_dataset, load_inputs, load_training_data
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData

__all__ = ["NetworkBase", "Samples"]

Samples = Dataset | tuple[ArrayLike, ArrayLike] | tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike]
"""Samples in place of the network's own: a data set, or (x_train, y_train[, x_test, y_test]) with
features in [0, 1] (floats) or 0 to 255 (uint8)."""


class NetworkBase(Shown):
    """A network file as an object."""

    _file: NetworkFile

    @property
    def file(self) -> NetworkFile:
        """The network file's content."""
        return self._file

    @property
    def name(self) -> str:
        """What files and messages call it."""
        return self._file.name

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
    def samples(
        self,
        data: Samples | None = None,
        *,
        data_dir: str | Path | None = None,
        samples: int | None = None,
        test_samples: int | None = None,
        hold_out: int | None = None,
        inputs: NDArray[np.int64] | None = None,
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
        inputs : int64 (N_0,), optional
            With `data`: the feature that each input takes, as a trained state has it; by default,
            with `[data.inputs]`, what these training samples say.
        """
        if data is None:
            return load_training_data(
                self._file,
                optional_path(data_dir),
                samples=samples,
                test_samples=test_samples,
                hold_out=hold_out,
            )
        if hold_out is not None:
            raise ValueError("hold_out must be left out where samples are given")
        dataset = _dataset(data, self._file.network.competing)
        if inputs is None:
            inputs = chosen_inputs(self._file, dataset)
        return encode_dataset(
            dataset, self._file.network, train=samples, test=test_samples, inputs=inputs
        )

    def _checkpoint(self, given: Training | str | Path | None) -> Checkpoint | None:
        """A training's last state, or that of a file."""
        if given is None:
            return None
        if isinstance(given, Training):
            return given.checkpoint
        return load_checkpoint(Path(given), self._file.network)

    def _parameters(self, given: Training | Parameters | str | Path) -> Parameters:
        if isinstance(given, Parameters):
            return given
        checkpoint = self._checkpoint(given)
        assert checkpoint is not None
        return checkpoint.parameters

    def _check_inputs(
        self, given: Training | Parameters | str | Path, samples: TrainingData
    ) -> None:
        """Refuse a state that was trained with other inputs than these samples have."""
        if isinstance(given, Parameters):
            return
        checkpoint = self._checkpoint(given)
        assert checkpoint is not None
        where = "the training" if isinstance(given, Training) else str(given)
        checkpoint.check_same_inputs(samples.inputs, where=where)

    def _inputs(self, given: Training | Parameters | str | Path) -> NDArray[np.int64] | None:
        """The feature that each input takes: those of a state, or the network's own samples say."""
        if isinstance(given, Parameters):
            return load_inputs(self._file)
        checkpoint = self._checkpoint(given)
        assert checkpoint is not None
        return checkpoint.inputs


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
