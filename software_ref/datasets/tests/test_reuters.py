"""Reuters: word counts from both sources, the options, and what is refused."""

import io
import math
import re
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import load_dataset
from software_ref.datasets.reuters import load_reuters
from software_ref.datasets.reuters_sgml import FILES, read_articles

COUNTS: dict[str, Any] = {
    "x_train": np.array([[0, 3, 1, 0], [0, 0, 2, 0], [4, 1, 0, 0], [0, 7, 0, 1]], dtype=np.uint8),
    "y_train": np.array([2, 0, 2, 1]),
    "x_test": np.array([[9, 0, 1, 0], [0, 1, 1, 1], [0, 0, 0, 5]], dtype=np.uint8),
    "y_test": np.array([0, 2, 1]),
}


def save(folder: Path, **changes: Any) -> Path:
    np.savez(folder / "reuters_r52.npz", **COUNTS | changes)
    return folder


def article(split: str, topics: list[str], text: str, used: str = "YES") -> str:
    listed = "".join(f"<D>{topic}</D>" for topic in topics)
    return (
        f'<REUTERS TOPICS="{used}" LEWISSPLIT="{split}" CGISPLIT="TRAINING-SET" NEWID="1">\n'
        f"<DATE>26-FEB-1987</DATE>\n<TOPICS>{listed}</TOPICS>\n<PLACES><D>usa</D></PLACES>\n"
        f"<UNKNOWN>&#5;&#5;C T</UNKNOWN>\n{text}\n</REUTERS>\n"
    )


def news(title: str, body: str) -> str:
    return (
        f"<TEXT>&#2;\n<TITLE>{title}</TITLE>\n<AUTHOR>by Jo Writer</AUTHOR>"
        f"<DATELINE>    NEW YORK, Feb 26 - </DATELINE><BODY>{body}\n Reuter\n&#3;</BODY></TEXT>"
    )


ARTICLES = [
    article("TRAIN", ["grain"], news("Wheat &lt;WHT> up", "Wheat rose 3.5 pct; the wheat's up.")),
    article("TRAIN", ["earn"], news("Profit", "Net profit of Caf\xe9 AT&amp;T profit.")),
    article("TRAIN", ["earn"], '<TEXT TYPE="UNPROC">&#2;\nloss profit\n&#3;</TEXT>'),
    article("TRAIN", ["earn", "grain"], news("Both", "corn corn corn corn")),
    article("TRAIN", [], news("None", "corn corn corn corn")),
    article("TRAIN", ["cocoa"], news("Only trained", "corn corn corn corn")),
    article("TRAIN", ["earn"], news("Unused", "corn corn corn corn"), used="NO"),
    article("NOT-USED", ["earn"], news("Unused", "corn corn corn corn")),
    article("TEST", ["grain"], news("Wheat", "Wheat wheat wheat corn unseen")),
    article("TEST", ["earn"], news("Loss", "profit")),
    article("TEST", ["ship"], news("Only tested", "profit")),
]


def publish(folder: Path, articles: list[str], *, windows: bool = False) -> Path:
    """Write the 22 files, the articles spread over them; as a Windows system may change them."""
    for number, name in enumerate(FILES):
        part = "".join(articles[number :: len(FILES)])
        text = '<!DOCTYPE lewis SYSTEM "lewis.dtd">\n' + part
        if windows:
            content = text.replace("\n", "\r\n").encode("utf-8-sig")
            (folder / name.upper()).write_bytes(content)
        else:
            (folder / name).write_bytes(text.encode("latin-1"))
    return folder


def test_counts_are_mapped_by_their_logarithm(tmp_path: Path) -> None:
    dataset = load_reuters(save(tmp_path), tokens=4)
    # The classes by falling frequency: 2, then 0 and 1.
    assert dataset.y_train.tolist() == [0, 1, 0, 2]
    assert dataset.y_test.tolist() == [1, 0, 2]
    expected = [[math.log(1 + c) / math.log(8) for c in row] for row in COUNTS["x_train"].tolist()]
    assert np.allclose(dataset.x_train, expected, atol=1e-6)
    # The test's 9 is clipped.
    assert np.allclose(dataset.x_test[0], [1, 0, math.log(2) / math.log(8), 0], atol=1e-6)
    assert dataset.x_train.dtype == np.float32
    assert dataset.provenance == (
        "read from reuters_r52.npz, 3 classes, the 4 most frequent words, log of the counts"
    )


