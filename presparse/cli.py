"""The console command `presparse`: finds the subcommand, runs it, makes one line of an error."""

from __future__ import annotations

import argparse
import io
import os
import platform
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

from presparse import __version__
from presparse.errors import EXPECTED, messages, one_line
from software_ref.console.errors import ToolError

__all__ = ["COMMANDS", "Command", "main"]

WRONG_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
"""Exit statuses; the last two are what a shell reports for the signals INT and PIPE."""


@dataclass(frozen=True)
class Command:
    """A subcommand, imported only when it is chosen."""

    module: str
    """Dotted name of a module like `CommandModule`."""
    summary: str
    """One line for the list of commands."""


PACKAGES = ("software_ref.commands", "hwgen.commands", "boards.commands", "presparse.commands")
"""Packages of subcommands, in the order in which they are listed; each has a table COMMANDS."""


def _find_commands() -> dict[str, Command]:
    return {
        name: Command(f"{package}.{_module_name(name)}", summary)
        for package in PACKAGES
        for name, summary in import_module(package).COMMANDS.items()
    }


def _module_name(command: str) -> str:
    """The module of a command, whose name may be one that Python keeps for itself."""
    return f"{command}_" if iskeyword(command) else command.replace("-", "_")


COMMANDS = _find_commands()
"""Subcommands by name."""


class CommandModule(Protocol):
    """What a subcommand's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Run it and return the exit status.

        Wrong input raises ValueError, TypeError or OSError, a failing tool ToolError; the message
        is one line. KeyboardInterrupt may carry a line that says what was saved.
        """


def main(argv: Sequence[str] | None = None) -> int:
    """Run `presparse` with some arguments, by default those of the process.

    Returns
    -------
    int
        0, or what the command returned; 2 for wrong input or a failing tool, with one line on
        standard error; 130 after Ctrl-C; 141 when the reader of the output has gone.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal cannot show must not end the command.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except KeyboardInterrupt as interrupt:
        _complain(f"interrupted {one_line(str(interrupt))}".strip())
        return INTERRUPTED
    except EXPECTED as error:
        if "--debug" in arguments:
            traceback.print_exc()
        for message in messages(error):
            _complain(f"error: {message}")
        return WRONG_INPUT
    return status


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are exceptions with one line, like all other errors."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see {self.prog} --help)")


def _run(arguments: list[str]) -> int:
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    if chosen is not None and chosen not in COMMANDS:
        close = get_close_matches(chosen, COMMANDS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(COMMANDS)}"
        raise ValueError(f"unknown command {chosen!r}; {hint}")
    parser, subparsers = _top_parser()
    module: CommandModule | None = None
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.summary, allow_abbrev=False)
        if name == chosen:
            module = _load(name, command)
            _declare(subparser, command, module)
    parsed = parser.parse_args(arguments)
    if module is None:  # the parser refuses any word that is no command
        raise ValueError("a command must be given (see presparse --help)")
    return module.run(parsed)


def full_parser() -> argparse.ArgumentParser:
    """The parser with the arguments of every command, where `main` loads those of one alone."""
    import shtab

    from software_ref.commands.arguments import picture_path

    parser, subparsers = _top_parser()
    for name, command in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=command.summary, allow_abbrev=False)
        _declare(subparser, command, _load(name, command))
        for action in subparser._actions:
            if action.type in (Path, picture_path):  # both name files
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return parser


def _top_parser() -> tuple[_Parser, argparse._SubParsersAction[_Parser]]:
    parser = _Parser(
        prog="presparse",
        description="Pre-defined-sparse neural networks, from a TOML file to hardware that trains.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action=_Version, help="print the version, and the tools that are found"
    )
    subparsers = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", required=True
    )
    return parser, subparsers


def _declare(parser: argparse.ArgumentParser, command: Command, module: CommandModule) -> None:
    """Give a command's parser its description and its arguments."""
    parser.description = command.summary[0].upper() + command.summary[1:] + "."
    module.add_arguments(parser)
    parser.add_argument(
        "--debug", action="store_true", help="show where in the program an error arose"
    )


class _Version(argparse.Action):
    """Prints the version and the tools found, and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, **settings: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, **settings)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from boards.tools_found import find_tools
        from software_ref.console.output import table_lines

        print(f"presparse {__version__}, Python {platform.python_version()}\n", flush=True)
        rows = [(tool.name, tool.found or "not found", tool.used_for) for tool in find_tools()]
        print("\n".join(table_lines(("tool", "version", "for"), rows, text=(0, 1, 2))))
        parser.exit()


def _load(name: str, command: Command) -> CommandModule:
    try:
        return cast("CommandModule", import_module(command.module))
    except ImportError as error:
        raise ToolError(f"the command {name} cannot be loaded: {error}") from error


def _complain(line: str) -> None:
    print(f"presparse: {line}", file=sys.stderr)


def _discard_output() -> None:
    """Send what is still buffered nowhere, or Python would complain about it at its exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
