"""What a user installs: every module and data file, no tests, nothing beside the package."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("boards", "hwgen", "presparse", "software_ref")
NOT_SHIPPED = ("tests", "testing")


@pytest.mark.slow  # pip fetches the build backend
def test_a_wheel_has_every_module_and_data_file_and_no_tests(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("presparse-*.whl")
    found = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert found == {
        name
        for name in tracked
        if not set(NOT_SHIPPED) & set(Path(name).parts) and Path(name).suffix != ".md"
    }
