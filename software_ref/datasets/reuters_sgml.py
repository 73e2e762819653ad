"""Reads Reuters-21578 as published: news articles in 22 SGML files, each with its topics.

The "modified Apte" split takes the articles whose header says TOPICS="YES" and LEWISSPLIT="TRAIN"
or "TEST". Of these only those of exactly one topic are kept here.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from software_ref.console.text_file import decode_text
from software_ref.datasets.data_folder import find_file, read_members

__all__ = ["ARCHIVE", "FILES", "Article", "read_articles"]

FILES = tuple(f"reut2-{number:03}.sgm" for number in range(22))
ARCHIVE = "reuters21578.tar.gz"

_ARTICLE = re.compile(r"<REUTERS\b([^>]*)>(.*?)</REUTERS>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_TOPICS = re.compile(r"<TOPICS>(.*?)</TOPICS>", re.DOTALL)
_TOPIC = re.compile(r"<D>(.*?)</D>", re.DOTALL)
_TEXT = re.compile(r"<TEXT\b[^>]*>(.*?)</TEXT>", re.DOTALL)
# Neither is news: the author's name, and the place and day.
_FRAME = re.compile(r"<(AUTHOR|DATELINE)>.*?</\1>", re.DOTALL)
_TAG = re.compile(r"</?[A-Z]+[^>]*>")


@dataclass(frozen=True)
class Article:
    """An article with one topic."""

    split: str
    """"train" or "test"."""
    topic: str
    """Its topic, such as "earn"."""
    text: str
    """Title and body, without markup."""


def read_articles(folder: Path) -> tuple[list[Article], list[Path]]:
    """Read the articles of the split that have exactly one topic.

    Parameters
    ----------
    folder : Path
        Holds the 22 files of `FILES`, or else `ARCHIVE` with these in it; names in any case.

    Returns
    -------
    articles : list of Article
        In the order of the files.
    paths : list of Path
        The files read.

    Raises
    ------
    FileNotFoundError
        Neither is there.
    ValueError
        The archive is broken, or there is no article of the split.
    """
    paths = [path for name in FILES if (path := find_file(folder, name))]
    if len(paths) == len(FILES):
        contents = [path.read_bytes() for path in paths]
    elif archive := find_file(folder, ARCHIVE):
        paths = [archive]
        contents = read_members(archive, FILES)
    else:
        raise FileNotFoundError(
            f"reuters: {folder} must hold reuters_r52.npz, {ARCHIVE}, or the {len(FILES)} files "
            f"{FILES[0]} to {FILES[-1]}, of which it has {len(paths)}"
        )
    # The published files are in no encoding of Unicode.
    documents = (decode_text(each, where=str(folder), encoding="latin-1") for each in contents)
    articles = [each for document in documents for each in _articles(document)]
    for split in ("train", "test"):
        if not any(article.split == split for article in articles):
            raise ValueError(
                f"reuters: {folder} must hold {split} articles "
                f'(TOPICS="YES" LEWISSPLIT="{split.upper()}" and one topic), but has none'
            )
    return articles, paths


def _articles(document: str) -> list[Article]:
    found = []
    for header, content in _ARTICLE.findall(document):
        attributes = dict(_ATTRIBUTE.findall(header))
        split = attributes.get("LEWISSPLIT", "").lower()
        if attributes.get("TOPICS") != "YES" or split not in ("train", "test"):
            continue
        listed, text = _TOPICS.search(content), _TEXT.search(content)
        topics = _TOPIC.findall(listed[1]) if listed else []
        if len(topics) == 1 and text:
            plain = html.unescape(_TAG.sub(" ", _FRAME.sub(" ", text[1])))
            found.append(Article(split, topics[0], plain))
    return found
