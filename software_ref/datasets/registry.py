"""Finds the data set that a network file's [data] section names and passes its options on."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from software_ref.datasets.cifar import load_cifar10, load_cifar100
from software_ref.datasets.dataset import Dataset
from software_ref.datasets.digits import load_digits
from software_ref.datasets.idx import load_mnist
from software_ref.datasets.iris import load_iris
from software_ref.datasets.morse import MorseOptions, load_morse
from software_ref.datasets.npz import load_npz
from software_ref.datasets.phonemes import load_phonemes
from software_ref.datasets.reuters import load_reuters
from software_ref.datasets.timit import load_timit

__all__ = ["NAMES", "archive_places", "check_options", "load_dataset", "option_names"]

_ARCHIVE = ".npz"
_PAIRS = ("dot", "dash", "space")


def load_dataset(
    name: str,
    *,
    options: Mapping[str, object],
    data_dir: Path | None,
    base_dir: Path | None,
    validation: bool = False,
) -> Dataset:
    """Load a data set by name.

    Parameters
    ----------
    name : str
        One of `NAMES`, or the path of an .npz archive. A relative path is looked for in
        `data_dir` first and then in `base_dir`.
    options : mapping
        The loader's options, by the names that `option_names` lists; the values as TOML gives
        them, so that a pair is a list of two.
    data_dir : Path or None
        The folder that the user named for data; published data sets are found there only.
    base_dir : Path or None
        The network file's folder; None stands for the current one.
    validation : bool
        Whether a data set that is generated is to have its validation samples too. Others have
        those that their files hold.

    Raises
    ------
    TypeError
        An option has the wrong type.
    ValueError
        An unknown name, an unknown option or a wrong value, or a broken file.
    FileNotFoundError
        A file or a folder is missing; the message names each place looked in.
    """
    check_options(name, options)
    if name not in _SOURCES:
        path = _find_archive(name, data_dir, base_dir)
        return load_npz(path, **dict[str, Any](options))
    source = _SOURCES[name]
    folder = (data_dir,) if source.reads_folder else ()
    generate = {"validation": validation} if source.generates_validation else {}
    return source.load(*folder, **options, **generate)


def check_options(name: str, options: Mapping[str, object]) -> None:
    """Refuse an unknown data set and options that it does not have; nothing is read.

    Raises
    ------
    TypeError, ValueError
        As `load_dataset` does.
    """
    legal = option_names(name)
    for key in options:
        if key not in legal:
            raise ValueError(
                f"data set {name} has no option {key!r}{_nearest(key, legal)}; "
                f"its options are {', '.join(legal) or 'none'}"
            )


def option_names(name: str) -> tuple[str, ...]:
    """Return the options that the data set `name` takes, in the order of its loader.

    Raises
    ------
    TypeError
        `name` is not a string.
    ValueError
        No data set has that name, and it does not end in .npz.
    """
    if not isinstance(name, str):
        raise TypeError(f"data set name must be a string, not {type(name).__name__}")
    if name in _SOURCES:
        return _SOURCES[name].options
    if name.endswith(_ARCHIVE):
        return _keywords(load_npz)
    raise ValueError(
        f"data set name must be one of {', '.join(NAMES)} or the path of an {_ARCHIVE} file, "
        f"not {name!r}{_nearest(name, NAMES)}"
    )


def _keywords(loader: Callable[..., Dataset]) -> tuple[str, ...]:
    parameters = inspect.signature(loader).parameters.values()
    return tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def archive_places(name: str, data_dir: Path | None, base_dir: Path | None) -> list[Path]:
    """Where `load_dataset` looks for the .npz archive `name`; nowhere for a data set of `NAMES`."""
    if name in _SOURCES:
        return []
    return [folder / name for folder in (data_dir, base_dir or Path()) if folder is not None]


def _find_archive(name: str, data_dir: Path | None, base_dir: Path | None) -> Path:
    places = archive_places(name, data_dir, base_dir)
    for place in places:
        if place.is_file():
            return place
    # An absolute name gives the same place twice.
    looked = " or ".join(dict.fromkeys(map(str, places)))
    raise FileNotFoundError(f"there is no data set file {looked}")


def _load_morse(*, validation: bool, **options: Any) -> Dataset:
    """Generate Morse frames by options as TOML gives them."""
    pairs = {key: tuple(options[key]) for key in _PAIRS if isinstance(options.get(key), list)}
    return load_morse(MorseOptions(**options | pairs), validation=validation)


@dataclass(frozen=True)
class _Source:
    """How a data set known by name is loaded."""

    load: Callable[..., Dataset]
    options: tuple[str, ...]
    """Its options: keyword arguments of `load`."""
    reads_folder: bool = False
    """Whether `load` takes the folder of the user's data first."""
    generates_validation: bool = False
    """Whether `load` takes the keyword `validation`."""


def _source(load: Callable[..., Dataset], *, reads_folder: bool = False) -> _Source:
    return _Source(load, _keywords(load), reads_folder)


_SOURCES = {
    "cifar10": _source(load_cifar10, reads_folder=True),
    "cifar100": _source(load_cifar100, reads_folder=True),
    "digits": _source(load_digits),
    "iris": _source(load_iris),
    "mnist": _source(load_mnist, reads_folder=True),
    "morse": _Source(
        _load_morse,
        tuple(field.name for field in dataclasses.fields(MorseOptions)),
        generates_validation=True,
    ),
    "phonemes": _source(load_phonemes, reads_folder=True),
    "reuters": _source(load_reuters, reads_folder=True),
    "timit": _source(load_timit, reads_folder=True),
}

NAMES = tuple(_SOURCES)
"""The data sets known by name; any other name must end in .npz."""
