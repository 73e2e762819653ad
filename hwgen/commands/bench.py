"""`presparse bench`: writes a testbench of a network's core with golden vectors, the user's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.bench.project import LANGUAGES, BenchProject, project_files, write_bench
from hwgen.commands.core_option import add_core, add_resume, core_design
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_network_file,
    add_samples,
)
from software_ref.console.output import (
    check_outputs,
    make_folder,
    print_notes,
    table_lines,
    write_json,
)
from software_ref.console.shared_folder import only_user
from software_ref.loading import inputs_of, load_training_data
from software_ref.network_file import read_network_file
from software_ref.plan.ports import CORE_NAME

__all__ = ["add_arguments", "run"]

SAMPLES = 50
"""Samples that a bench plays unless told otherwise."""
COMMANDS = {"cocotb": "python run.py", "verilog": "make"}
"""What runs a bench in its folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_resume(parser)
    parser.add_argument(
        "--language",
        choices=tuple(LANGUAGES),
        default="cocotb",
        help="of the bench (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder for the bench (default: NETWORK_bench)",
    )
    add_data(parser)
    add_samples(parser, least=1, what=f"play the first N training samples (default: {SAMPLES})")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    folder: Path = arguments.output or Path(f"{file.name}_bench")
    make_folder("--output", folder)
    names = project_files(folder, CORE_NAME, arguments.language)
    check_outputs(
        {"--json": arguments.json} | {f"--output ({path.name})": path for path in names},
        inputs=inputs_of(file, arguments.data),
    )
    samples = arguments.samples or SAMPLES
    data = load_training_data(file, arguments.data, samples=samples, test_samples=0)
    print_notes(data.notes)
    design = core_design(file, arguments, inputs=data.inputs)
    with only_user(folder):  # its files belong together
        project = write_bench(
            design,
            folder,
            features=data.train_features,
            labels=data.train_labels,
            rate_exponent=file.training.rate_exponent_at(0),
            language=arguments.language,
        )
    _print(file.name, arguments.language, project)
    if arguments.json:
        write_json(
            arguments.json,
            {
                "folder": str(folder),
                "language": arguments.language,
                "core": {name: str(path) for name, path in vars(project.core).items()},
                "bench": [str(path) for path in project.bench],
                "samples": project.samples,
                "parameters": project.parameters,
            },
        )
    return 0


def _print(name: str, language: str, project: BenchProject) -> None:
    rows = [
        ("samples", project.samples),
        ("parameters read back", project.parameters),
        ("bench", project.bench[0]),
        ("run it with", f"cd {project.folder} && {COMMANDS[language]}"),
    ]
    print("\n".join(table_lines((name, ""), rows)))
