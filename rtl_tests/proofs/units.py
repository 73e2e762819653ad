"""The units under proof: as they are, or with one line of their source changed."""

from __future__ import annotations

import importlib
import inspect
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

from amaranth.hdl import Elaboratable, Fragment, Signal, Value

__all__ = ["Elaborated", "Mutation", "Units"]


@dataclass(frozen=True)
class Mutation:
    """A mistake put into a unit's source, to show that its proof would notice."""

    module: str
    """Module it is in, such as "hwgen.parts.arithmetic"."""
    old: str
    """Text that occurs once in the source."""
    new: str
    """Text that replaces it."""

    def apply(self, source: str) -> str:
        """The source with the mistake.

        Raises
        ------
        ValueError
            The text does not occur exactly once: the unit has changed, and so must the mutation.
        """
        count = source.count(self.old)
        if count != 1:
            raise ValueError(f"{self.old!r} must occur once in {self.module}, not {count} times")
        return source.replace(self.old, self.new)


class Units:
    """Loads private copies of the generator's modules, so that proofs may look into them.

    Parameters
    ----------
    mutation
        The mistake to make, if any.

    Attributes
    ----------
    signals : dict
        By name, the signals that units loaded with `probed` made with `Signal(...)`, the last one
        where several share a name. Invariants of proofs need registers that no port shows.
    """

    def __init__(self, mutation: Mutation | None = None):
        self._mutation = mutation
        self._copies: dict[str, ModuleType] = {}
        self.signals: dict[str, Signal] = {}

    def load(self, name: str, *, probed: bool = False) -> Any:
        """The module `name`, as a copy of its own that imports from the copies loaded before it."""
        module = importlib.import_module(name)
        source = inspect.getsource(module)
        if self._mutation is not None and self._mutation.module == name:
            source = self._mutation.apply(source)
        copy = ModuleType(name)
        copy.__file__ = module.__file__
        self._copies[name] = copy
        with patch.dict(sys.modules, self._copies):
            exec(compile(source, str(module.__file__), "exec"), copy.__dict__)
        if probed:
            copy.Signal = self._signal  # type: ignore[attr-defined]
        return copy

    def _signal(self, *arguments: Any, **options: Any) -> Signal:
        signal = Signal(*arguments, src_loc_at=1, **options)
        value = Value.cast(signal)
        self.signals[value.name] = value
        return signal


class Elaborated(Elaboratable):
    """A component that is elaborated at once, so that its signals are known before the bench is."""

    def __init__(self, component: Elaboratable):
        self._fragment = Fragment.get(component, None)

    def elaborate(self, platform: object) -> Fragment:
        return self._fragment
