"""The options that commands about cores share, and the core that they ask for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from hwgen.core.design import CoreDesign
from software_ref.checkpoint import load_checkpoint
from software_ref.network_file import NetworkFile
from software_ref.plan.ports import CORE_NAME

__all__ = ["CoreKind", "add_core", "add_resume", "core_design", "core_inputs", "core_kind"]


class CoreKind(TypedDict):
    """What a core can do."""

    training: bool
    """Whether it trains."""
    constant: bool
    """Whether its parameters are constants."""


def add_core(parser: argparse.ArgumentParser) -> None:
    """Add `--core training|inference` and `--constant`."""
    parser.add_argument(
        "--core",
        choices=("training", "inference"),
        default="training",
        help="what the core can do; an inference core is smaller (default: %(default)s)",
    )
    parser.add_argument(
        "--constant",
        action="store_true",
        help="of an inference core: weights and biases are constants in read-only memories, "
        "without a parameter port",
    )


def add_resume(parser: argparse.ArgumentParser) -> None:
    """Add `--resume FILE.npz`."""
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE.npz",
        help="the core's memories begin with a saved file's weights, biases and connections "
        "(default: the initial ones)",
    )


def core_kind(arguments: argparse.Namespace) -> CoreKind:
    """The kind of core that `add_core`'s arguments name.

    Raises
    ------
    ValueError
        A training core is to have constant parameters.
    """
    training = arguments.core == "training"
    if arguments.constant and training:
        raise ValueError("--constant is for inference cores: give --core inference with it")
    return {"training": training, "constant": arguments.constant}


def core_inputs(arguments: argparse.Namespace) -> list[Path]:
    """Files that the core is made from, which no output may overwrite."""
    return [arguments.network_file, *([arguments.resume] if arguments.resume else [])]


def core_design(
    file: NetworkFile,
    arguments: argparse.Namespace,
    *,
    inputs: NDArray[np.int64] | None = None,
    name: str = CORE_NAME,
) -> CoreDesign:
    """The core of a network file that the arguments of `add_core` and `add_resume` ask for.

    `inputs` are those of CoreDesign, which only its manifest tells.

    Raises
    ------
    OSError
        The file of `--resume` cannot be read.
    ValueError
        It is no checkpoint of this network, or of other inputs; or as `core_kind`.
    """
    kind = core_kind(arguments)
    start = load_checkpoint(arguments.resume, file.network) if arguments.resume else None
    if start is not None and inputs is not None:
        start.check_same_inputs(inputs, where=str(arguments.resume))
    return CoreDesign.from_file(file, **kind, start=start, inputs=inputs, name=name)
