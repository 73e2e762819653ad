"""Subcommands that need nothing but NumPy, and ONNX or PyTorch to exchange networks with them.

Each is in a module of its name; that of `import` is `import_`.
"""

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
    "export": "write the network with its weights for other tools, and check that they agree",
    "import": "take weights that were trained elsewhere, such as in PyTorch, and quantise them",
    "experiment": "run an experiment of the slides: table, picture and what it says of their claim",
}
"""What each does, in one line."""
