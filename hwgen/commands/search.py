"""`presparse search`: the best sparse networks for a data set and a device."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hwgen.search.filter import FILTERS
from hwgen.search.finals import FinalResult, final_lines, final_results
from hwgen.search.limits import Limits
from hwgen.search.objectives import OBJECTIVES
from hwgen.search.record import TrialRecord
from hwgen.search.request import Search, data_of, write_results
from hwgen.search.result import SearchResult
from hwgen.search.storage import FORMS
from hwgen.search.study import SAMPLERS
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_stop_early,
    integer_from,
    number_of,
    percentage,
)
from software_ref.console.output import check_outputs, percent, write_json
from software_ref.console.progress import ProgressBar
from software_ref.datasets.registry import ENDINGS, NAMES
from software_ref.devices import DEVICES
from software_ref.file_options import TargetOptions
from software_ref.plan.pipelining import PIPELINES

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    parser.add_argument(
        "dataset",
        metavar="DATA",
        help=f"the data set: {', '.join(NAMES)}, a file of samples ({', '.join(ENDINGS)}), or a "
        "network file, whose [data] and [target] are taken",
    )
    add_data(parser)
    parser.add_argument("--device", choices=sorted(DEVICES), help="the FPGA (xc7a100t)")
    parser.add_argument(
        "--pipeline", choices=tuple(PIPELINES), help="logic between two registers (deep)"
    )
    for name, what in (
        ("weights", "weights"),
        ("clocks", "clocks a sample"),
        ("lut", "LUTs"),
        ("ff", "flip-flops"),
        ("dsp", "DSP blocks"),
        ("bram", "block RAMs of 36 kbit"),
    ):
        parser.add_argument(
            f"--max-{name}",
            type=integer_from(0 if name in ("dsp", "bram") else 1),
            metavar="N",
            help=f"the most {what} that a network may have",
        )
    parser.add_argument(
        "--objectives",
        type=_names,
        default=("accuracy", "parameters", "clocks"),
        metavar="A,B",
        help="what is wanted, of "
        + "; ".join(f"{name}: {each.what}" for name, each in OBJECTIVES.items())
        + " (accuracy,parameters,clocks)",
    )
    parser.add_argument(
        "--reach",
        type=_part,
        metavar="PERCENT",
        help="the validation accuracy that the objectives epochs and time are counted to",
    )
    parser.add_argument(
        "--at-least",
        type=_part,
        default=0.0,
        metavar="PERCENT",
        help="leave networks of a lower validation accuracy off the front",
    )
    parser.add_argument(
        "--layers", type=_span, default=(1, 4), metavar="N:N", help="hidden layers (1:4)"
    )
    parser.add_argument(
        "--width",
        type=_span,
        default=(16, 256),
        metavar="N:N",
        help="neurons of a hidden layer (16:256)",
    )
    parser.add_argument(
        "--epochs", type=integer_from(1), default=12, metavar="N", help="the most epochs (12)"
    )
    add_stop_early(parser)
    parser.add_argument(
        "--fix",
        type=_fixed,
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="leave a parameter one value, or those of a range (rate=2:4, kind=free)",
    )
    parser.add_argument(
        "--hold-out",
        type=integer_from(1),
        metavar="N",
        help="validate with N training samples, each class by its share (one in six, at most "
        "10,000)",
    )
    parser.add_argument(
        "--trials",
        type=integer_from(1),
        metavar="N",
        help="finished trials of the study, earlier ones and those of others included (100, "
        "unless --minutes is given)",
    )
    parser.add_argument(
        "--minutes", type=number_of("minutes"), metavar="M", help="begin no trial after M minutes"
    )
    parser.add_argument(
        "--sampler", choices=SAMPLERS, default="tpe", help="how values are chosen (%(default)s)"
    )
    parser.add_argument(
        "--whole", action="store_true", help="train every trial to its end, without cheap rungs"
    )
    parser.add_argument(
        "--filter",
        choices=FILTERS,
        default="report",
        help="networks that are judged poor before training: train them like all others and tell "
        "how often that was right (report), leave out three of four (on), or judge none (off)",
    )
    parser.add_argument(
        "--seed", type=integer_from(0), default=1, metavar="N", help="of all that is random (1)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few small trials, to see that it works"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("search"),
        metavar="DIR",
        help="folder of picture, page, network files, and of the study itself (%(default)s)",
    )
    parser.add_argument(
        "--storage",
        metavar="URL",
        help=f"keep the study elsewhere: {', '.join(FORMS)}; processes that name the same storage "
        "and study share it",
    )
    parser.add_argument("--study", metavar="NAME", help="its name (that of the data set)")
    parser.add_argument(
        "--jobs", type=integer_from(1), default=1, metavar="N", help="local processes (1)"
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="train on the Dask cluster of this scheduler (tcp://host:8786) in place of --jobs",
    )
    parser.add_argument(
        "--explain", action="store_true", help="tell how much each parameter matters"
    )
    parser.add_argument(
        "--test",
        type=integer_from(1),
        metavar="SEEDS",
        help="at the end, train the front's networks on all training samples with the seeds 1 to "
        "SEEDS, and test them: nothing has read the test samples before",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    check_outputs({"--json": arguments.json})
    search = _search(arguments)
    budget = search.budget(arguments.trials, arguments.minutes)
    study = search.open(arguments.output)
    done = len(study.trials())
    if done:
        print(f"{study.name}: going on after {done} trials in {study.place}", flush=True)
    total = budget.trials or 0
    try:
        with ProgressBar(max(0, total - done), unit="trial", description=study.name) as bar:
            bar.print(_HEADER)

            def told(trial: TrialRecord) -> None:
                bar.print(_row(trial))
                bar.update()

            search.run(study, budget, told)
    except KeyboardInterrupt:
        result = SearchResult.of(study)
        if result.front:
            _write(result, arguments, {"interrupted": True})
        raise KeyboardInterrupt(
            f"with {len(result.trials)} trials finished and kept in {study.place}; the same "
            "command goes on from there"
        ) from None
    result = SearchResult.of(study, explain=arguments.explain)
    print("\n".join(["", result.summary, "", *result.table(), ""]))
    print("\n".join(each.text for each in result.findings))
    print("\n".join(result.filter_lines))
    if arguments.explain:
        print("\n".join(["", *result.explanation()]))
    _write(result, arguments, {"interrupted": False})
    if arguments.test is not None:
        finals = _finals(result, arguments)
        print("\n".join(["", *final_lines(result, finals)]))
        if arguments.json:
            tested = {"test": [each.document() for each in finals]}
            write_json(arguments.json, result.document() | {"interrupted": False} | tested)
    return 0


def _finals(result: SearchResult, arguments: argparse.Namespace) -> list[FinalResult]:
    trained = 0
    with ProgressBar(len(result.front) * arguments.test, unit="training") as bar:

        def finished() -> None:
            nonlocal trained
            trained += 1
            bar.update()

        try:
            return final_results(
                result,
                arguments.test,
                arguments.output,
                jobs=arguments.jobs,
                scheduler=arguments.scheduler,
                finished=finished,
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"after {trained} trainings for the test, which are kept; the same command goes on "
                "from there"
            ) from None


def _search(arguments: argparse.Namespace) -> Search:
    data, target = data_of(arguments.dataset)
    device = arguments.device or target.device
    target = TargetOptions(
        device=device,
        dsp_budget=target.dsp_budget if device == target.device else None,
        pipeline=arguments.pipeline or target.pipeline,
    )
    return Search(
        data=data,
        limits=Limits(
            target=target,
            weights=arguments.max_weights,
            clocks=arguments.max_clocks,
            lut=arguments.max_lut,
            ff=arguments.max_ff,
            dsp=arguments.max_dsp,
            bram36=arguments.max_bram,
        ),
        data_dir=arguments.data,
        fixed=dict(arguments.fix),
        **{
            name: getattr(arguments, name)
            for name in (
                *("hold_out", "objectives", "reach", "at_least", "layers", "width", "epochs"),
                *(
                    "stop_early",
                    "filter",
                    "whole",
                    "seed",
                    "quick",
                    "storage",
                    "study",
                    "sampler",
                    "jobs",
                ),
                "scheduler",
            )
        },
    )


def _write(result: SearchResult, arguments: argparse.Namespace, more: dict[str, Any]) -> None:
    paths = write_results(result, arguments.output)
    networks = paths[2:]
    print(f"\nwrote {paths[0]}, {paths[1]}")
    if networks:
        print(f"networks: {networks[0]} to {networks[-1].name}")
    if arguments.json:
        write_json(arguments.json, result.document() | more)


_HEADER = "trial  validation %  parameters  clocks  network"


def _row(trial: TrialRecord) -> str:
    network, figures = trial.file.network, trial.figures
    ended = "" if trial.stopped is None else f", ended at rung {trial.stopped}"
    return (
        f"{trial.number:5}  {percent(figures['accuracy']):>12}  {figures['parameters']:10,}  "
        f"{figures['clocks']:6}  {'-'.join(map(str, network.layers))}{ended}"
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _part(text: str) -> float:
    return percentage(text) / 100


def _span(text: str) -> tuple[int, int]:
    try:
        ends = [int(part) for part in text.split(":")]
    except ValueError:
        ends = []
    if len(ends) not in (1, 2) or not 1 <= ends[0] <= ends[-1]:
        raise argparse.ArgumentTypeError(
            f"must be one number from 1, or two with a colon between them, not {text!r}"
        )
    return ends[0], ends[-1]


def _fixed(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, such as kind=free, not {text!r}")
    return name, value
