"""Subcommands that need nothing but NumPy, each in a module of its name."""

from __future__ import annotations

__all__ = ["COMMANDS"]

COMMANDS = {
    "check": "check a network file and print all that follows from it",
    "keys": "list every key of the network file, with type, legal values and default",
    "train": "train bit-exactly in software, and in floating point",
    "dataset": "describe a data set, measure how hard it is, draw it and export it",
    "connections": "make the connection patterns, count how many there could be, and draw them",
    "scatter": "print the connections' scatter, which hints at performance before training",
    "fit": "train in floating point on minibatches, with any kind of connections",
    "experiment": "run an experiment of the slides: table, picture and what it says of their claim",
}
"""What each does, in one line."""
