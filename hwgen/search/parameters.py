"""What a search varies: named quantities, each with the values that it may take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any

import numpy as np

__all__ = ["Choice", "Parameter", "Range", "narrowed"]

Value = int | float | str | bool


class Parameter(ABC):
    """A quantity that a trial chooses."""

    name: str
    """Its name, as reports and `--fix` have it."""

    @abstractmethod
    def suggest(self, trial: Any) -> Value:
        """The value that an Optuna trial takes."""

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Value:
        """A random value."""

    @abstractmethod
    def nearest(self, value: Value) -> Value:
        """The nearest value that there is."""

    @abstractmethod
    def fixed(self, text: str) -> Parameter:
        """The same with the values of a text alone.

        Raises
        ------
        ValueError
            The text names none.
        """

    @abstractmethod
    def document(self) -> Any:
        """The values as JSON holds them."""


@dataclass(frozen=True, kw_only=True)
class Range(Parameter):
    """Numbers from one to another, evenly on a linear or a logarithmic scale."""

    name: str
    low: float
    high: float
    integer: bool = True
    log: bool = True

    def suggest(self, trial: Any) -> Value:
        """See Parameter."""
        if self.integer:
            return int(trial.suggest_int(self.name, int(self.low), int(self.high), log=self.log))
        return float(trial.suggest_float(self.name, self.low, self.high, log=self.log))

    def draw(self, rng: np.random.Generator) -> Value:
        """See Parameter."""
        if not self.log:
            if self.integer:
                return int(rng.integers(int(self.low), int(self.high) + 1))
            return float(rng.uniform(self.low, self.high))
        return self.nearest(exp(rng.uniform(log(self.low), log(self.high))))

    def nearest(self, value: Value) -> Value:
        """See Parameter."""
        within = min(max(float(value), self.low), self.high)
        return round(within) if self.integer else within

    def fixed(self, text: str) -> Range:
        """See Parameter: one number, or two with a colon between them."""
        try:
            ends = [(int if self.integer else float)(part) for part in text.split(":")]
        except ValueError:
            ends = []
        if len(ends) not in (1, 2) or not self.low <= ends[0] <= ends[-1] <= self.high:
            raise ValueError(
                f"{self.name} must be one number, or two such as {self.low:g}:{self.high:g}, "
                f"within {self.low:g} to {self.high:g}, not {text!r}"
            )
        return replace(self, low=ends[0], high=ends[-1])

    def document(self) -> Any:
        """See Parameter."""
        return [self.low, self.high]


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """Some values."""

    name: str
    values: tuple[Value, ...]

    def suggest(self, trial: Any) -> Value:
        """See Parameter."""
        value: Value = trial.suggest_categorical(self.name, self.values)
        return value

    def draw(self, rng: np.random.Generator) -> Value:
        """See Parameter."""
        return self.values[int(rng.integers(len(self.values)))]

    def nearest(self, value: Value) -> Value:
        """See Parameter: the first one where there is no such value."""
        return value if value in self.values else self.values[0]

    def fixed(self, text: str) -> Choice:
        """See Parameter: one value, or several with colons between them."""
        named = {str(value): value for value in self.values}
        wanted = text.split(":")
        unknown = [word for word in wanted if word not in named]
        if unknown:
            raise ValueError(
                f"{self.name} must be of {', '.join(named)} (several with colons between them), "
                f"not {unknown[0]!r}"
            )
        return replace(self, values=tuple(named[word] for word in wanted))

    def document(self) -> Any:
        """See Parameter."""
        return list(self.values)


def narrowed(parameters: Sequence[Parameter], fixed: Mapping[str, str]) -> tuple[Parameter, ...]:
    """Parameters with the values that the user left them.

    Raises
    ------
    ValueError
        A name or a value is unknown.
    """
    names = [each.name for each in parameters]
    for name in fixed:
        if name not in names:
            raise ValueError(f"no parameter is called {name!r}; there are {', '.join(names)}")
    return tuple(
        each.fixed(fixed[each.name]) if each.name in fixed else each for each in parameters
    )
