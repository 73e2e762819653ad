"""The nodes and constants of an ONNX graph while it is built, each value named once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

__all__ = ["OnnxNodes", "element_type"]

_COMPACT = (np.int8, np.int16, np.int32)
"""What integers are stored as: the first that holds them."""


class OnnxNodes:
    """A list of nodes that grows from the inputs to the outputs; values are known by their names.

    Exact integers are computed in float64, which every sum fits (see `onnx_graph`).
    """

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """A constant array; the same name stands for the same values."""
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def integers(self, name: str, values: NDArray[np.integer]) -> str:
        """Constant integers as float64, stored in as few bytes as hold them.

        A runtime works out the conversion once, when it loads the model. The same name stands for
        the same values.
        """
        if f"{name}_stored" in self._constants:
            return name
        low, high = (int(end) for end in (values.min(), values.max()))
        fits = (t for t in _COMPACT if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
        stored = self.constant(f"{name}_stored", values.astype(next(fits, np.int64)))
        return self.cast(stored, np.float64, name)

    def number(self, value: float) -> str:
        """A float64 constant."""
        return self.constant(f"number_{value!r}", np.array(value, np.float64))

    def node(self, operator: str, inputs: list[str], output: str | None = None, **is_: Any) -> str:
        """Add a node of one output, and return this one's name."""
        output = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [output], name=output, **is_))
        return output

    def cast(self, value: str, dtype: type[np.generic], output: str | None = None) -> str:
        """Convert to another type."""
        return self.node("Cast", [value], output, to=element_type(dtype))

    def scale(self, value: str, places: int) -> str:
        """Multiply by 2**places, which is exact."""
        return self.node("Mul", [value, self.number(2.0**places)]) if places else value

    def floor(self, value: str) -> str:
        """The largest integers that are not above."""
        return self.node("Floor", [value])

    def clip(self, value: str, low: int, high: int, output: str | None = None) -> str:
        """Clip to low .. high."""
        return self.node("Clip", [value, self.number(float(low)), self.number(float(high))], output)

    def rounding_shift(self, value: str, places: int) -> str:
        """rnd(x, n) of docs/numerics.md; the value itself for n = 0."""
        if not places:
            return value
        half = self.node("Add", [value, self.number(2.0 ** (places - 1))])
        return self.floor(self.scale(half, -places))

    def drop_bits(self, value: str, places: int) -> str:
        """Make the low bits 0."""
        return self.scale(self.floor(self.scale(value, -places)), places) if places else value

    def graph(
        self, name: str, inputs: list[ValueInfoProto], outputs: list[ValueInfoProto]
    ) -> GraphProto:
        """The finished graph."""
        return helper.make_graph(self._nodes, name, inputs, outputs, list(self._constants.values()))


def element_type(dtype: type[np.generic]) -> int:
    """ONNX's number of a type of elements."""
    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
