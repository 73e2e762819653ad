"""The folder of finished tasks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from software_ref.experiments.store import ResultStore
from software_ref.experiments.task import FORMAT
from software_ref.experiments.tests.fake_tasks import SquareTask

TASK = SquareTask(number=3, log="")


def test_figures_come_back_and_the_task_is_told(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "deep" / "runs")
    assert store.load(TASK) is None
    store.save(TASK, {"square": 9})
    assert store.load(TASK) == {"square": 9}
    document = json.loads(store.path(TASK).read_text())
    assert document["task"] == {
        "format": FORMAT,
        "task": "SquareTask",
        "number": 3,
        "log": "",
        "failure": "",
        "data": "a",
    }
    assert [path.name for path in store.folder.iterdir()] == [store.path(TASK).name]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"task": {}}', '{"figures": 1}'])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    store = ResultStore(tmp_path)
    store.path(TASK).write_text(text)
    with pytest.raises(ValueError, match=r"\.json must hold the figures of a run, but is damaged"):
        store.load(TASK)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    with pytest.raises(OSError, match=f"^cannot keep results in {path}: it is no folder$"):
        ResultStore(path)
    with pytest.raises(OSError, match=f"^cannot keep results in {path / 'runs'}: Not a directory$"):
        ResultStore(path / "runs")
