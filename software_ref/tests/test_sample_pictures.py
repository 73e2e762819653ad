"""Pictures of samples: their form, which classes are drawn, and how samples are put together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from software_ref.datasets import Dataset, load_dataset
from software_ref.figure import write_picture
from software_ref.sample_pictures import (
    Form,
    mosaic,
    picture_form,
    samples_figure,
    shown_classes,
)


@pytest.mark.parametrize(
    ("name", "features", "form"),
    [
        *(("morse", 64, "strips"), ("morse", 256, "strips"), ("mnist", 784, "images")),
        *(("digits", 64, "images"), ("cifar10", 3072, "images"), ("mine.npz", 100, "images")),
        *(("phonemes", 256, "curves"), ("iris", 4, "curves"), ("timit", 169, "curves")),
        *(("mine.npz", 101, "curves"), ("mine.npz", 49, "curves"), ("reuters", 400, "curves")),
    ],
)
def test_samples_are_drawn_as_what_they_are(name: str, features: int, form: Form) -> None:
    assert picture_form(name, features, reduced=False) == form
    assert picture_form(name, features, reduced=True) == "curves"


def dataset(labels: list[int], features: int = 4) -> Dataset:
    x = np.random.default_rng(1).uniform(size=(len(labels), features))
    return Dataset(
        name="tiny",
        x_train=x,
        y_train=np.array(labels),
        x_test=x[:0],
        y_test=np.zeros(0, dtype=int),
        classes=100,
        provenance="",
    )


def test_classes_with_samples_are_drawn_and_of_many_some() -> None:
    assert shown_classes(dataset([5, 3, 5, 9])) == [3, 5, 9]
    assert shown_classes(dataset(list(range(16)))) == list(range(16))
    assert shown_classes(dataset(list(range(10, 74)))) == list(range(10, 74, 4))


def test_images_stand_side_by_side() -> None:
    x = np.arange(2 * 64).reshape(2, 64)
    picture = mosaic(x, "images")
    assert picture.shape == (8, 16)
    assert picture[3, 5] == x[0, 3 * 8 + 5]
    assert picture[7, 8 + 2] == x[1, 7 * 8 + 2]


def test_colours_are_planes_of_a_sample() -> None:
    x = np.arange(2 * 3072).reshape(2, 3072)
    picture = mosaic(x, "images")
    assert picture.shape == (32, 64, 3)
    assert picture[4, 32 + 6].tolist() == [x[1, plane * 1024 + 4 * 32 + 6] for plane in range(3)]


def test_strips_stand_below_one_another_with_lines_between() -> None:
    x = np.array([[0.0, 1.0], [0.5, 0.25]])
    picture = mosaic(x, "strips")
    assert picture.shape == (11, 2)
    assert (picture[:5] == x[0]).all()
    assert np.isnan(picture[5]).all()
    assert (picture[6:] == x[1]).all()


@pytest.mark.parametrize("form", ["strips", "images", "curves"])
def test_a_picture_is_written(tmp_path: Path, form: Form) -> None:
    path = tmp_path / "a.png"
    write_picture(path, samples_figure(dataset([0, 1, 1], features=64), form))
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


def test_the_picture_shows_the_samples(tmp_path: Path) -> None:
    from matplotlib.image import imread

    data = load_dataset("digits", options={}, data_dir=None, base_dir=None)
    dark = Dataset(
        name="digits",
        x_train=np.zeros_like(data.x_train),
        y_train=data.y_train,
        x_test=data.x_test,
        y_test=data.y_test,
        classes=10,
        provenance="",
    )
    write_picture(tmp_path / "light.png", samples_figure(data, "images"))
    write_picture(tmp_path / "dark.png", samples_figure(dark, "images"))
    light, black = (imread(tmp_path / name).mean() for name in ("light.png", "dark.png"))
    assert light > black + 0.02
