"""Every command of README.md and docs/ runs, or is at least understood; what is shown is printed.

Cheap commands run from a fresh folder, on small networks under the examples' names. Where a page
shows what a command prints, it runs on the real example, and prints that. Of the others the
arguments are parsed, and `ELSEWHERE` names the test that runs the command; what needs hardware,
foreign tools or much time is marked on the page.
"""

from __future__ import annotations

import argparse
import re
import runpy
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from docs.tests.pages import PAGES, ROOT, Shown, shown_commands
from hwgen.bench.verilog_project import VERILOG_MAKEFILE
from presparse.cli import COMMANDS, main
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.experiments.registry import load_experiment
from software_ref.experiments.scale import Scale
from software_ref.golden import initial_parameters, minimum_lags
from software_ref.network_file import read_network_file

ALL = [shown for page in PAGES for shown in shown_commands(page)]

ELSEWHERE = {
    "simulate": "rtl_tests/test_commands.py",
    "compare": "rtl_tests/test_commands.py",
    "synth": "rtl_tests/test_commands.py",
    "pnr": "hwgen/tests/test_command_pnr.py",
    "build": "boards/tests/test_command_build.py",
    "check-bitstream": "boards/tests/test_xc7_check.py",
    "host": "boards/tests/processes.py",
    "board-sim": "boards/tests/test_board_sim.py",
    "import": "software_ref/tests/test_command_import.py",
    "experiment": "software_ref/experiments/tests/test_experiments.py",
    "search": "hwgen/tests/test_command_search.py",
}
"""Commands that would take too long here, with a test that runs each on something small."""

NETWORK = """\
[network]
layers = [8, 4, 4]
out_degree = [1, 2]
parallelism = [4, 2]
classes = 3
[data]
name = "points.npz"
train = 40
test = 20
[training]
epochs = 2
"""
"""What stands in for every example."""
STATES = ("run.npz", "digits.npz")
"""What other commands on the pages save, and some of them begin with."""
SAMPLES = 12_544
"""Of the data set: as many as a page asks for, though the network file takes few."""

PLACES = {
    "DIR": "data",
    "PORT": "/dev/null",
    "KIND": "planned",
    "NET.toml": "examples/digits.toml",
    "NETWORK.toml": "examples/digits.toml",
}
"""What the words in capitals stand for."""

MARKS = re.compile(r"\bneeds\b|\bminutes?\b|\bhours?\b")
"""How a page says that a command needs hardware, another tool, or time."""

VARYING = {
    # A row's accuracies of the float model, and samples/s; those of the golden model stay.
    "train": re.compile(
        r"(?<=\.\d\d)(( +\d+\.\d\d){2}( +\d+)?| +\d{3,})$|float [\d.]+ .*$", re.MULTILINE
    ),
    "fit": re.compile(r"\b\d+\.\d+( %|\b)"),
    "generate": re.compile(r"\d+(?= lines$)", re.MULTILINE),
}
"""What differs from machine to machine, from run to run, or with the generator."""


def presparse(commands: Sequence[Shown]) -> list[Shown]:
    return [shown for shown in commands if shown.words[0] == "presparse"]


def is_synopsis(shown: Shown) -> bool:
    """Whether it is a form to fill in: `[--json FILE]`, `a|b`, COMMAND."""
    return any(re.search(r"[\[|]|^COMMAND$", word) for word in shown.words)


def is_mention(shown: Shown) -> bool:
    """Whether it names a command, and perhaps options, without a network to run it on."""
    if shown.words[1:] == ("search",):
        return True
    if shown.words[1] in ("experiment", "dataset", "design", "search"):
        return False
    return not any(word.endswith((".toml", ".tml")) for word in shown.words)


COMPLETE = [shown for shown in presparse(ALL) if not is_synopsis(shown) and not is_mention(shown)]
SHOWN = [
    shown
    for shown in COMPLETE
    if shown.output and (shown.words[1] not in ELSEWHERE or len(shown.words) == 2)
]
"""Cheap commands with what they print."""
RUN = [shown for shown in COMPLETE if shown not in SHOWN and shown.words[1] not in ELSEWHERE]
"""Cheap commands without."""
PARSED = [shown for shown in COMPLETE if shown not in SHOWN and shown not in RUN]


def unique(commands: Sequence[Shown]) -> list[Any]:
    """Each wording once, named by where it is first."""
    found = {shown.words: shown for shown in reversed(commands)}
    return [pytest.param(shown, id=str(shown)) for shown in reversed(found.values())]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with small networks under the examples' names, with data and a state to resume."""
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "examples").mkdir()
    for path in (ROOT / "examples").glob("*.toml"):
        (folder / "examples" / path.name).write_text(NETWORK)
    network = read_network_file(folder / "examples" / "digits.toml").network
    state = Checkpoint(parameters=initial_parameters(network, 1), lags=minimum_lags(network))
    for name in STATES:
        save_checkpoint(folder / name, state)
    (folder / "data").mkdir()
    rng = np.random.default_rng(1)

    def split(count: int, shape: tuple[int, ...]) -> tuple[Any, Any]:
        return rng.integers(0, 256, (count, *shape), np.uint8), np.arange(count) % 3

    for name, train, shape in (("points", SAMPLES, (8,)), ("mnist", 300, (28, 28))):
        (x_train, y_train), (x_test, y_test) = split(train, shape), split(30, shape)
        np.savez(
            folder / "data" / f"{name}.npz",
            x_train=x_train,
            y_train=y_train,
            x_test=x_test,
            y_test=y_test,
        )
    return folder


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


