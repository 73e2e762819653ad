"""What texts and docstrings say of other documents: the file is there, and so is its section."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = re.compile(r"\b(?:docs/[\w/]+|[A-Z]{3,})\.md\b")
"""A document as code and texts name it: from the project's folder, or one in capitals."""
SECTION = re.compile(r'\b((?:docs/[\w/]+|README)\.md), "([^"]+)"')
"""`docs/numerics.md, "Feedforward"`, the form in which docstrings point to a section."""
LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)")
"""A link of Markdown to another file, to a section, or both."""
MADE = {"NAME.md", "README.md"}
"""Documents that commands write, and one that several folders have."""


def listed(*suffixes: str) -> list[Path]:
    """The project's files of these suffixes: what git knows and would know, or all of a copy."""
    git = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if git.returncode == 0:
        paths = [ROOT / line for line in git.stdout.splitlines()]
    else:
        paths = [path for path in ROOT.rglob("*") if ".venv" not in path.parts]
    return sorted(path for path in paths if path.suffix in suffixes and path.is_file())


def words(path: Path) -> str:
    """The text of a file with every run of white space, and of comment signs, made one space."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"^\s*#+ ", " ", text, flags=re.MULTILINE))


def headings(path: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.findall(r"^#+ (.+?) *$", text, flags=re.MULTILINE)


def anchor(heading: str) -> str:
    """The fragment that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_document_that_is_named_is_there() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in listed(".py", ".md", ".toml")
        for name in DOCUMENT.findall(path.read_text(encoding="utf-8"))
        if name not in MADE and not (ROOT / name).is_file() and path != Path(__file__)
    }
    assert missing == set()


def test_nothing_is_installed_by_a_name_that_no_index_has() -> None:
    offered = re.compile(r"install [^\n]*?\bpresparse\b(?!-)")
    wrong = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in listed(".py", ".md", ".toml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if offered.search(line) and path != Path(__file__)
    ]
    assert wrong == []


def test_every_section_that_is_named_is_there() -> None:
    named = [
        (path, document, section)
        for path in listed(".py", ".toml")
        if path != Path(__file__)
        for document, section in SECTION.findall(words(path))
    ]
    assert len(named) > 10
    missing = {
        f"{path.relative_to(ROOT)}: {document}, {section!r}"
        for path, document, section in named
        if section not in headings(ROOT / document)
    }
    assert missing == set()


@pytest.mark.parametrize("page", listed(".md"), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = []
    for target, fragment in LINK.findall(page.read_text(encoding="utf-8")):
        path = page.parent / target if target else page
        if not path.exists():
            broken.append(target)
        elif fragment and fragment not in map(anchor, headings(path)):
            broken.append(f"{target}#{fragment}")
    assert broken == []
