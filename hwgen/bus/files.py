"""The files of a core on a bus, which lie beside those of the core."""

from __future__ import annotations

from pathlib import Path

from hwgen.bus.design import AxiDesign, file_kinds
from hwgen.core.core_files import CoreFiles, write_core
from hwgen.core.design import CoreDesign
from software_ref.console.atomic_file import atomic_file
from software_ref.console.shared_folder import only_user
from software_ref.devices import Device

__all__ = ["BUSES", "BusFiles"]

BUSES = ("axi",)
"""Buses that a core can be put on."""


class BusFiles:
    """What `generate --bus` writes: known before there is a core, so that a folder can be tried.

    Parameters
    ----------
    bus
        One of BUSES, or None for a core without a bus, which has no files of this kind.
    core_name
        Name of the core's module.
    folder
        Where they will lie.
    """

    def __init__(self, bus: str | None, core_name: str, folder: Path):
        self._bus = bus
        self._folder = folder
        kinds = file_kinds(core_name) if bus else {}
        self.kinds: dict[Path, str] = {folder / name: kind for name, kind in kinds.items()}
        """What each file is."""

    @property
    def outputs(self) -> dict[str, Path]:
        """The files, as `check_outputs` takes them."""
        return {f"--bus {self._bus} ({kind})": path for path, kind in self.kinds.items()}

    def write(self, core: CoreDesign, device: Device | None) -> CoreFiles:
        """Write the core's files and those of the bus, each whole or not at all.

        Raises
        ------
        OSError
            A file cannot be written.
        ValueError
            The core has more of something than the bus has room for.
        """
        texts = AxiDesign(core=core).files(device) if self._bus else {}
        with only_user(self._folder):  # they belong together
            paths = write_core(core, self._folder)
            for path in self.kinds:
                with atomic_file(path) as unfinished:
                    unfinished.write_text(texts[path.name], encoding="utf-8")
        return paths
