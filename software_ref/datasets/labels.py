"""Makes class numbers of labels as people store them, where it is plain which class is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ClassLabels", "Place", "read_labels"]

Place = Callable[[str, int], str]
"""What to call a sample's label in a message, by split and index: "a.npz: y_train[3]"."""

_Arrays = Mapping[str, NDArray[Any]]
"""Labels by split."""

_LISTED = 10
"""Labels that a note or a message names at most."""


@dataclass(frozen=True, kw_only=True)
class ClassLabels:
    """Labels of a data set as class numbers."""

    y: dict[str, NDArray[np.int64]]
    """int64 (n,), 0 to classes - 1, by split."""
    classes: int
    """Number of classes."""
    names: tuple[str, ...] = ()
    """What the source calls the classes; empty where it has their numbers."""

    @property
    def note(self) -> str | None:
        """What became of the labels, in one line; None where they are the class numbers."""
        if not self.names:
            return None
        shown = ", ".join(self.names[:_LISTED]) + (", ..." if len(self.names) > _LISTED else "")
        return f"labels {shown} are classes 0 to {len(self.names) - 1}"


def read_labels(
    raw: _Arrays,
    *,
    place: Place,
    classes: int | None = None,
    labels: Sequence[int | str] | None = None,
    advice: str = "",
) -> ClassLabels:
    """Make class numbers of labels.

    Labels are integers, whole-number floats, booleans or texts, of shape (n,) or (n, 1), or
    one-hot rows (n, classes). Texts that are all whole numbers count as these. Numbers are the
    class numbers where they count from 0 without a gap, or lie below `classes`. Otherwise classes
    are numbered in the order of the labels: numbers that count from 1, -1 and 1, numbers with
    gaps, and texts. Where that may be a slip, the label is refused: one that no training sample
    has, and one after a gap that a single sample has.

    Parameters
    ----------
    raw : mapping
        Labels by split, "train" among them.
    place : Place
    classes : int, optional
        Number of classes; by default as many as there are labels.
    labels : sequence of int or str, optional
        All labels in the order of their classes.
    advice : str
        What a message on an ambiguous label ends with: how to say what it means.

    Raises
    ------
    TypeError
        The labels are neither numbers nor texts.
    ValueError
        A label is no whole number, is ambiguous, is not in `labels` or not below `classes`.
    """
    columns = max((y.shape[1] for y in raw.values() if _is_one_hot(y)), default=0)
    flat: _Arrays = {split: _flat(y, split, place) for split, y in raw.items()}
    if any(y.dtype.kind == "U" for y in flat.values()):
        texts = {split: y.astype(np.str_) for split, y in flat.items()}
        whole = _as_numbers(texts)
        if whole is None:
            return _named(texts, place, classes, labels, advice)
        flat = whole
    numbers = {split: _whole(y, split, place) for split, y in flat.items()}
    if columns:
        if labels is not None and len(labels) != columns:
            raise ValueError(
                f"labels must have one entry for each of the {columns} columns of one-hot labels, "
                f"not {len(labels)}"
            )
        names = tuple(str(label) for label in labels or ())
        return _checked(numbers, max(columns, classes or 0), place, names)
    return _numbered(numbers, place, classes, labels, advice)


def _is_one_hot(y: NDArray[Any]) -> bool:
    return y.ndim == 2 and y.shape[1] > 1


def _flat(y: NDArray[Any], split: str, place: Place) -> NDArray[Any]:
    """Labels (n,) of any kind, texts among them as NumPy's unicode."""
    if y.dtype.kind not in "buifUS":
        raise TypeError(f"{place(split, 0)} must be a number or a text, not {y.dtype}")
    if _is_one_hot(y) and y.dtype.kind in "buif":
        wrong = np.flatnonzero((np.count_nonzero(y, axis=1) != 1) | (y.max(axis=1) != 1))
        if len(wrong):
            row = ", ".join(str(value) for value in y[wrong[0], :_LISTED].tolist())
            more = ", ..." if y.shape[1] > _LISTED else ""
            raise ValueError(
                f"{place(split, int(wrong[0]))} must be one label, or a 1 among zeros (one-hot), "
                f"not {row}{more}"
            )
        return np.asarray(y.argmax(axis=1))
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise ValueError(
            f"{place(split, 0)} must be one label, or a 1 among zeros (one-hot), "
            f"not an array of shape {y.shape[1:]}"
        )
    return np.char.decode(y, "latin-1") if y.dtype.kind == "S" else y


def _as_numbers(texts: _Arrays) -> _Arrays | None:
    """Texts as the numbers that they spell; None where one spells none."""
    try:
        numbers = {split: y.astype(np.float64) for split, y in texts.items()}
    except ValueError:
        return None
    whole = all(bool(np.all(np.floor(y) == y)) for y in numbers.values())
    return numbers if whole else None


def _whole(y: NDArray[Any], split: str, place: Place) -> NDArray[np.int64]:
    largest = np.iinfo(np.int64).max
    if y.dtype.kind == "f":
        # Beyond 2^53 floats skip whole numbers: labels there are no labels.
        wrong = ~((np.floor(y) == y) & (np.abs(y) <= 2.0**53))
    else:
        wrong = y > largest if y.dtype.kind == "u" else np.zeros(len(y), dtype=np.bool_)
    if wrong.any():
        sample = int(np.argmax(wrong))
        raise ValueError(
            f"{place(split, sample)} must be a whole number or a text, not {y[sample].item()!r}"
        )
    return y.astype(np.int64)


