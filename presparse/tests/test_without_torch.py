"""Where PyTorch is absent, the package works, and its module for PyTorch says what it needs."""

from __future__ import annotations

import subprocess
import sys

ABSENT = """\
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ImportError("No module named torch", name="torch")
sys.meta_path.insert(0, NoTorch())
import presparse
for name in presparse.__all__:
    getattr(presparse, name)
try:
    import presparse.torch
except ImportError as error:
    print(error)
"""


def test_the_module_for_pytorch_alone_needs_it_and_says_so() -> None:
    run = subprocess.run([sys.executable, "-c", ABSENT], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("presparse.torch needs PyTorch, which cannot be imported (")
    assert run.stdout.endswith("); install it with pip install torch\n")
