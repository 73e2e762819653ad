"""Packages that need not be there: imported, or asked for in one line."""

from __future__ import annotations

import json

import pytest

from software_ref.console.errors import ToolError
from software_ref.console.optional_package import optional_package


def test_a_package_that_is_there_is_imported() -> None:
    assert optional_package("json", "a test") is json


def test_an_absent_one_is_asked_for() -> None:
    with pytest.raises(
        ToolError,
        match=r"^drawing needs no_such_package, which cannot be imported "
        r"\(No module named 'no_such_package'\); install it with pip install no_such_package$",
    ):
        optional_package("no_such_package", "drawing")
