"""The folder of data files that the user names: looking into it, and into archives in it."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path

__all__ = ["data_folder", "find_file", "read_members"]


def data_folder(name: str, data_dir: Path | None, *, holds: str) -> Path:
    """Return the folder that the data set `name` is looked for in.

    Parameters
    ----------
    name : str
        The data set, for messages.
    data_dir : Path or None
        The folder; None where the user named none.
    holds : str
        What it is the folder of, for the message: "mnist.npz".

    Raises
    ------
    ValueError
        `data_dir` is None.
    FileNotFoundError
        There is no such folder.
    """
    if data_dir is None:
        raise ValueError(f"{name} needs --data DIR, the folder of {holds}")
    if not data_dir.is_dir():
        raise FileNotFoundError(f"{name}: there is no folder {data_dir}")
    return data_dir


def find_file(folder: Path, name: str) -> Path | None:
    """The file of some name in a folder, in whatever case the name is spelt; None without one.

    Of several that differ in case the one spelt as asked for comes first.
    """
    if (folder / name).is_file():
        return folder / name
    if not folder.is_dir():
        return None
    spelt = (path for path in sorted(folder.iterdir()) if path.name.lower() == name.lower())
    return next((path for path in spelt if path.is_file()), None)


def read_members(path: Path, names: Sequence[str]) -> list[bytes]:
    """Read files of a .tar.gz archive into memory; nothing is unpacked to disk.

    Parameters
    ----------
    path : Path
        The archive.
    names : sequence of str
        Base names of the files in lower case, wherever in the archive they are, in any case.

    Returns
    -------
    list of bytes
        Contents, in the order of `names`.

    Raises
    ------
    ValueError
        The file is no such archive, is broken or lacks a file.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                base = member.name.rpartition("/")[2].lower()
                if base in names and member.isfile():
                    stream = archive.extractfile(member)
                    found[base] = stream.read() if stream is not None else b""
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise ValueError(f"{path} must be a whole .tar.gz archive: {error}") from error
    absent = [name for name in names if name not in found]
    if absent:
        raise ValueError(f"{path} must hold {', '.join(names)}; it lacks {', '.join(absent)}")
    return [found[name] for name in names]
