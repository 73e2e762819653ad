"""The exceptions of failing tools and of several mistakes at once, and what gathers the latter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

__all__ = ["InputErrors", "Mistakes", "ToolError", "messages_of"]


class ToolError(Exception):
    """A tool that a command runs is missing or failed; the message says which, and what to do."""


class InputErrors(ValueError):
    """Several mistakes in one input, each told in a line of its own."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages))


class Mistakes:
    """Gathers the mistakes of an input, so that the user hears of all of them at once."""

    def __init__(self) -> None:
        self._found: list[TypeError | ValueError] = []

    def __len__(self) -> int:
        return len(self._found)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Take note of a TypeError or ValueError that the block raises, and go on behind it."""
        try:
            yield
        except (TypeError, ValueError) as error:
            self._found.append(error)

    def raise_any(self) -> None:
        """Raise what was noted: nothing, the one error as it was, or InputErrors of several."""
        if len(self._found) == 1:
            raise self._found[0]
        if self._found:
            raise InputErrors(message for error in self._found for message in messages_of(error))


def messages_of(error: BaseException) -> tuple[str, ...]:
    """What an error says, a line for each mistake."""
    return error.messages if isinstance(error, InputErrors) else (str(error),)
