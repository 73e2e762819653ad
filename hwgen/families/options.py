"""Options that mean something for some families of FPGAs are refused for the others."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Protocol

from software_ref.devices import DeviceFamily

__all__ = ["HasOptions", "check_options"]


class HasOptions(Protocol):
    """A family, as one command sees it."""

    @property
    def data(self) -> DeviceFamily:
        """What its devices share."""

    @property
    def options(self) -> tuple[str, ...]:
        """Its options, as they are in parsed arguments; None or false where they are not given."""


def check_options(
    arguments: argparse.Namespace,
    chosen: HasOptions,
    families: Iterable[HasOptions],
    *,
    noun: str,
    name: str,
) -> None:
    """Refuse an option that is for other families.

    Parameters
    ----------
    arguments
        All options.
    chosen
        The family that is built for.
    families
        All.
    noun
        What there is of each family: "devices" or "boards".
    name
        The one of them that is built for.

    Raises
    ------
    ValueError
        One is given.
    """
    for family in families:
        for option in family.options:
            value = getattr(arguments, option)
            given = value is not None and value is not False
            if given and option not in chosen.options:
                raise ValueError(
                    f"--{option.replace('_', '-')} is for the {family.data.title} {noun}; "
                    f"{name} needs none"
                )
