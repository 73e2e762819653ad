"""Where PyTorch is absent, the package works, and its module for PyTorch says what it needs."""

from __future__ import annotations

import subprocess
import sys

ABSENT = """\
import sys
sys.modules["torch"] = None
import presparse, presparse.cli
presparse.Network([8, 4], [1])
try:
    import presparse.torch
except ImportError as error:
    print(error)
"""


def test_the_module_for_pytorch_says_what_it_needs() -> None:
    run = subprocess.run([sys.executable, "-c", ABSENT], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("presparse.torch needs PyTorch, which cannot be imported (")
    assert run.stdout.endswith("); install it with pip install torch\n")


def test_nothing_else_imports_pytorch() -> None:
    script = (
        "import sys, presparse\n"
        "[getattr(presparse, name) for name in presparse.__all__]\n"
        "sys.exit('torch' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