def _named(
    texts: _Arrays,
    place: Place,
    classes: int | None,
    labels: Sequence[int | str] | None,
    advice: str,
) -> ClassLabels:
    stripped = {split: np.char.strip(y) for split, y in texts.items()}
    if labels is None:
        _check_texts(stripped, place, advice)
    names = [str(each) for each in labels or np.unique(stripped["train"]).tolist()]
    index = {name: number for number, name in enumerate(names)}
    y = {}
    for split, values in stripped.items():
        # By distinct text: there are few of them.
        distinct, inverse = np.unique(values, return_inverse=True)
        numbers = np.array([index.get(str(name), -1) for name in distinct], dtype=np.int64)
        y[split] = numbers[inverse.reshape(-1)]
        if (y[split] < 0).any():
            sample = int(np.argmax(y[split] < 0))
            name = str(values[sample])
            close = get_close_matches(name, names, n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise ValueError(f"{place(split, sample)} must be {_known(labels)}, not {name!r}{hint}")
    return _checked(y, len(names) if classes is None else classes, place, tuple(names))


def _check_texts(texts: _Arrays, place: Place, advice: str) -> None:
    """Refuse an empty text, and one that a single sample has where the others spell numbers."""
    distinct, counts = np.unique(np.concatenate(list(texts.values())), return_counts=True)
    odd = {str(each) for each in distinct if _as_numbers({"": distinct[distinct == each]}) is None}
    alone = {str(each) for each in distinct[counts == 1]} & odd
    for slip in sorted({""} & odd | (alone if len(odd) < len(distinct) / 2 else set())):
        for split, y in texts.items():
            if (y == slip).any():
                raise ValueError(
                    f"{place(split, int(np.argmax(y == slip)))} must be a label, not {slip!r}"
                    + (f", the only text among numbers{advice}" if slip else "")
                )


def _numbered(
    numbers: Mapping[str, NDArray[np.int64]],
    place: Place,
    classes: int | None,
    labels: Sequence[int | str] | None,
    advice: str,
) -> ClassLabels:
    distinct, counts = np.unique(np.concatenate(list(numbers.values())), return_counts=True)
    if labels is not None:
        return _mapped(numbers, labels, place, classes, given=True)
    if len(distinct) == 0:
        return _checked(numbers, 1 if classes is None else classes, place)
    least, largest = int(distinct[0]), int(distinct[-1])
    whole = largest - least + 1 == len(distinct)
    if least >= 0 and largest < (len(distinct) if classes is None else classes):
        return _checked(numbers, len(distinct) if classes is None else classes, place)
    if distinct.tolist() == [-1, 1] or (least == 1 and whole and classes in (None, largest)):
        return _mapped(numbers, distinct.tolist(), place, classes)
    if least < 0:
        _refuse(numbers, place, lambda y: y < 0, "must be at least 0, not {label}")
    if classes is not None and classes != len(distinct):
        return _checked(numbers, classes, place)
    known = np.unique(numbers["train"])
    _refuse(
        numbers,
        place,
        lambda y: ~np.isin(y, known),
        f"must be {_known(None)}, not {{label}}{advice}",
    )
    first_gap = int(np.argmax(np.diff(distinct, append=distinct[-1] + 2) > 1))
    alone = distinct[(counts == 1) & (np.arange(len(distinct)) > first_gap)]
    _refuse(
        numbers,
        place,
        lambda y: np.isin(y, alone),
        f"must not be the only sample of label {{label}}, which comes after a gap{advice}",
    )
    return _mapped(numbers, distinct.tolist(), place, classes)


def _mapped(
    numbers: Mapping[str, NDArray[np.int64]],
    labels: Sequence[int | str],
    place: Place,
    classes: int | None,
    *,
    given: bool = False,
) -> ClassLabels:
    """Labels as their places in a list of all."""
    try:
        listed = np.array([int(label) for label in labels], dtype=np.int64)
    except (ValueError, OverflowError):
        raise ValueError(
            f"labels must list whole numbers, as the samples have, not {list(labels)}"
        ) from None
    _refuse(
        numbers,
        place,
        lambda y: ~np.isin(y, listed),
        f"must be {_known(labels if given else None)}, not {{label}}",
    )
    order = np.argsort(listed)
    y = {split: order[np.searchsorted(listed[order], each)] for split, each in numbers.items()}
    own = listed.tolist() == list(range(len(listed)))
    names = () if own else tuple(str(label) for label in listed.tolist())
    return _checked(y, len(listed) if classes is None else classes, place, names)


def _checked(
    y: Mapping[str, NDArray[np.int64]], classes: int, place: Place, names: tuple[str, ...] = ()
) -> ClassLabels:
    """Class numbers, all of them below `classes`."""
    for split, each in y.items():
        if (each >= classes).any():
            sample = int(np.argmax(each >= classes))
            number = int(each[sample])
            what = f"{number}, which {names[number]} is" if names else str(number)
            raise ValueError(
                f"{place(split, sample)} must be below classes = {classes}, not {what}"
            )
    return ClassLabels(y=dict(y), classes=classes, names=names)


def _refuse(
    numbers: Mapping[str, NDArray[np.int64]],
    place: Place,
    wrong: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
    message: str,
) -> None:
    """ValueError for the first sample whose label is wrong, if there is one."""
    for split, y in numbers.items():
        found = np.flatnonzero(wrong(y))
        if len(found):
            label = int(y[found[0]])
            raise ValueError(f"{place(split, int(found[0]))} {message.format(label=label)}")


def _known(labels: Sequence[int | str] | None) -> str:
    if labels is None:
        return "a label of the training samples"
    more = ", ..." if len(labels) > _LISTED else ""
    return f"one of labels = [{', '.join(str(label) for label in labels[:_LISTED])}{more}]"
