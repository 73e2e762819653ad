"""Loads MNIST, and sets published in its form, from a folder of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.datasets.archive import read_arrays, read_single_array
from software_ref.datasets.array_names import ARRAYS
from software_ref.datasets.checksum import checksum_note
from software_ref.datasets.data_folder import data_folder, find_file
from software_ref.datasets.dataset import Dataset
from software_ref.datasets.idx import read_idx
from software_ref.datasets.mnist_files import ImageFiles, find_image_files
from software_ref.datasets.sample_options import TEST_ADVICE, SampleOptions
from software_ref.datasets.samples import array_places, make_dataset

__all__ = ["check_mnist_options", "load_mnist"]

_NPZ = "mnist.npz"
_TRANSPOSED = "emnist"
"""Sets whose images are published with rows and columns exchanged, by the start of their names."""
_QMNIST_COLUMNS = 8
"""Numbers of a label of QMNIST: the class, then the writer and more."""


def load_mnist(
    data_dir: Path | None,
    *,
    files: str | None = None,
    transpose: bool | None = None,
    **options: Any,
) -> Dataset:
    """Load MNIST, or a data set published in its form, from a folder.

    The folder holds ``mnist.npz`` (x_train, y_train, x_test, y_test) or else four IDX files,
    ``train-images-idx3-ubyte`` and so on, as they are or gzipped, also spelt
    ``train-images.idx3-ubyte``, also in the subfolder ``MNIST/raw``, or archives of one array,
    ``kmnist-train-imgs.npz`` and so on. The names may begin with that of a set, as
    ``emnist-letters-train-images-idx3-ubyte`` does. Nothing is downloaded.

    Parameters
    ----------
    data_dir : Path or None
        The folder; None where the user named none.
    files : str, optional
        What the files' names begin with, where the folder holds several sets: "emnist-letters".
    transpose : bool, optional
        Whether rows and columns of the images are exchanged; by default those of EMNIST are, which
        makes them upright.
    **options
        Fields of `SampleOptions`.

    Returns
    -------
    Dataset
        Features (n, pixels), row by row from the top left, of any number of pixels.

    Raises
    ------
    TypeError
        An option has the wrong type.
    ValueError
        `data_dir` is None, a file is broken or holds something else, or there are several sets.
    FileNotFoundError
        The folder or a file is missing; the message says what was looked for.
    """
    chosen = check_mnist_options(files=files, transpose=transpose, **options)
    data_dir = data_folder("mnist", data_dir, holds="mnist.npz or of the four IDX files")
    needed = ARRAYS if chosen.test is None else ARRAYS[:2]
    archive = find_file(data_dir, _NPZ) if files is None else None
    if archive is not None:
        arrays = read_arrays(archive, needed=needed, optional=ARRAYS, without_test=TEST_ADVICE)
        found = ImageFiles(name="", paths=dict.fromkeys(arrays, archive))
    else:
        found = find_image_files(data_dir, files, needed=needed)
        arrays = {key: _read(found.paths[key]) for key in ARRAYS if key in found.paths}
    if chosen.test is not None and "x_test" in arrays:
        raise ValueError(f"mnist: test must be left out for {data_dir}, which has test images")
    x = {key[2:]: array for key, array in arrays.items() if key.startswith("x_")}
    y = {key[2:]: _class_column(array) for key, array in arrays.items() if key.startswith("y_")}
    sources = sorted({path.name for path in found.paths.values()})
    provenance = f"read from {', '.join(sources)}{checksum_note(found.paths.values())}"
    if found.name.startswith(_TRANSPOSED) if transpose is None else transpose:
        x = {split: _transposed(images, split, found) for split, images in x.items()}
        provenance += ", rows and columns of the images exchanged"
    return make_dataset(
        "mnist",
        x,
        y,
        options=chosen,
        places=array_places("mnist", found.paths),
        provenance=provenance,
    )


def check_mnist_options(
    *, files: object = None, transpose: object = None, **options: Any
) -> SampleOptions:
    """The options of `load_mnist`, checked."""
    if not isinstance(files, str | None):
        raise TypeError(f"files must be a string, not {files!r}")
    if not isinstance(transpose, bool | None):
        raise TypeError(f"transpose must be true or false, not {transpose!r}")
    return SampleOptions(**options)


def _read(path: Path) -> npt.NDArray[Any]:
    return read_single_array(path) if path.suffix.lower() == ".npz" else read_idx(path)


def _class_column(labels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Labels, of QMNIST's numbers those of the classes."""
    several = labels.ndim == 2 and labels.shape[1] == _QMNIST_COLUMNS
    return labels[:, 0] if several and labels.dtype == np.int32 else labels


def _transposed(images: npt.NDArray[Any], split: str, found: ImageFiles) -> npt.NDArray[Any]:
    if images.ndim < 3:
        raise ValueError(
            f"{found.paths[f'x_{split}']} must hold images (n, rows, columns) to exchange rows and "
            f"columns, not an array of shape {images.shape}"
        )
    return images.swapaxes(1, 2)
