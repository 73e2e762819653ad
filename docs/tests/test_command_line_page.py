"""docs/command_line.md against the commands themselves: names, options, and what may be chosen."""

from __future__ import annotations

import argparse
import re
from importlib import import_module
from typing import Any

import pytest

from docs.tests.pages import ROOT, section
from presparse.cli import COMMANDS, CommandModule
from software_ref.activation_functions import ACTIVATIONS
from software_ref.experiments.registry import EXPERIMENTS, load_experiment
from software_ref.mlp.recommended import (
    BATCH,
    EPOCHS,
    MOST_EPOCHS,
    OPTIMISER,
    RATES,
    SCHEDULE,
    STEPS,
)

PAGE = ROOT / "docs" / "command_line.md"
OPTION = re.compile(r"--[a-z][a-z0-9-]*")


def actions(command: str) -> list[argparse.Action]:
    """The arguments of a command, without --help."""
    module: CommandModule = import_module(COMMANDS[command].module)
    parser = argparse.ArgumentParser(add_help=False)
    module.add_arguments(parser)
    return parser._actions


def options(command: str) -> set[str]:
    return {name for action in actions(command) for name in action.option_strings}


def synopsis(command: str) -> str:
    """The indented lines that a section starts with."""
    lines = section(PAGE, f"## {command}").strip("\n").splitlines()
    end = next(n for n, line in enumerate(lines) if not line.startswith("    "))
    return "\n".join(lines[:end])


def test_the_table_of_commands_has_all_of_them() -> None:
    text = PAGE.read_text(encoding="utf-8").split("\n## ")[0]
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_section_has_the_options_that_there_are(command: str) -> None:
    text, known = section(PAGE, f"## {command}"), options(command)
    assert synopsis(command).split()[:2] == ["presparse", command]
    assert known - {*OPTION.findall(text)} == set()
    named = synopsis(command) + "\n".join(re.findall(r"^\| (.+?) \|", text, re.MULTILINE))
    assert {*OPTION.findall(named)} - known == set()


def test_the_page_names_the_commands_without_json() -> None:
    without = {command for command in COMMANDS if "--json" not in options(command)}
    assert without == {"board-sim", "completion", "experiment"}  # as its introduction says


@pytest.mark.parametrize("command", COMMANDS)
def test_a_section_names_all_that_an_option_can_be(command: str) -> None:
    text = section(PAGE, f"## {command}")
    for other in re.findall(r"as for `([a-z-]+)`", text):
        text += section(PAGE, f"## {other}")
    for action in actions(command):
        for choice in action.choices or ():
            found = re.search(rf"(?<![\w-]){re.escape(str(choice))}(?![\w-])", text)
            assert found, (command, action.dest, choice)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_number_that_a_section_calls_the_default_is_it(command: str) -> None:
    """Of an option's own row: "(default 8)", "default: 3", "120 by default"."""
    told = re.compile(r"default:? ([\d.]+)|([\d.]+) by default|([\d.]+) processes by default")
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", section(PAGE, f"## {command}"), re.MULTILINE)
    defaults: dict[str, Any] = {
        name: action.default for action in actions(command) for name in action.option_strings
    }
    for head, meaning in rows:
        for number in filter(None, (a or b or c for a, b, c in told.findall(meaning))):
            (option, *_) = OPTION.findall(head)
            assert float(number.rstrip(".")) == defaults[option], (command, option)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_the_settings_that_suit_a_network_are_those_of_the_table(hidden: str) -> None:
    chosen = OPTIMISER[hidden]
    others = [f"`{name}`: {rate:g}" for name, rate in RATES[hidden].items() if name != chosen]
    title = {"sigmoid": "sigmoid", "relu": "ReLU"}[hidden]
    row = f"| {title} | `{chosen}` | {RATES[hidden][chosen]:g} ({', '.join(others)}) |"
    text = section(PAGE, "## fit")
    assert row in text
    sigmoid = next(line for line in text.splitlines() if line.startswith("| sigmoid |"))
    assert f"| of {BATCH} | {EPOCHS}; where" in sigmoid
    assert f"so many that {STEPS:,} steps are taken, at most {MOST_EPOCHS} |" in sigmoid
    assert f"`{SCHEDULE.kind},{SCHEDULE.factor:g}` (the default)" in text


def test_the_sets_of_experiments_are_listed() -> None:
    (row,) = re.findall(r"^\| `--sets A,B` \| (.+) \|$", section(PAGE, "## experiment"), re.M)
    sets = {name for each in EXPERIMENTS for name in load_experiment(each).SETS}
    assert {*re.findall(r"`([a-z0-9]+)`", row)} == sets