def test_counts_may_be_kept_or_made_binary(tmp_path: Path) -> None:
    counts = load_reuters(save(tmp_path), tokens=4, transform="count")
    assert np.allclose(counts.x_train, COUNTS["x_train"] / 7)
    assert np.allclose(counts.x_test, np.minimum(COUNTS["x_test"] / 7, 1))
    binary = load_reuters(tmp_path, tokens=4, transform="binary")
    assert np.array_equal(binary.x_test, COUNTS["x_test"] > 0)


def test_the_most_frequent_tokens_of_training_stay_in_their_order(tmp_path: Path) -> None:
    # Sums 4, 11, 3, 1: the test's counts, 9, 1, 2, 6, are not asked.
    dataset = load_reuters(save(tmp_path), tokens=2, transform="binary")
    assert np.array_equal(dataset.x_test, COUNTS["x_test"][:, :2] > 0)
    dataset = load_reuters(tmp_path, tokens=1, transform="count")
    assert np.allclose(dataset.x_train[:, 0], COUNTS["x_train"][:, 1] / 7)


def test_the_most_frequent_classes_may_be_kept_alone(tmp_path: Path) -> None:
    dataset = load_reuters(save(tmp_path), tokens=3, classes=2, transform="count")
    assert dataset.classes == 2
    assert dataset.y_train.tolist() == [0, 1, 0]
    assert dataset.y_test.tolist() == [1, 0]
    # Without class 1 the largest count is 4, and the last word is never seen.
    assert np.allclose(dataset.x_train, COUNTS["x_train"][[0, 1, 2], :3] / 4)
    message = "reuters: tokens must lie in 1 to 3, the words of the training articles, not 4"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_reuters(tmp_path, tokens=4, classes=2)


def test_published_files_give_the_articles_of_one_topic(tmp_path: Path) -> None:
    articles, paths = read_articles(publish(tmp_path, ARTICLES))
    assert [(each.split, each.topic) for each in articles] == [
        *(("train", "grain"), ("train", "earn"), ("train", "earn"), ("train", "cocoa")),
        *(("test", "grain"), ("test", "earn"), ("test", "ship")),
    ]
    assert len(paths) == 22
    words = articles[0].text.split()
    assert words[:3] == ["Wheat", "<WHT>", "up"]
    assert "Writer" not in words
    assert "YORK," not in words


def test_words_of_published_files_are_counted(tmp_path: Path) -> None:
    dataset = load_reuters(publish(tmp_path, ARTICLES), tokens=9, transform="count")
    assert dataset.classes == 2  # earn and grain; cocoa and ship are in one split only
    assert dataset.y_train.tolist() == [1, 0, 0]
    assert dataset.y_test.tolist() == [1, 0]
    words = ["caf", "loss", "net", "pct", "profit", "reuter", "rose", "wheat", "wht"]
    bags = [
        Counter(wheat=3, wht=1, rose=1, pct=1, reuter=1),
        Counter(profit=3, net=1, caf=1, reuter=1),
        Counter(loss=1, profit=1),
        Counter(wheat=4, reuter=1),
        Counter(loss=1, profit=1, reuter=1),
    ]
    expected = [[min(bag[word] / 3, 1) for word in words] for bag in bags]
    assert np.allclose(dataset.x_train, expected[:3])
    assert np.allclose(dataset.x_test, expected[3:])
    assert dataset.provenance == (
        "read from reut2-000.sgm to reut2-021.sgm, 2 classes, the 9 most frequent words, "
        "count of the counts"
    )


def test_the_published_archive_gives_the_same(tmp_path: Path) -> None:
    loose = load_reuters(publish(tmp_path, ARTICLES), tokens=5)
    folder = tmp_path / "packed"
    folder.mkdir()
    with tarfile.open(folder / "reuters21578.tar.gz", "w:gz") as archive:
        for name in FILES:
            member = tarfile.TarInfo(f"./{name}")
            member.size = (tmp_path / name).stat().st_size
            archive.addfile(member, io.BytesIO((tmp_path / name).read_bytes()))
    packed = load_reuters(folder, tokens=5)
    assert np.array_equal(packed.x_test, loose.x_test)
    assert packed.provenance.startswith(
        "read from reuters21578.tar.gz, checksum differs from the published one, 2 classes"
    )


