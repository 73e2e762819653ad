"""Loads Reuters-21578, news by topic, as bags of words from a folder of the user's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.console.errors import Mistakes
from software_ref.datasets.archive import read_arrays
from software_ref.datasets.checksum import checksum_note
from software_ref.datasets.data_folder import data_folder, find_file
from software_ref.datasets.dataset import Dataset, Labels, check_lengths
from software_ref.datasets.labels import read_labels
from software_ref.datasets.reuters_sgml import read_articles

__all__ = ["check_reuters_options", "load_reuters"]

_NPZ = "reuters_r52.npz"
_TRANSFORMS = ("log", "binary", "count")
_WORD = "[a-z]{2,}"


def load_reuters(
    data_dir: Path | None,
    *,
    tokens: int = 2000,
    classes: int | None = None,
    transform: str = "log",
) -> Dataset:
    """Load the articles of one topic of the ModApte split as word counts.

    The folder holds ``reuters_r52.npz`` (x_train, x_test: counts (n, words); y_train, y_test) or
    the collection as published: ``reuters21578.tar.gz`` or ``reut2-000.sgm`` to ``reut2-021.sgm``,
    whose words are runs of two or more letters of the title and text, in lower case and without
    scikit-learn's English stop words, and whose classes are the topics that have an article in
    both splits. Nothing is downloaded.

    Parameters
    ----------
    data_dir : Path or None
        The folder; None where the user named none.
    tokens : int
        Words to keep, at least 1: those with the largest counts over the training articles of the
        classes kept, in the order of the source (alphabetical for the published files).
    classes : int, optional
        Keep only the articles of the so many classes that are most frequent in training; by
        default all. Labels count the classes by falling frequency.
    transform : "log", "binary" or "count"
        What becomes of a word's count c, where C is the largest count in training: log(1 + c) /
        log(1 + C), 1 for any c above 0, or c / C. Larger counts in the test become 1.

    Returns
    -------
    Dataset
        float32 features (n, tokens).

    Raises
    ------
    TypeError
        An option has the wrong type.
    ValueError
        `data_dir` is None, a file is broken, or an option is out of range.
    FileNotFoundError
        The folder or its files are missing.
    """
    check_reuters_options(tokens=tokens, classes=classes, transform=transform)
    folder = data_folder("reuters", data_dir, holds=f"{_NPZ} or of the published collection")
    bags = _read_npz(npz) if (npz := find_file(folder, _NPZ)) else _read_published(folder)
    order = _frequent_first(np.bincount(bags.y_train))
    present = int((np.bincount(bags.y_train) > 0).sum())
    classes = present if classes is None else classes
    if not 1 <= classes <= present:
        raise ValueError(f"reuters: classes must lie in 1 to {present}, not {classes}")
    train = np.isin(bags.y_train, order[:classes])
    test = np.isin(bags.y_test, order[:classes])
    counts = bags.train[np.flatnonzero(train)]
    totals = np.asarray(counts.sum(axis=0, dtype=np.int64)).ravel()
    words = int((totals > 0).sum())
    if not 1 <= tokens <= words:
        raise ValueError(
            f"reuters: tokens must lie in 1 to {words}, the words of the training articles, "
            f"not {tokens}"
        )
    kept = np.sort(_frequent_first(totals)[:tokens])
    label = np.argsort(order)
    x_train, x_test = _dense(counts, kept), _dense(bags.test[np.flatnonzero(test)], kept)
    largest = int(x_train.max())
    return Dataset(
        name="reuters",
        x_train=_transformed(x_train, largest, transform),
        y_train=label[bags.y_train[train]],
        x_test=_transformed(x_test, largest, transform),
        y_test=label[bags.y_test[test]],
        classes=classes,
        provenance=f"read from {bags.source}, {classes} classes, the {tokens} most frequent words, "
        f"{transform} of the counts",
    )


def check_reuters_options(
    *, tokens: int = 2000, classes: int | None = None, transform: str = "log"
) -> None:
    """Raise TypeError or ValueError where an option of `load_reuters` is wrong for any files."""
    mistakes = Mistakes()
    for name, value in (("tokens", tokens), ("classes", classes)):
        with mistakes.noted():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise TypeError(f"reuters: {name} must be an integer, not {type(value).__name__}")
    with mistakes.noted():
        if transform not in _TRANSFORMS:
            raise ValueError(
                f"reuters: transform must be one of {', '.join(_TRANSFORMS)}, not {transform!r}"
            )
    mistakes.raise_any()


@dataclass(frozen=True)
class _Bags:
    """Word counts of articles and their classes."""

    train: Any
    """Integer counts (n, words), an array or a sparse matrix of rows."""
    y_train: Labels
    test: Any
    y_test: Labels
    source: str


def _read_npz(path: Path) -> _Bags:
    arrays = read_arrays(path)
    for split in ("train", "test"):
        x = arrays[f"x_{split}"]
        if x.dtype.kind not in "iu" or x.ndim != 2 or (x.size and x.min() < 0):
            raise ValueError(
                f"{path}: x_{split} must hold counts of shape (articles, words), "
                f"not {x.dtype} of shape {x.shape}"
            )
        if x.shape[1] != arrays["x_train"].shape[1] or x.size == 0:
            raise ValueError(
                f"{path}: x_train and x_test must hold articles over the same words, "
                f"not shapes {arrays['x_train'].shape} and {arrays['x_test'].shape}"
            )
    labels = read_labels(
        {split: arrays[f"y_{split}"] for split in ("train", "test")},
        place=lambda split, sample: f"{path}: y_{split}[{sample}]",
    )
    for split, y in labels.y.items():
        check_lengths(arrays[f"x_{split}"], y, split, where=str(path))
    return _Bags(
        arrays["x_train"], labels.y["train"], arrays["x_test"], labels.y["test"], path.name
    )


def _read_published(folder: Path) -> _Bags:
    # Imported when used: scikit-learn takes a second to import.
    from sklearn.feature_extraction.text import CountVectorizer

    articles, paths = read_articles(folder)
    topics = {
        split: {article.topic for article in articles if article.split == split}
        for split in ("train", "test")
    }
    both = sorted(topics["train"] & topics["test"])
    if not both:
        raise ValueError(f"reuters: {folder} must hold a topic with train and test articles")
    number = {topic: label for label, topic in enumerate(both)}
    kept = [article for article in articles if article.topic in number]
    train = [article for article in kept if article.split == "train"]
    test = [article for article in kept if article.split == "test"]
    counter = CountVectorizer(token_pattern=_WORD, stop_words="english", dtype=np.int64)
    try:
        counts = counter.fit_transform(article.text for article in train)
    except ValueError as error:
        raise ValueError(f"reuters: the training articles must have words: {error}") from error
    note = checksum_note(paths)
    return _Bags(
        counts,
        np.array([number[article.topic] for article in train]),
        counter.transform(article.text for article in test),
        np.array([number[article.topic] for article in test]),
        (paths[0].name if len(paths) == 1 else f"{paths[0].name} to {paths[-1].name}") + note,
    )


def _frequent_first(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Indices by falling count, the first of equals first."""
    return np.argsort(-counts, kind="stable")


def _dense(counts: Any, columns: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    part = counts[:, columns]
    dense: npt.NDArray[Any] = part if isinstance(part, np.ndarray) else part.toarray()
    return dense


def _transformed(counts: npt.NDArray[Any], largest: int, transform: str) -> npt.NDArray[np.float32]:
    if transform == "binary":
        return (counts > 0).astype(np.float32)
    whole = counts.astype(np.float32)
    if transform == "log":
        scaled = np.log1p(whole) / np.log1p(np.float32(largest))
    else:
        scaled = whole / np.float32(largest)
    clipped: npt.NDArray[np.float32] = np.minimum(scaled, np.float32(1))
    return clipped