def filled_in(shown: Shown, **places: str) -> list[str]:
    """The words after "presparse", with what capitals stand for."""
    return [(PLACES | places).get(word, word) for word in shown.words[1:]]


def comparable(shown: Shown, text: str) -> str:
    """What is printed, without what differs from run to run."""
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    varying = VARYING.get(shown.words[1])
    return varying.sub("", text) if varying else text


class Parsed(BaseException):
    """Raised in place of the work, once the arguments are parsed."""


@pytest.fixture
def only_parse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command do more than to parse its arguments."""
    parse_args = argparse.ArgumentParser.parse_args

    def parse(self: argparse.ArgumentParser, *arguments: Any) -> Any:
        raise Parsed(parse_args(self, *arguments))

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)


@pytest.mark.parametrize("shown", unique(RUN))
def test_a_cheap_command_runs_from_a_fresh_folder(
    shown: Shown, fresh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(fresh)
    words = filled_in(shown)
    if "--data" not in words and words[1].endswith(".toml"):
        wanted = ("bench", "train", "fit", "profile", "export")
        words += ["--data", "data"] if words[0] in wanted else []
    assert main(words) == 0, capsys.readouterr().err


@pytest.mark.parametrize("shown", unique([each for each in SHOWN if "DIR" not in each.words]))
def test_what_a_page_shows_is_what_is_printed(
    shown: Shown, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy)
    status = main(filled_in(shown))
    output, error = capsys.readouterr()
    assert status == (2 if error else 0)
    assert comparable(shown, output + error) == comparable(shown, "\n".join(shown.output))


@pytest.mark.real_data
@pytest.mark.parametrize("shown", unique([each for each in SHOWN if "DIR" in each.words]))
def test_what_a_page_shows_of_real_data_is_what_is_printed(
    shown: Shown,
    copy: Path,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = filled_in(shown, DIR=str(data_dir.resolve()))
    monkeypatch.chdir(copy)
    assert main(words) == 0
    printed, output = capsys.readouterr().out, list(shown.output)
    if output[0] == "...":  # what comes before is shown elsewhere
        del output[0]
        printed = "\n".join(printed.splitlines()[-len(output) :])
    assert comparable(shown, printed) == comparable(shown, "\n".join(output))


@pytest.mark.usefixtures("only_parse")
@pytest.mark.parametrize("shown", unique(PARSED))
def test_an_expensive_command_is_understood_and_run_by_another_test(
    shown: Shown, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(fresh)
    with pytest.raises(Parsed) as parsed:
        main(filled_in(shown))
    command = shown.words[1]
    assert f'"{command}"' in (ROOT / ELSEWHERE[command]).read_text(encoding="utf-8")
    if command == "experiment":
        (arguments,) = parsed.value.args
        assert load_experiment(arguments.name).plan(Scale(sets=arguments.sets))


@pytest.mark.parametrize(
    "shown", unique([each for each in presparse(ALL) if is_mention(each) or is_synopsis(each)])
)
def test_a_command_that_is_mentioned_has_the_options(
    shown: Shown, capsys: pytest.CaptureFixture[str]
) -> None:
    _, command, *words = shown.words
    if command in ("COMMAND", "--version"):
        command = "check"
    assert main([command, "--help"]) == 0
    known = re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out)
    assert command in COMMANDS
    assert {word for word in re.findall(r"--[a-z][a-z-]*", " ".join(words))} <= {*known}


@pytest.mark.usefixtures("only_parse")
@pytest.mark.parametrize(
    "shown", unique([each for each in ALL if each.words[:2] == ("python", "-m")])
)
def test_a_module_understands_its_arguments(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, module, *words = shown.words
    # A synopsis shows each option in brackets.
    words = [PLACES.get(word, word) for word in words if "PROOF" not in word and word != "...]"]
    words = [word.strip("[]").replace("FILE", "out.json") for word in words]
    if module == "presparse":
        words = ["check", "examples/digits.toml"]
    monkeypatch.setattr(sys, "argv", [module, *words])
    for loaded in (module, f"{module}.__main__"):  # or runpy would warn
        monkeypatch.delitem(sys.modules, loaded, raising=False)
    with pytest.raises(Parsed):
        runpy.run_module(module, run_name="__main__")


def test_a_benchmark_runs_in_a_test_or_is_marked() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    modules = {each.words[2] for each in ALL if each.words[:2] == ("python", "-m")}
    benchmarks = {name.removeprefix("benchmarks.") for name in modules if "benchmarks" in name}
    assert benchmarks
    for name in benchmarks:
        if not (ROOT / "benchmarks" / "tests" / f"test_{name}.py").exists():
            after = re.findall(rf"`python -m benchmarks\.{name}\b[^`]*`([^|.]*)", text)
            assert any(map(MARKS.search, after)), f"benchmarks.{name} has no mark"


OTHERS = [each for each in ALL if each.words[0] not in ("presparse", "python")]


@pytest.mark.parametrize("shown", unique(OTHERS))
def test_a_foreign_command_is_one_of_the_project_or_marked(shown: Shown) -> None:
    program, *words = shown.words
    if program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8") + VERILOG_MAKEFILE
        targets = [word for word in words if "=" not in word]
        assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    elif program == "pytest":
        assert all((ROOT / word).is_file() for word in words)
    elif program in ("pip", "python3"):
        extras = re.findall(r"presparse\[(\w+)\]", shown.text)
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras)
    elif program == "verilator":
        lint = (ROOT / "rtl_tests" / "test_verilog_quality.py").read_text(encoding="utf-8")
        assert "--lint-only" in lint  # there it runs on all examples
    else:
        assert MARKS.search(shown.text.partition("#")[2]), f"{shown} has no mark"
