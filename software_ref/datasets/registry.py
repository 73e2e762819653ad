"""Finds the data set that a network file's [data] section names and passes its options on."""

from __future__ import annotations

import dataclasses
import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from software_ref.console.errors import Mistakes
from software_ref.datasets.cifar import load_cifar10, load_cifar100
from software_ref.datasets.dataset import Dataset
from software_ref.datasets.digits import load_digits
from software_ref.datasets.iris import load_iris
from software_ref.datasets.mnist import check_mnist_options, load_mnist
from software_ref.datasets.morse import MorseOptions, load_morse
from software_ref.datasets.morse_live import load_morse_live
from software_ref.datasets.morse_live_options import MorseLiveOptions, morse_live_options
from software_ref.datasets.npz import check_npz_options, load_npz
from software_ref.datasets.phonemes import check_phoneme_options, load_phonemes
from software_ref.datasets.reuters import check_reuters_options, load_reuters
from software_ref.datasets.sample_options import SampleOptions
from software_ref.datasets.scikit_learn import check_seed
from software_ref.datasets.table import TABLE_ENDINGS, check_table_options, load_table
from software_ref.datasets.table_options import TableOptions
from software_ref.datasets.timit import check_timit_options, load_timit

__all__ = ["ENDINGS", "NAMES", "check_options", "file_places", "load_dataset", "option_names"]

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
        One of `NAMES`, or the path of an .npz archive or of a table, with one of `ENDINGS`. A
        relative path is looked for in `data_dir` first and then in `base_dir`.
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
    source = _source_of(name)
    if name not in _SOURCES:
        return source.load(_find_file(name, data_dir, base_dir), **options)
    folder = (data_dir,) if source.reads_folder else ()
    generate = {"validation": validation} if source.generates_validation else {}
    return source.load(*folder, **options, **generate)


def check_options(name: str, options: Mapping[str, object]) -> None:
    """Refuse an unknown data set, options that it does not have, and values that no file can make
    right; nothing is read.

    Raises
    ------
    TypeError, ValueError
        As `load_dataset` does.
    """
    source, mistakes = _source_of(name), Mistakes()
    for key in options:
        with mistakes.noted():
            if key not in source.options:
                raise ValueError(
                    f"data set {name} has no option {key!r}{_nearest(key, source.options)}; "
                    f"its options are {', '.join(source.options) or 'none'}"
                )
    with mistakes.noted():
        source.check(**{key: options[key] for key in options if key in source.options})
    mistakes.raise_any()


def option_names(name: str) -> tuple[str, ...]:
    """Return the options that the data set `name` takes, in the order of its loader.

    Raises
    ------
    TypeError
        `name` is not a string.
    ValueError
        No data set has that name, and it is the name of no file of samples.
    """
    return _source_of(name).options


def file_places(
    name: str,
    options: Mapping[str, object],
    data_dir: Path | None,
    base_dir: Path | None,
) -> list[Path]:
    """Where `load_dataset` looks for the user's files; nowhere for a data set of `NAMES`."""
    if name in _SOURCES:
        return []
    names = [Path(name)]
    if isinstance(options.get("test_file"), str):
        names.append(names[0].with_name(str(options["test_file"])))
    folders = [folder for folder in (data_dir, base_dir or Path()) if folder is not None]
    return [folder / each for each in names for folder in folders]


def _find_file(name: str, data_dir: Path | None, base_dir: Path | None) -> Path:
    places = file_places(name, {}, data_dir, base_dir)
    for place in places:
        if place.is_file():
            return place
    # An absolute name gives the same place twice.
    looked = " or ".join(dict.fromkeys(map(str, places)))
    raise FileNotFoundError(f"there is no data set file {looked}")


def _source_of(name: str) -> _Source:
    """How the data set of some name is loaded."""
    if not isinstance(name, str):
        raise TypeError(f"data set name must be a string, not {type(name).__name__}")
    if name in _SOURCES:
        return _SOURCES[name]
    if name.lower().endswith(ENDINGS):
        return _FILES[Path(name).suffix.lower()]
    raise ValueError(
        f"data set name must be one of {', '.join(NAMES)} or the path of a file that ends in "
        f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}, not {name!r}{_nearest(name, NAMES)}"
    )


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _morse_options(**options: Any) -> MorseOptions:
    """Morse's options as TOML gives them."""
    pairs = {key: tuple(options[key]) for key in _PAIRS if isinstance(options.get(key), list)}
    return MorseOptions(**options | pairs)


def _load_morse(*, validation: bool, **options: Any) -> Dataset:
    return load_morse(_morse_options(**options), validation=validation)


def _load_morse_live(**options: Any) -> Dataset:
    return load_morse_live(morse_live_options(**options))


def _no_options() -> None:
    """What checks the options of a data set that has none."""


def _field_names(*kinds: Any) -> tuple[str, ...]:
    return tuple(field.name for kind in kinds for field in dataclasses.fields(kind))


@dataclass(frozen=True)
class _Source:
    """How a data set is loaded."""

    load: Callable[..., Dataset]
    check: Callable[..., object]
    """Raises where a value of its options is wrong, whatever the files are."""
    options: tuple[str, ...]
    """Its options: keyword arguments of `load` and of `check`."""
    reads_folder: bool = False
    """Whether `load` takes the folder of the user's data first."""
    generates_validation: bool = False
    """Whether `load` takes the keyword `validation`."""


def _source(
    load: Callable[..., Dataset],
    check: Callable[..., object] = _no_options,
    *,
    samples: Any = (),
    reads_folder: bool = False,
) -> _Source:
    """A source whose options are the keywords of `check`, and fields of dataclasses."""
    parameters = inspect.signature(check).parameters.values()
    own = tuple(p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY)
    return _Source(load, check, own + _field_names(*samples), reads_folder)


_SOURCES = {
    "cifar10": _source(load_cifar10, reads_folder=True),
    "cifar100": _source(load_cifar100, reads_folder=True),
    "digits": _source(load_digits, check_seed),
    "iris": _source(load_iris, check_seed),
    "mnist": _source(load_mnist, check_mnist_options, samples=[SampleOptions], reads_folder=True),
    "morse": _Source(
        _load_morse, _morse_options, _field_names(MorseOptions), generates_validation=True
    ),
    "morse_live": _Source(_load_morse_live, morse_live_options, _field_names(MorseLiveOptions)),
    "phonemes": _source(load_phonemes, check_phoneme_options, reads_folder=True),
    "reuters": _source(load_reuters, check_reuters_options, reads_folder=True),
    "timit": _source(load_timit, check_timit_options, reads_folder=True),
}

_TABLE = _source(load_table, check_table_options, samples=[TableOptions, SampleOptions])
_FILES = {
    ".npz": _source(load_npz, check_npz_options, samples=[SampleOptions]),
    **dict.fromkeys(TABLE_ENDINGS, _TABLE),
}

NAMES = tuple(_SOURCES)
"""The data sets known by name; any other name is that of a file."""

ENDINGS = tuple(_FILES)
"""Endings of files that samples are read from."""
