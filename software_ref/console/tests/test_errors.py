"""Several mistakes of one input are all told, one alone stays what it was."""

from __future__ import annotations

import pytest

from software_ref.console.errors import InputErrors, Mistakes, messages_of


def test_no_mistake_raises_nothing() -> None:
    mistakes = Mistakes()
    with mistakes.noted():
        pass
    mistakes.raise_any()
    assert not mistakes


def test_one_mistake_is_raised_as_it_was() -> None:
    mistakes, error = Mistakes(), TypeError("seed must be an integer, not 'x'")
    with mistakes.noted():
        raise error
    with pytest.raises(TypeError) as raised:
        mistakes.raise_any()
    assert raised.value is error
    assert messages_of(error) == ("seed must be an integer, not 'x'",)


def test_several_mistakes_keep_their_order_whatever_they_are_nested_in() -> None:
    outer, inner = Mistakes(), Mistakes()
    with outer.noted():
        raise TypeError("one")
    for text in ("two", "three"):
        with inner.noted():
            raise ValueError(text)
    with outer.noted():
        inner.raise_any()
    assert len(outer) == 2
    with pytest.raises(InputErrors, match=r"^one\ntwo\nthree$") as raised:
        outer.raise_any()
    assert raised.value.messages == ("one", "two", "three")


def test_other_errors_are_not_held_back() -> None:
    mistakes = Mistakes()
    with pytest.raises(OSError, match=r"^gone$"), mistakes.noted():
        raise OSError("gone")
