"""The options of data sets that are read from files of the user's: features, classes and splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from software_ref.console.errors import Mistakes
from software_ref.datasets.feature_scale import FEATURE

__all__ = ["TEST_ADVICE", "SampleOptions"]

TEST_ADVICE = "[data.options] test = 0.2 holds a fifth of the training samples out"
"""What helps where files have no test samples."""

_MAX_SCALE = 1e300
"""Largest end of a scale in magnitude: the difference of two is still a finite float."""


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """What is done to samples before they are a data set.

    Raises
    ------
    TypeError
        A field has the wrong type.
    ValueError
        A field is out of range.
    """

    scale: str | tuple[float, float] | None = None
    """(low, high) maps every feature v to (v - low) / (high - low); "feature" maps each feature
    by its own range over the training samples. Without it uint8 features stay as they are
    (p / 256), floats must lie in [0, 1] and all else is refused."""
    clip: bool = False
    """With a range as `scale`: values outside become the nearer end. Without, they are refused.
    With "feature", samples that are not for training are always clipped."""
    classes: int | None = None
    """Number of classes; by default those of the labels."""
    labels: tuple[int | str, ...] | None = None
    """All labels in the order of their classes; by default in rising order."""
    test: float | None = None
    """For files without test samples: the share (above 0 and below 1) or the number (an integer
    from 1) of training samples to hold out for the test, each class by its share."""
    shuffle: bool = False
    """Whether the training samples are put in a random order, which stays the same."""
    seed: int = 1
    """Seed of that order and of the choice of test samples, at least 0."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        for check in (self._check_scale, self._check_labels, self._check_test):
            with mistakes.noted():
                check()
        for name in ("clip", "shuffle"):
            value = getattr(self, name)
            with mistakes.noted():
                if not isinstance(value, bool):
                    raise TypeError(f"{name} must be true or false, not {value!r}")
        for name, least in (("classes", 1), ("seed", 0)):
            value = getattr(self, name)
            if name == "classes" and value is None:
                continue
            with mistakes.noted():
                if isinstance(value, bool) or not isinstance(value, int):
                    raise TypeError(f"{name} must be an integer, not {value!r}")
                if value < least:
                    raise ValueError(f"{name} must be at least {least}, not {value}")
        mistakes.raise_any()
        with mistakes.noted():
            if self.clip and not isinstance(self.scale, tuple):
                raise ValueError("clip must come with scale = [low, high], the range to clip to")
        with mistakes.noted():
            if self.labels is not None and self.classes not in (None, len(self.labels)):
                raise ValueError(
                    f"classes must be left out, or the {len(self.labels)} of labels, "
                    f"not {self.classes}"
                )
        mistakes.raise_any()

    def _check_scale(self) -> None:
        scale: Any = self.scale
        if scale is None or scale == FEATURE:
            return
        if not isinstance(scale, Sequence) or isinstance(scale, str) or len(scale) != 2:
            raise TypeError(f'scale must be a pair [low, high] or "{FEATURE}", not {scale!r}')
        for end in scale:
            if isinstance(end, bool) or not isinstance(end, int | float):
                raise TypeError(f"scale must hold two numbers, not {scale!r}")
        # Compared as they are: an integer may be too large for a float.
        if not -_MAX_SCALE <= scale[0] < scale[1] <= _MAX_SCALE:
            raise ValueError(
                f"scale must hold two finite numbers, the lower one first, not {scale!r}"
            )
        object.__setattr__(self, "scale", (float(scale[0]), float(scale[1])))

    def _check_labels(self) -> None:
        labels: Any = self.labels
        if labels is None:
            return
        if not isinstance(labels, list | tuple) or not labels:
            raise TypeError(f"labels must be a list of numbers or texts, not {labels!r}")
        for label in labels:
            if isinstance(label, bool) or not isinstance(label, int | str):
                raise TypeError(f"labels must hold whole numbers or texts, not {label!r}")
        for label in labels:
            if [str(each) for each in labels].count(str(label)) > 1:
                raise ValueError(f"labels must hold each label once, not {label!r} again")
        object.__setattr__(self, "labels", tuple(labels))

    def _check_test(self) -> None:
        test: Any = self.test
        if test is None:
            return
        if isinstance(test, bool) or not isinstance(test, int | float):
            raise TypeError(f"test must be a share or a number of samples, not {test!r}")
        if not (test >= 1 if isinstance(test, int) else 0 < test < 1):
            raise ValueError(
                f"test must be a share above 0 and below 1, or an integer from 1, not {test!r}"
            )
