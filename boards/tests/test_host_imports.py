"""The host talks to boards without the hardware's language: it runs where only Python is."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["boards.host.session", "boards.commands.host"])
def test_the_host_does_not_import_amaranth(module: str) -> None:
    code = f"import sys, {module}; print([each for each in sys.modules if 'amaranth' in each])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
