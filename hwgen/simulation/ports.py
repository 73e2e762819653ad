"""The exported core's ports as a simulation sees them: widths, addresses and step period."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import chain
from typing import Any

__all__ = ["SATURATION_COUNTERS", "TAG_WIDTH", "CorePorts", "JunctionPorts"]

TAG_WIDTH = 16
"""Bits of a prediction's tag: the sample's number since reset, modulo 2^16."""
SATURATION_COUNTERS = ("feedforward", "backprop", "update")
"""A junction's saturation counters of 32 bits, in the order of the `saturations` port."""


@dataclass(frozen=True, kw_only=True)
class JunctionPorts:
    """Where one junction's parameters lie at the parameter port."""

    weights: int
    """Edges W; the weight of natural edge e is at row e // parallelism, lane e % parallelism."""
    parallelism: int
    """Edges processed per clock, z."""
    bias_rows: tuple[int, ...]
    """Row of each right neuron's bias."""
    bias_lanes: tuple[int, ...]
    """Lane of each right neuron's bias."""

    def __post_init__(self) -> None:
        if not (self.weights >= 1 and self.parallelism >= 1):
            raise ValueError(
                f"weights and parallelism must be at least 1, "
                f"not {self.weights} and {self.parallelism}"
            )
        if not len(self.bias_rows) == len(self.bias_lanes) >= 1:
            raise ValueError(
                f"bias_rows and bias_lanes must have one entry per right neuron each, "
                f"not {len(self.bias_rows)} and {len(self.bias_lanes)}"
            )

    @property
    def right(self) -> int:
        """Right neurons N_i."""
        return len(self.bias_rows)

    @property
    def rows(self) -> int:
        """Rows up to the last one that the parameter port addresses."""
        return max((self.weights - 1) // self.parallelism, *self.bias_rows) + 1

    @property
    def lanes(self) -> int:
        """Lanes up to the last one that the parameter port addresses."""
        return max(min(self.weights, self.parallelism) - 1, *self.bias_lanes) + 1


@dataclass(frozen=True, kw_only=True)
class CorePorts:
    """Widths of an exported core's ports and the few figures of its schedule that a run needs.

    Payloads are packed from bit 0 up, fields of no bits left out::

        samples             features (beat_features x feature_width), label, train, rate exponent
        predictions         tag (16), prediction (label_width), correct (1)
        parameter_requests  write (1), junction, bias (1), row, lane, data
        parameter_values    data
        saturations         32 bits per counter, feedforward, backprop, update, junction 1 first

    Raises
    ------
    ValueError
        For a width that is out of range or too narrow for the addresses it carries.
    """

    top: str
    """Name of the core's top module."""
    features: int
    """Features of a sample, N_0; a last beat that they do not fill carries zeros on top."""
    beat_features: int
    """Features per beat of the sample stream."""
    feature_width: int
    """Bits of a feature, 1 to 32 (unsigned)."""
    label_width: int
    """Bits of labels and predictions."""
    rate_exponent_width: int
    """Bits of the rate exponent k, 0 and up."""
    junction_width: int
    """Bits of a request's junction number (counted from 0), 0 and up."""
    row_width: int
    """Bits of a request's row, 0 and up."""
    lane_width: int
    """Bits of a request's lane, 0 and up."""
    data_width: int
    """Bits B of a weight or bias (two's complement)."""
    clocks_per_step: int
    """Step period P in clocks: the shortest distance between two samples."""
    prediction_steps: int
    """Steps from the one that takes a sample in to the one that gives its prediction."""
    junctions: tuple[JunctionPorts, ...]
    """One entry per junction, junction 1 first."""

    def __post_init__(self) -> None:
        least = {
            "features": 1,
            "beat_features": 1,
            "feature_width": 1,
            "label_width": 1,
            "rate_exponent_width": 0,
            "junction_width": 0,
            "row_width": 0,
            "lane_width": 0,
            "data_width": 1,
            "clocks_per_step": 1,
            "prediction_steps": 0,
        }
        for name, low in least.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} must be an integer, not {value!r}")
            if value < low:
                raise ValueError(f"{name} must be at least {low}, not {value}")
        for name, high in {"feature_width": 32, "header_width": 32, "request_width": 64}.items():
            if getattr(self, name) > high:
                raise ValueError(f"{name} must be at most {high} bits, not {getattr(self, name)}")
        if not self.junctions:
            raise ValueError("junctions must have at least one entry, not none")
        for name, count in {
            "junction_width": len(self.junctions),
            "row_width": max(junction.rows for junction in self.junctions),
            "lane_width": max(junction.lanes for junction in self.junctions),
        }.items():
            if count > 1 << getattr(self, name):
                raise ValueError(
                    f"{name} must be at least {(count - 1).bit_length()} for {count} "
                    f"{name.removesuffix('_width')}s, not {getattr(self, name)}"
                )

    @property
    def beats(self) -> int:
        """Beats of a sample."""
        return -(-self.features // self.beat_features)

    @property
    def beat_width(self) -> int:
        """Bits of a beat's features."""
        return self.beat_features * self.feature_width

    @property
    def header_width(self) -> int:
        """Bits of label, train flag and rate exponent."""
        return self.label_width + 1 + self.rate_exponent_width

    @property
    def prediction_width(self) -> int:
        """Bits of a prediction's payload."""
        return TAG_WIDTH + self.label_width + 1

    @property
    def request_width(self) -> int:
        """Bits of a parameter request's payload."""
        return 2 + self.junction_width + self.row_width + self.lane_width + self.data_width

    @property
    def saturations_width(self) -> int:
        """Bits of the `saturations` port."""
        return 32 * len(SATURATION_COUNTERS) * len(self.junctions)

    @property
    def parameters(self) -> int:
        """Weights and biases of all junctions."""
        return sum(chain.from_iterable((j.weights, j.right) for j in self.junctions))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain numbers, strings, lists and dictionaries, fit for JSON."""
        table = asdict(self)
        for junction in table["junctions"]:
            junction["bias_rows"] = list(junction["bias_rows"])
            junction["bias_lanes"] = list(junction["bias_lanes"])
        return {**table, "junctions": list(table["junctions"])}

    @classmethod
    def from_dict(cls, table: dict[str, Any]) -> CorePorts:
        """Rebuild the ports from what `to_dict` returned.

        Raises
        ------
        ValueError
            For missing or unknown keys.
        """
        junctions = tuple(
            JunctionPorts(
                **{
                    name: tuple(value) if name.startswith("bias") else value
                    for name, value in _checked(JunctionPorts, entry).items()
                }
            )
            for entry in _checked(cls, table)["junctions"]
        )
        return cls(**{**table, "junctions": junctions})


def _checked(kind: type, table: dict[str, Any]) -> dict[str, Any]:
    wanted = {field.name for field in fields(kind)}
    if wanted != table.keys():
        raise ValueError(
            f"{kind.__name__} must have the keys {sorted(wanted)}, not {sorted(table)}"
        )
    return table