def test_published_files_may_come_from_a_windows_system(tmp_path: Path) -> None:
    names = {name: tmp_path / name for name in ("plain", "windows")}
    for folder in names.values():
        folder.mkdir()
    plain, paths = read_articles(publish(names["plain"], ARTICLES))
    changed, upper = read_articles(publish(names["windows"], ARTICLES, windows=True))
    assert changed == plain
    assert [path.name for path in upper] == [path.name.upper() for path in paths]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tokens": 0}, "tokens must lie in 1 to 4, the words of the training articles, not 0"),
        ({}, "tokens must lie in 1 to 4, the words of the training articles, not 2000"),
        ({"classes": 4}, "classes must lie in 1 to 3, not 4"),
        ({"classes": 0}, "classes must lie in 1 to 3, not 0"),
        ({"transform": "sqrt"}, "transform must be one of log, binary, count, not 'sqrt'"),
    ],
)
def test_options_out_of_range_are_refused(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^reuters: {re.escape(message)}$"):
        load_reuters(save(tmp_path), **options)


@pytest.mark.parametrize("name", ["tokens", "classes"])
def test_options_of_the_wrong_type_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TypeError, match=f"^reuters: {name} must be an integer, not str$"):
        load_reuters(save(tmp_path), **{name: "3"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"x_train": COUNTS["x_train"] / 2},
            "x_train must hold counts of shape (articles, words), not float64 of shape (4, 4)",
        ),
        (
            {"x_test": COUNTS["x_test"].astype(int) - 1},
            "x_test must hold counts of shape (articles, words), not int64 of shape (3, 4)",
        ),
        (
            {"y_test": COUNTS["y_test"][:2]},
            "x_test and y_test must have equal lengths, not 3 samples and 2 labels",
        ),
        (
            {"x_test": COUNTS["x_test"][:, :3]},
            "x_train and x_test must hold articles over the same words, "
            "not shapes (4, 4) and (3, 3)",
        ),
    ],
)
def test_broken_counts_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = save(tmp_path, **changes) / "reuters_r52.npz"
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {message}')}$"):
        load_reuters(tmp_path, tokens=2)


def test_one_huge_label_names_its_sample(tmp_path: Path) -> None:
    path = save(tmp_path, y_train=np.array([2, 0, 10**9, 1])) / "reuters_r52.npz"
    message = (
        f"{path}: y_train[2] must not be the only sample of label 1000000000, which comes "
        "after a gap"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_reuters(tmp_path, tokens=4)


def test_missing_files_are_told(tmp_path: Path) -> None:
    (tmp_path / FILES[3]).write_bytes(b"")
    message = (
        f"reuters: {tmp_path} must hold reuters_r52.npz, reuters21578.tar.gz, or the 22 files "
        "reut2-000.sgm to reut2-021.sgm, of which it has 1"
    )
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        load_reuters(tmp_path)
    message = (
        "reuters needs --data DIR, the folder of reuters_r52.npz or of the published collection"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_reuters(None)


def test_files_without_usable_articles_are_told(tmp_path: Path) -> None:
    publish(tmp_path, ARTICLES[:6])
    message = (
        f"reuters: {tmp_path} must hold test articles "
        '(TOPICS="YES" LEWISSPLIT="TEST" and one topic), but has none'
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_reuters(tmp_path)
    publish(tmp_path, [ARTICLES[0], ARTICLES[9]])
    message = f"reuters: {tmp_path} must hold a topic with train and test articles"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        load_reuters(tmp_path)
    wordless = [article(split, ["earn"], news("3", "a 4 b")) for split in ("TRAIN", "TEST")]
    publish(tmp_path, [each.replace("Reuter", "") for each in wordless])
    with pytest.raises(ValueError, match=r"^reuters: the training articles must have words: "):
        load_reuters(tmp_path)


@pytest.mark.real_data
def test_the_real_collection(data_dir: Path) -> None:
    dataset = load_dataset(
        "reuters", options={"classes": 50, "tokens": 400}, data_dir=data_dir, base_dir=None
    )
    assert (dataset.features, dataset.classes) == (400, 50)
    counts = np.bincount(dataset.y_train)
    assert (np.diff(counts) <= 0).all()
    assert counts[0] == 2840
    whole = load_dataset("reuters", options={}, data_dir=data_dir, base_dir=None)
    assert (whole.x_train.shape, whole.x_test.shape) == ((6532, 2000), (2569, 2000))
    assert whole.x_train.max() == 1
