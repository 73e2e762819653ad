"""A folder of finished tasks, one small JSON file each, so that experiments resume and share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from software_ref.console.atomic_file import atomic_file
from software_ref.console.text_file import read_text
from software_ref.experiments.task import Task, canonical, identity

__all__ = ["ResultStore"]


class ResultStore:
    """Finished tasks by what they are.

    A file is only ever written whole, so the folder is right at any moment that a run is broken
    off, and several experiments may use it at once.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.

    Raises
    ------
    OSError
        The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(f"cannot keep results in {folder}: it is no folder") from None
        except OSError as error:
            raise type(error)(f"cannot keep results in {folder}: {error.strerror}") from error

    def path(self, task: Task) -> Path:
        """Where a task's figures are kept."""
        return self.folder / f"{identity(task)}.json"

    def load(self, task: Task) -> dict[str, Any] | None:
        """The figures of a finished task; None where there are none.

        Raises
        ------
        ValueError
            The file there is damaged; the message names it.
        """
        path = self.path(task)
        try:
            document = json.loads(read_text(path))
            figures: dict[str, Any] = dict(document["figures"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise ValueError(
                f"{path} must hold the figures of a run, but is damaged; delete it to run it again"
            ) from None
        return figures

    def save(self, task: Task, figures: dict[str, Any]) -> None:
        """Keep a task's figures beside its description.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        document = {"task": canonical(task), "figures": figures}
        with atomic_file(self.path(task)) as unfinished:
            unfinished.write_text(json.dumps(document, allow_nan=False) + "\n", encoding="utf-8")
