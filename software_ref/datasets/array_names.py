"""Tells which array of an archive is which, by the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

__all__ = ["ARRAYS", "VALIDATION_ARRAYS", "find_arrays", "find_unnamed_arrays"]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""The arrays of a whole data set; an archive may hold more."""

VALIDATION_ARRAYS = ("x_validation", "y_validation")

_KINDS = {
    "x": "x|images?|imgs?|data|features?|samples|inputs",
    "y": "y|labels?|targets?",
}
_SPLITS = {
    "train": "train|training|trn|tr",
    "validation": "validation|valid|val|va|dev",
    "test": "test|testing|tst|te|t10k",
}
_PATTERNS = {
    f"{kind}_{split}": re.compile(
        f"(?:{words})(?:{parts})|(?:{parts})(?:{words})"
        # Without a word for the split there is one split alone: that for training.
        + (f"|(?:{words})" if split == "train" else "")
    )
    for kind, words in _KINDS.items()
    for split, parts in _SPLITS.items()
}

_UNNAMED = re.compile(r"arr_\d+")
"""What NumPy calls arrays that were saved without names."""

_ADVICE = "say which is which with [data.options] arrays, such as {{ x_train = {name!r} }}"


def find_arrays(present: Sequence[str], given: Mapping[str, str], *, where: str) -> dict[str, str]:
    """Names in an archive by what they stand for.

    Parameters
    ----------
    present : sequence of str
        Names of all arrays there: x_train, xtr, X_train, trainX, train_images, test_labels, y_val,
        data, target and the like.
    given : mapping
        Names that the user gave, by what they stand for, whether they are there or not.
    where : str
        What to call the archive in a message.

    Returns
    -------
    dict
        Name by `ARRAYS` and `VALIDATION_ARRAYS`, of those that are there or given.

    Raises
    ------
    ValueError
        Two names could stand for one array, and neither is spelt exactly.
    """
    found = dict(given)
    left = [name for name in present if name not in given.values()]
    for key, pattern in _PATTERNS.items():
        fitting = [name for name in left if pattern.fullmatch(re.sub(r"\W|_", "", name.lower()))]
        if key in given:
            continue
        if key in fitting:
            found[key] = key
        elif len(fitting) > 1:
            raise ValueError(
                f"{where} holds {' and '.join(fitting)}, which could all be {key}; "
                + _ADVICE.format(name=fitting[0])
            )
        elif fitting:
            found[key] = fitting[0]
    return found


def find_unnamed_arrays(
    present: Sequence[str], shape_of: Callable[[str], tuple[int, ...]], *, where: str
) -> dict[str, str]:
    """The same for arrays called arr_0, arr_1 and so on, which are told apart by their shapes.

    Features have two axes or more, labels one, or a second one of length 1; there are one or two
    of both, those for training first.

    Raises
    ------
    ValueError
        The shapes do not tell; the message lists them.
    """
    names = sorted(
        (name for name in present if _UNNAMED.fullmatch(name)), key=lambda name: int(name[4:])
    )
    if not names or len(names) < len(present):
        return {}
    shapes = {name: shape_of(name) for name in names}
    labels = [n for n, shape in shapes.items() if len(shape) == 1 or shape[1:] == (1,)]
    features = [name for name, shape in shapes.items() if len(shape) > 1 and name not in labels]
    pairs = list(zip(features, labels, strict=False))
    matching = all(shapes[x][0] == shapes[y][0] for x, y in pairs)
    if len(features) != len(labels) or len(pairs) not in (1, 2) or not matching:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{where} holds {listed}; " + _ADVICE.format(name=names[0]))
    return {
        key: name
        for split, pair in zip(("train", "test"), pairs, strict=False)
        for key, name in zip((f"x_{split}", f"y_{split}"), pair, strict=True)
    }
