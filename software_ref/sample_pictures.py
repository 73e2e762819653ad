"""Pictures of a data set: the centroid of each class and some of its training samples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from software_ref.datasets import Dataset
from software_ref.datasets.dataset import as_floats
from software_ref.figure import empty_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Form", "mosaic", "picture_form", "samples_figure", "shown_classes"]

Form = Literal["strips", "images", "curves"]
"""How a sample is drawn: a strip of gray, an image, or a curve over its features."""

_CLASSES = 16
_EXAMPLES = 6
_COLUMNS = 2
_STRIP_HEIGHT = 5
_LEAST_SIDE = 8
_COLOUR_SIDE = 32
_COLOUR_FEATURES = 3 * _COLOUR_SIDE**2


def picture_form(name: str, features: int, *, reduced: bool) -> Form:
    """How samples are best drawn.

    Parameters
    ----------
    name : str
        The data set's.
    features : int
    reduced : bool
        Whether its features were reduced, after which no sample is an image.

    Returns
    -------
    Form
        "strips" for Morse frames; "images" for CIFAR, and for squares of 8 x 8 or more where the
        features are no spectrum; "curves" for all else.
    """
    if reduced:
        return "curves"
    if name in ("morse", "morse_live"):
        return "strips"
    if name in ("phonemes", "timit", "reuters"):
        return "curves"
    side = math.isqrt(features)
    square = side >= _LEAST_SIDE and side**2 == features
    return "images" if square or features == _COLOUR_FEATURES else "curves"


def samples_figure(dataset: Dataset, form: Form) -> Figure:
    """A panel for each class.

    The first strip, image or the thick curve of a panel is the mean of the class's training
    samples; the others are its first samples. Of more than 16 classes, 16 are drawn, evenly spread.

    Parameters
    ----------
    dataset : Dataset
    form : Form
    """
    labels = shown_classes(dataset)
    rows = -(-len(labels) // _COLUMNS)
    figure = empty_figure(10, 0.6 + 1.3 * rows)
    figure.suptitle(f"{dataset.name}: class means, then samples")
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for panel, label in zip(panels, labels, strict=False):
        _draw_class(panel, _mean_and_samples(dataset, label), form)
        name = dataset.class_names[label : label + 1]
        title = f"class {label}" + (f", {name[0]}" if name else "")
        panel.set_title(title, fontsize=8, loc="left", parse_math=False)
    for panel in panels[len(labels) :]:
        panel.set_axis_off()
    return figure


def shown_classes(dataset: Dataset) -> list[int]:
    """Which classes are drawn, in rising order: those with training samples, at most 16."""
    present = np.unique(dataset.y_train)
    count = min(len(present), _CLASSES)
    return [int(label) for label in present[np.arange(count) * len(present) // count]]


def mosaic(samples: NDArray[Any], form: Form) -> NDArray[Any]:
    """Samples (n, features) as one picture: strips one below the other, images side by side.

    Returns
    -------
    (height, width), gray, with a line of NaN between strips; or (height, width, 3), red, green
    and blue
    """
    if form == "strips":
        lines = np.repeat(samples.astype(np.float64), _STRIP_HEIGHT + 1, axis=0)
        lines[_STRIP_HEIGHT :: _STRIP_HEIGHT + 1] = np.nan
        return lines[:-1]
    if samples.shape[1] == _COLOUR_FEATURES:
        planes = samples.reshape(len(samples), 3, _COLOUR_SIDE, _COLOUR_SIDE)
        return np.concatenate(list(planes.transpose(0, 2, 3, 1)), axis=1)
    side = math.isqrt(samples.shape[1])
    return np.concatenate(list(samples.reshape(len(samples), side, side)), axis=1)


def _mean_and_samples(dataset: Dataset, label: int) -> NDArray[Any]:
    own = as_floats(dataset.x_train[dataset.y_train == label])
    return np.concatenate([own.mean(axis=0, keepdims=True), own[:_EXAMPLES]])


def _draw_class(panel: Axes, samples: NDArray[Any], form: Form) -> None:
    if form == "curves":
        for sample in samples[1:]:
            panel.plot(sample, linewidth=0.5)
        panel.plot(samples[0], linewidth=2, color="black")
        panel.set_ylim(0, 1)
        panel.tick_params(labelsize=6)
        return
    aspect: Literal["auto", "equal"] = "auto" if form == "strips" else "equal"
    panel.imshow(
        mosaic(samples, form), cmap="gray", vmin=0, vmax=1, aspect=aspect, interpolation="nearest"
    )
    panel.set_xticks([])
    panel.set_yticks([])
