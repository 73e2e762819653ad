"""Finds the four files of a set in MNIST's form, by the names they are published under."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from software_ref.datasets.array_names import ARRAYS
from software_ref.datasets.sample_options import TEST_ADVICE

__all__ = ["MNIST_FOLDERS", "ImageFiles", "find_image_files"]

MNIST_FOLDERS = (Path("."), Path("MNIST", "raw"))
"""Where the files may be, below the user's folder."""

_FILE = re.compile(
    r"(?P<set>.*?)[-_]?(?P<part>train|t10k|test)[-_](?P<kind>image|img|label)s?"
    r"(?:[-.]idx\d(?:[-.]\w+)?)?(?:\.npz)?(?:\.gz)?",
    re.IGNORECASE,
)
"""train-images-idx3-ubyte, t10k-labels.idx1-ubyte.gz, emnist-letters-train-images-idx3-ubyte,
qmnist-test-labels-idx2-int, kmnist-train-imgs.npz."""

_MNIST = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


@dataclass(frozen=True, kw_only=True)
class ImageFiles:
    """The files of one set."""

    name: str
    """What their names begin with: "" for MNIST itself, "emnist-letters"."""
    paths: Mapping[str, Path]
    """File by the array that it holds, a name of `ARRAYS`."""


def find_image_files(data_dir: Path, name: str | None, *, needed: Sequence[str]) -> ImageFiles:
    """Find the files of a set.

    Parameters
    ----------
    data_dir : Path
        The user's folder.
    name : str or None
        What the files' names begin with, behind the folder below `data_dir` if they are in one;
        None takes MNIST's own names, or else the only set that is there.
    needed : sequence of str
        Arrays that must be there: some of `ARRAYS`.

    Raises
    ------
    ValueError
        There are several sets, or none of that name; the message lists them.
    FileNotFoundError
        Files are missing; the message names them.
    """
    if name is not None:
        folders: Sequence[Path] = [data_dir / Path(name).parent]
    else:
        folders = [data_dir / folder for folder in MNIST_FOLDERS]
    missing: list[str] = []
    for folder in folders:
        sets = _sets(folder)
        whole = {key: paths for key, paths in sets.items() if paths.keys() >= set(needed)}
        if name is not None:
            key = Path(name).name.lower().rstrip("-_")
            if key in whole:
                return ImageFiles(name=key, paths=whole[key])
            listed = ", ".join(sorted(whole)) or "none"
            raise ValueError(
                f"mnist: files must name a set in {folder}, not {key!r}; it has {listed}"
            )
        chosen = [""] if "" in whole else sorted(whole)
        if len(chosen) > 1:
            raise ValueError(
                f"mnist: {folder} holds the sets {', '.join(chosen)}; say which one with "
                f'[data.options] files = "{chosen[0]}"'
            )
        if chosen:
            return ImageFiles(name=chosen[0], paths=whole[chosen[0]])
        for key, paths in sets.items():
            start = f"{key}-" if key else ""
            missing += [
                str(folder / f"{start}{_MNIST[each]}") for each in needed if each not in paths
            ]
    wanted = missing or list(_MNIST.values())
    only_test = bool(missing) and all(Path(each).name in _test_names() for each in missing)
    raise FileNotFoundError(
        f"mnist: {data_dir} must hold mnist.npz, or the four IDX files (with or without .gz, "
        f"also in MNIST/raw), of which these are missing: {', '.join(wanted)}"
        + (f"; {TEST_ADVICE}" if only_test else "")
    )


def _test_names() -> list[str]:
    return [_MNIST[key] for key in ARRAYS[2:]]


def _sets(folder: Path) -> dict[str, dict[str, Path]]:
    """Files by array, by the set's name in lower case."""
    found: dict[str, dict[str, Path]] = {}
    if not folder.is_dir():
        return found
    # A file that was unpacked beside its archive has the shorter name, and comes first.
    for path in sorted(folder.iterdir(), key=lambda path: (len(path.name), path.name)):
        match = _FILE.fullmatch(path.name)
        if match and path.is_file():
            kind = "y" if match["kind"].lower() == "label" else "x"
            split = "train" if match["part"].lower() == "train" else "test"
            found.setdefault(match["set"].lower(), {}).setdefault(f"{kind}_{split}", path)
    return found
