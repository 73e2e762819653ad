"""Text is read the same whatever editor wrote it, and everything that is read goes this way."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from software_ref.console.text_file import decode_text, read_text
from software_ref.datasets.tests.recordings import sphere, tone, write_sentence
from software_ref.datasets.timit import load_timit
from software_ref.experiments.store import ResultStore
from software_ref.experiments.tests.fake_tasks import SquareTask
from software_ref.network_file import read_network_file

PACKAGE = Path(__file__).parents[2]
TEXT = 'first = "é"\n\nlast = 3\n'
NETWORK = "# José\n[network]\nlayers = [8, 4, 4]\nout_degree = [1, 2]\nparallelism = [4, 2]\n"


def windows(text: str) -> bytes:
    """As Notepad saves it: a byte-order mark, and lines that end in CR LF."""
    return text.replace("\n", "\r\n").encode("utf-8-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_are_left_out(tmp_path: Path, encoding: str, end: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(TEXT.replace("\n", end).encode(encoding))
    assert read_text(path) == TEXT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be"])
def test_the_mark_tells_the_order_of_the_bytes(encoding: str) -> None:
    assert decode_text(f"\ufeff{TEXT}".encode(encoding), where="file") == TEXT


def test_a_mark_outweighs_the_encoding_asked_for() -> None:
    assert decode_text(TEXT.encode("utf-8-sig"), where="file", encoding="latin-1") == TEXT
    assert decode_text(TEXT.encode("latin-1"), where="file", encoding="latin-1") == TEXT
    assert decode_text(b"", where="file") == ""


def test_another_encoding_names_the_line() -> None:
    message = "file: line 3 must be UTF-8 text, but holds the byte 0xe4"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        decode_text(b"\xef\xbb\xbfone\r\n\r\nZ\xe4hler", where="file")


def test_network_files_of_windows_editors(tmp_path: Path) -> None:
    path = tmp_path / "net.toml"
    for content in (windows(NETWORK), NETWORK.encode("utf-16")):
        path.write_bytes(content)
        assert read_network_file(path).network.layers == (8, 4, 4)


def test_phones_of_windows_editors(tmp_path: Path) -> None:
    for split in ("TRAIN", "TEST"):
        sentence = tmp_path / split / "DR1" / "FAA0" / "SI1"
        write_sentence(sentence, [(0, 2000, "aa"), (2000, 4000, "s")], sphere(tone(300, 4000)))
        phones = sentence.with_suffix(".PHN")
        phones.write_bytes(windows(phones.read_text()))
    assert len(load_timit(tmp_path).x_train) == 23


def test_results_of_windows_editors(tmp_path: Path) -> None:
    store, task = ResultStore(tmp_path), SquareTask(number=3, log="")
    store.path(task).write_bytes(windows(json.dumps({"figures": {"square": 9}}, indent=1)))
    assert store.load(task) == {"square": 9}


def test_no_text_is_read_in_any_other_way() -> None:
    readers = re.compile(r"\.read_text\(|\.decode\(|\btomllib\.load\(|\bopen\([^)]*encoding=")
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and readers.search(path.read_text("utf-8"))
    }
    # A header in a binary recording, and text inside of pickles and of arrays.
    binary = {"datasets/audio.py", "datasets/array_pickle.py", "datasets/labels.py"}
    # The package's own file is as it was written.
    assert found == {"console/text_file.py", "manifest.py"} | binary
