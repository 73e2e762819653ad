"""What a network file names: its samples as raw integers, checked against the network; its lags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.datasets import Dataset, encode_features, load_dataset, take_train
from software_ref.datasets.dataset import hold_out_as_test
from software_ref.datasets.input_choice import inputs_by_deviation
from software_ref.datasets.redundancy import reduce_features
from software_ref.datasets.registry import file_places, option_names
from software_ref.file_options import DataOptions
from software_ref.fixed_point import rounding_shift
from software_ref.golden.trainer import check_lags
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.schedule import Schedule
from software_ref.training import TrainingData

__all__ = [
    "check_data_folder",
    "chosen_inputs",
    "encode_dataset",
    "encode_inputs",
    "inputs_by",
    "inputs_of",
    "lags_of",
    "load_inputs",
    "load_training_data",
    "load_whole_dataset",
    "notes_on",
]


def load_training_data(
    file: NetworkFile,
    data_dir: Path | None = None,
    *,
    samples: int | None = None,
    test_samples: int | None = None,
    hold_out: int | None = None,
) -> TrainingData:
    """Load the samples that a network file names, as the raw inputs of its network.

    Parameters
    ----------
    file : NetworkFile
        `[data]` names the data set; `[network]` and `[format]` say how to encode it. Features that
        the data set lacks (784 pixels, 1,024 inputs) are 0.
    data_dir : Path, optional
        The folder that the user named for data (`--data`).
    samples : int, optional
        Take the first `samples` training samples, 1 or more, in place of the file's `train`.
    test_samples : int, optional
        Take the first `test_samples` test samples, 0 or more, in place of the file's `test`.
    hold_out : int, optional
        Test on so many of the training samples, each class by its share, in place of the test
        samples; which ones depends on the file's training seed.

    Returns
    -------
    TrainingData
        Features raw (n, N_0) of any integer dtype, labels int64 (n,), in the order of the data set,
        and notes.

    Raises
    ------
    OSError
        A file or a folder is missing; the message names it.
    TypeError, ValueError
        A data file is broken, a value is out of range, a label is not below `classes`, or there
        are fewer samples than asked for; the message names the array and the sample.
    """
    options = file.data
    dataset = load_whole_dataset(options, data_dir, file.folder)
    inputs = chosen_inputs(file, dataset)
    train = samples if samples is not None else options.train
    test = test_samples if test_samples is not None else options.test
    if hold_out is not None:
        if train is not None:
            dataset = take_train(dataset, train)
        dataset = hold_out_as_test(dataset, hold_out, seed=file.training.seed)
        train, test = None, test_samples
    data = encode_dataset(dataset, file.network, train=train, test=test, inputs=inputs)
    notes = notes_on(file, dataset, data.train_labels, shuffled=file.training.shuffle)
    return replace(data, notes=notes)


def chosen_inputs(file: NetworkFile, dataset: Dataset) -> NDArray[np.int64] | None:
    """The feature that each input takes, int64 (N_0,), where `[data.inputs]` chooses; else None.

    Parameters
    ----------
    file : NetworkFile
    dataset : Dataset
        With all training samples, of which the file's first `train` decide.

    Raises
    ------
    TypeError, ValueError
        The samples are no legal ones, or all features are constant.
    """
    samples = dataset.x_train[: file.data.train]
    return inputs_by(file, samples, where=f"{dataset.name}: x_train")


def inputs_by(file: NetworkFile, samples: NDArray[Any], *, where: str) -> NDArray[np.int64] | None:
    """The same by samples that are given, uint8 or float (n, F), called `where` in messages."""
    options, network = file.data.inputs, file.network
    if options is None:
        return None
    raw = encode_features(samples, network.format, samples.shape[1], where=where)
    low_bits = network.format.activation_shift
    if low_bits:
        raw = rounding_shift(raw, low_bits) << low_bits
    return inputs_by_deviation(raw, network.layers[0], options.seed, where=where)


def load_inputs(file: NetworkFile, data_dir: Path | None = None) -> NDArray[np.int64] | None:
    """What `chosen_inputs` makes of the samples that a network file names, if it chooses inputs.

    Raises
    ------
    OSError, TypeError, ValueError
        As `load_training_data`.
    """
    if file.data.inputs is None:
        return None
    return chosen_inputs(file, load_whole_dataset(file.data, data_dir, file.folder))


def encode_dataset(
    dataset: Dataset,
    network: Network,
    *,
    train: int | None = None,
    test: int | None = None,
    inputs: NDArray[np.int64] | None = None,
) -> TrainingData:
    """Encode a data set as the raw inputs of a network; errors as `load_training_data`.

    Parameters
    ----------
    dataset : Dataset
    network : Network
    train, test : int, optional
        Take the first so many samples; by default all.
    inputs : int64 (N_0,), optional
        The feature that each input takes, as `chosen_inputs` has it; by default input j takes
        feature j.
    """
    train_features, train_labels = _encoded(network, dataset, "train", train, inputs)
    test_features, test_labels = _encoded(network, dataset, "test", test, inputs)
    return TrainingData(
        train_features=train_features,
        train_labels=train_labels,
        test_features=test_features,
        test_labels=test_labels,
        class_names=tuple(dataset.class_names[: network.competing]),
        inputs=inputs,
    )


def encode_inputs(
    features: NDArray[Any], network: Network, chosen: NDArray[np.int64] | None, *, where: str
) -> NDArray[np.integer]:
    """The raw inputs (n, N_0) of features (n, F), as `encode_features` makes them.

    Parameters
    ----------
    features : uint8 or float (n, F)
    network : Network
    chosen : int64 (N_0,), or None
        The feature that each input takes; None: input j takes feature j.
    where : str
        What to call `features` in a message.

    Raises
    ------
    TypeError, ValueError
        As `encode_features`; or an input takes a feature that there is not.
    """
    if chosen is None:
        return encode_features(features, network.format, network.layers[0], where=where)
    raw = encode_features(features, network.format, features.shape[1], where=where)
    if chosen.max() >= raw.shape[1]:
        raise ValueError(
            f"{where} must have more than {chosen.max()} features, as an input takes feature "
            f"{chosen.max()}, not {raw.shape[1]}"
        )
    return raw[:, chosen]


def load_whole_dataset(
    data: DataOptions,
    data_dir: Path | None = None,
    base_dir: Path | None = None,
    *,
    validation: bool = False,
) -> Dataset:
    """Load a data set with all its samples, reduced as `[data.reduce]` says.

    Parameters
    ----------
    data : DataOptions
        `[data]`; its numbers of samples, `train` and `test`, say nothing here.
    data_dir : Path, optional
        The folder that the user named for data (`--data`).
    base_dir : Path, optional
        The network file's folder.
    validation : bool
        Whether generated data sets get their validation samples too.

    Raises
    ------
    OSError, TypeError, ValueError
        As `load_training_data`.
    """
    check_data_folder(data_dir)
    dataset = load_dataset(
        data.name,
        options=data.options,
        data_dir=data_dir,
        base_dir=base_dir,
        validation=validation,
    )
    if data.reduce is None:
        return dataset
    return reduce_features(dataset, data.reduce.method, data.reduce.features)


def notes_on(
    file: NetworkFile, dataset: Dataset, taken: NDArray[np.integer], *, shuffled: bool
) -> tuple[str, ...]:
    """Lines for the user: what may not be meant in samples and network as they are.

    Parameters
    ----------
    file : NetworkFile
    dataset : Dataset
        All samples that it names.
    taken : integers (n,)
        Labels of the first training samples, which are trained on.
    shuffled : bool
        Whether every epoch takes them in an order of its own.
    """
    notes = list(dataset.notes)
    inputs = file.network.layers[0]
    if file.data.inputs is None and dataset.features < inputs:
        notes.append(
            f"{inputs - dataset.features} of the {inputs} inputs have no feature and stay 0: "
            f"{dataset.name} has {dataset.features} features"
        )
    order = _note_on_order(file, dataset, taken, shuffled)
    return (*notes, order) if order else tuple(notes)


def _note_on_order(
    file: NetworkFile, dataset: Dataset, taken: NDArray[np.integer], shuffled: bool
) -> str | None:
    """A line where training samples come class by class, of which little is learnt."""
    present, whole = len(np.unique(taken)), len(np.unique(dataset.y_train))
    by_class = int(np.count_nonzero(taken[1:] != taken[:-1])) + 1 == present
    # A few samples may come so by chance.
    if not by_class or whole == 1 or len(taken) <= 2 * whole:
        return None
    own = "shuffle" in option_names(file.data.name)
    if present < whole:
        advice = "[data.options] shuffle = true mixes them" if own else "take more of them"
        return (
            f"the first {len(taken)} training samples of {dataset.name} are of {present} of the "
            f"{whole} classes, since they come class by class: {advice}"
        )
    if shuffled:
        return None
    return (
        f"the training samples of {dataset.name} come class by class: [training] shuffle = true "
        f"mixes them in every epoch{', [data.options] shuffle = true once' if own else ''}"
    )


def check_data_folder(folder: Path | None) -> None:
    """Raise FileNotFoundError where `--data` names a folder that does not exist."""
    if folder is not None and not folder.is_dir():
        raise FileNotFoundError(f"--data must name a folder; there is no folder {folder}")


def inputs_of(file: NetworkFile, data_dir: Path | None) -> list[Path]:
    """Files that a network file stands for and no output may overwrite: itself and its samples."""
    own = [file.path] if file.path is not None else []
    return [*own, *file_places(file.data.name, file.data.options, data_dir, file.folder)]


def lags_of(file: NetworkFile, given: Sequence[int] | None = None) -> tuple[int, ...]:
    """Update lags: those given (`--lags`), checked, or those of the hardware that `file` describes.

    Raises
    ------
    ValueError
        The lags given are not legal; the message names the junction and the rule.
    """
    if given is not None:
        return check_lags(file.network, given)
    return Schedule.from_file(file).lags


def _encoded(
    network: Network,
    dataset: Dataset,
    part: str,
    count: int | None,
    chosen: NDArray[np.int64] | None,
) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    """The first `count` samples of "train" or "test", or all of them."""
    features, labels = getattr(dataset, f"x_{part}"), getattr(dataset, f"y_{part}")
    if count is not None and count > len(labels):
        raise ValueError(
            f"{dataset.name}: the number of {part} samples must be at most the {len(labels)} there "
            f"are, not {count}"
        )
    features, labels = features[:count], labels[:count]
    wrong = np.flatnonzero(labels >= network.competing)
    if len(wrong):
        name = dataset.class_names[labels[wrong[0]] : labels[wrong[0]] + 1]
        raise ValueError(
            f"{dataset.name}: y_{part}[{wrong[0]}] must be below the network's classes = "
            f"{network.competing}, not {labels[wrong[0]]}"
            + (f", which {name[0]} is" if name else "")
        )
    where = f"{dataset.name}: x_{part}"
    return encode_inputs(features, network, chosen, where=where), labels
