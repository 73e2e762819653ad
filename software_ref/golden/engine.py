"""Which of the two golden trainers to use: the compiled one where Numba is, else NumPy's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias, Union

from software_ref.console.cache_folder import cache_environment
from software_ref.console.errors import ToolError
from software_ref.golden.edges import Pattern
from software_ref.golden.parameters import Parameters
from software_ref.golden.trainer import GoldenTrainer
from software_ref.network import Network

if TYPE_CHECKING:
    from software_ref.golden.compiled import CompiledTrainer

__all__ = ["ENGINES", "AnyGoldenTrainer", "find_engine", "golden_trainer"]

AnyGoldenTrainer: TypeAlias = Union[GoldenTrainer, "CompiledTrainer"]
ENGINES = ("auto", "compiled", "numpy")
"""What golden arithmetic runs in; "auto" is "compiled" where Numba can be imported."""


def find_engine(engine: str = "auto") -> str:
    """The engine that "auto" stands for, "compiled" or "numpy", or `engine` itself.

    Raises
    ------
    ToolError
        "compiled" is asked for, but Numba cannot be imported.
    ValueError
        There is no such engine.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, not {engine!r}")
    if engine == "numpy":
        return engine
    # Numba looks for its folders as soon as it is imported.
    os.environ.update(cache_environment())
    try:
        import numba  # noqa: F401
    except ImportError as error:
        if engine == "auto":
            return "numpy"
        raise ToolError(
            f"the compiled engine needs Numba, which cannot be imported ({error}); "
            "install it with pip install numba, or use the engine numpy"
        ) from error
    return "compiled"


def golden_trainer(
    network: Network,
    parameters: Parameters,
    lags: Sequence[int],
    patterns: Sequence[Pattern] | None = None,
    *,
    engine: str = "auto",
) -> AnyGoldenTrainer:
    """Make a golden trainer; both engines give the same bits.

    Parameters
    ----------
    network, parameters, lags, patterns
        As `GoldenTrainer` has them.
    engine : str
        One of `ENGINES`.

    Raises
    ------
    ToolError, ValueError
        As `find_engine` and `GoldenTrainer`.
    """
    if find_engine(engine) == "numpy":
        return GoldenTrainer(network, parameters, lags, patterns)
    # Here, as Numba need not be installed.
    from software_ref.golden.compiled import CompiledTrainer

    return CompiledTrainer(network, parameters, lags, patterns)
