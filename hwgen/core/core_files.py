"""The files that a core is handed over in: Verilog, manifest, lint waivers and template."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from hwgen.core.design import CoreDesign
from hwgen.export.lint_waivers import lint_waivers
from hwgen.export.template import template
from software_ref.console.atomic_file import atomic_file
from software_ref.manifest import manifest

__all__ = ["CoreFiles", "write_core"]


@dataclass(frozen=True, kw_only=True)
class CoreFiles:
    """Where they are."""

    verilog: Path
    """The core, `NAME.v`."""
    manifest: Path
    """What a host or a bench must know of it, `NAME.json`."""
    lint_waivers: Path
    """What Verilator's lint says of it and is meant, `NAME.vlt`."""
    template: Path
    """How to instantiate it, `NAME.veo`: Verilog, but no module that a tool should read."""

    @classmethod
    def of(cls, folder: Path, name: str) -> CoreFiles:
        """Those of a top module, in a folder."""
        return cls(
            verilog=folder / f"{name}.v",
            manifest=folder / f"{name}.json",
            lint_waivers=folder / f"{name}.vlt",
            template=folder / f"{name}.veo",
        )


def write_core(design: CoreDesign, folder: Path) -> CoreFiles:
    """Write them into a folder that is there, each whole or not at all."""
    paths = CoreFiles.of(folder, design.name)
    description, verilog = manifest(design), design.verilog
    for path, text in (
        (paths.verilog, verilog),
        (paths.manifest, json.dumps(description, indent=2) + "\n"),
        (paths.lint_waivers, lint_waivers(f"*{paths.verilog.name}")),
        (paths.template, template(description)),
    ):
        with atomic_file(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    return paths
