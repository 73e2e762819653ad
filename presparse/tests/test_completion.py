"""Shell completion: what bash offers with the script of `presparse completion bash`."""

from __future__ import annotations

import shutil
import subprocess

import pytest
import shtab

from presparse.cli import COMMANDS, main

LINES = {
    "presparse tr": "train",
    "presparse host st": "status stop",
    "presparse train --pred": "--predictions",
    "presparse check examp": "examples",  # a file or folder
}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_options_choices_and_files(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    for line, offered in LINES.items():
        *_, last = words = line.split()
        ask = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _shtab_presparse"
        done = subprocess.run(
            ["bash", "-c", f"{script}\n{ask}\n" + 'echo "${COMPREPLY[@]}"'],
            cwd=request.config.rootpath,
            capture_output=True,
            text=True,
            check=True,
        )
        assert offered in done.stdout.strip(), last


@pytest.mark.parametrize("shell", shtab.SUPPORTED_SHELLS)
def test_other_shells_have_scripts(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)
