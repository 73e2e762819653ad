"""The core's ports, declared once: hardware, manifest, benches, host and docs start from these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from software_ref.plan.payload import Field, Payload, bits_for
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = [
    "CLOCK",
    "CORE_NAME",
    "COUNTER_BITS",
    "RESET",
    "SATURATION_COUNTERS",
    "STEP_BITS",
    "TAG_BITS",
    "CorePorts",
    "JunctionPorts",
    "Port",
    "Signal",
    "Stream",
]

CORE_NAME = "presparse_core"
"""Name of the core's module where nobody names it."""
TAG_BITS = 16
"""Bits of a prediction's tag."""
COUNTER_BITS = 32
"""Bits of a saturation counter, which stays at its largest value."""
STEP_BITS = 32
"""Bits of the step counter."""
SATURATION_COUNTERS = ("feedforward", "backprop", "update")
"""A junction's saturation counters, in the order of the `saturations` port."""


@dataclass(frozen=True)
class Port:
    """A port of the core's module."""

    name: str
    """Its name."""
    is_input: bool
    """Whether it goes into the core."""
    meaning: str
    """What it is for."""

    def wires(self) -> tuple[Signal, ...]:
        """Its wires at the Verilog's module."""
        raise NotImplementedError


@dataclass(frozen=True)
class Stream(Port):
    """Payloads with a handshake: `NAME__payload`, `NAME__valid`, `NAME__ready`."""

    payload: Payload
    """What it carries."""

    def wires(self) -> tuple[Signal, ...]:
        """See Port."""
        return (
            Signal(f"{self.name}__payload", self.is_input, self.meaning, self.payload.bits),
            Signal(f"{self.name}__valid", self.is_input, "a payload is offered", 1),
            Signal(f"{self.name}__ready", not self.is_input, "it is taken", 1),
        )


@dataclass(frozen=True)
class Signal(Port):
    """A number."""

    bits: int
    """Its width."""

    def wires(self) -> tuple[Signal, ...]:
        """See Port."""
        return (self,)


CLOCK = Signal("clk", True, "the rising edge counts", 1)
RESET = Signal("rst", True, "active high, synchronous; one clock of it is enough", 1)


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
    address_rows: int = 0
    """Rows of addresses that can be written, each with one for each of `parallelism` left memories,
    whose number is the lane; 0 where there are none."""
    depth: int = 1
    """Words D of a left memory: an address is 0 to D - 1."""

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

    @classmethod
    def of(cls, timing: JunctionTiming) -> JunctionPorts:
        """Those of a junction."""
        layout, shape = timing.layout, timing.shape
        places = [layout.finish_place(neuron) for neuron in range(shape.right)]
        return cls(
            weights=shape.weights,
            parallelism=shape.parallelism,
            bias_rows=tuple(row for row, _ in places),
            bias_lanes=tuple(lane for _, lane in places),
            address_rows=shape.rows if timing.addresses.writable else 0,
            depth=shape.depth,
        )

    @property
    def right(self) -> int:
        """Right neurons N_i."""
        return len(self.bias_rows)

    @property
    def weight_lanes(self) -> tuple[int, ...]:
        """Weights in each row."""
        full, rest = divmod(self.weights, self.parallelism)
        return (self.parallelism,) * full + (rest,) * (rest > 0)

    @property
    def biases_by_row(self) -> tuple[int, ...]:
        """Biases in each row, from lane 0 up."""
        counts = Counter(self.bias_rows)
        return tuple(counts[row] for row in range(max(counts) + 1))

    @property
    def addresses(self) -> int:
        """Addresses that can be written."""
        return self.address_rows * self.parallelism

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
    """Widths of a core's ports, and the few figures of its schedule that a run needs.

    Raises
    ------
    ValueError
        For a width that is out of range or too narrow for the addresses it carries.
    """

    features: int
    """Features of a sample, N_0; a last beat that they do not fill carries zeros on top."""
    beat_features: int
    """Features per beat of the sample stream."""
    feature_width: int
    """Bits of a feature (unsigned)."""
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
    """Bits of a weight, bias or address (two's complement)."""
    clocks_per_step: int
    """Step period P in clocks: the shortest distance between two samples."""
    prediction_steps: int
    """Steps from the one that takes a sample in to the one that gives its prediction."""
    junctions: tuple[JunctionPorts, ...]
    """One entry per junction, junction 1 first."""
    top: str = CORE_NAME
    """Name of the core's module."""
    parameter_port: bool = True
    """Whether parameters can be read and written; not where they are constants."""

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

    @classmethod
    def of(cls, schedule: Schedule, top: str = CORE_NAME) -> CorePorts:
        """Those of the core with this schedule, as the module of this name."""
        network = schedule.network
        return cls(
            features=network.layers[0],
            beat_features=schedule.beat_features,
            feature_width=schedule.timing[0].widths.left_activation,
            label_width=bits_for(network.layers[-1] - 1),
            rate_exponent_width=bits_for(schedule.options.max_rate_exponent),
            junction_width=bits_for(len(schedule.timing) - 1),
            row_width=bits_for(
                max(max(t.shape.rows, t.layout.finish_words) for t in schedule.timing) - 1
            ),
            lane_width=bits_for(max(t.shape.parallelism for t in schedule.timing) - 1),
            data_width=schedule.value_width,
            clocks_per_step=schedule.period,
            prediction_steps=schedule.result_steps,
            junctions=tuple(JunctionPorts.of(t) for t in schedule.timing),
            top=top,
            parameter_port=not schedule.options.constant,
        )

    # Payloads

    @cached_property
    def header(self) -> Payload:
        """What comes with a sample's first beat."""
        return Payload(
            "header",
            Field("label", self.label_width, "the sample's class"),
            Field("train", 1, "whether it is trained on"),
            Field("rate_exponent", self.rate_exponent_width, "k of the learning rate 2^-k"),
        )

    @cached_property
    def sample(self) -> Payload:
        """A beat of the `samples` port."""
        features = Field(
            "features",
            self.feature_width,
            "features of the beat, the first one lowest",
            count=self.beat_features,
        )
        return Payload("sample", features, *self.header.fields)

    @cached_property
    def prediction(self) -> Payload:
        """What the `predictions` port carries."""
        return Payload(
            "prediction",
            Field("tag", TAG_BITS, f"the sample's number since reset, modulo 2^{TAG_BITS}"),
            Field("prediction", self.label_width, "the predicted class"),
            Field("correct", 1, "whether it is the label"),
        )

    @property
    def rewritable(self) -> bool:
        """Whether any junction's addresses can be written, and a request can be for one."""
        return any(junction.address_rows for junction in self.junctions)

    @cached_property
    def request(self) -> Payload:
        """What the `parameter_requests` port carries."""
        address = Field("address", 1, "an address, neither a weight nor a bias")
        return Payload(
            "request",
            Field("write", 1, "whether to write; else it reads"),
            Field("junction", self.junction_width, "junction, from 0"),
            Field("bias", 1, "a bias, or a weight"),
            *((address,) if self.rewritable else ()),
            Field("row", self.row_width, "row of the parameter"),
            Field("lane", self.lane_width, "its lane in the row"),
            Field("data", self.data_width, "the raw value to write", signed=True),
        )

    @cached_property
    def value(self) -> Payload:
        """What the `parameter_values` port carries."""
        value = "the raw value read, or what a write replaced; 0 with an error"
        return Payload(
            "value",
            Field("value", self.data_width, value, signed=True),
            Field("error", 1, "no parameter lies at the place; nothing was changed"),
        )

    # Ports

    @cached_property
    def ports(self) -> tuple[Signal | Stream, ...]:
        """All ports but clock and reset, in the module's order."""
        drain = (
            "while high and no sample is partly loaded: take none, run steps until all updates "
            "are done"
        )
        counters = f"{COUNTER_BITS}-bit counters of saturated s, delta, and w and b, per junction"
        parameters = (
            Stream(
                "parameter_requests",
                True,
                "read or write one weight or bias, while not busy",
                self.request,
            ),
            Stream("parameter_values", False, "an answer to each request, in order", self.value),
        )
        return (
            Stream(
                "samples", True, "beats of a sample; its header counts in the first", self.sample
            ),
            Stream("predictions", False, "predictions, in the samples' order", self.prediction),
            *(parameters if self.parameter_port else ()),
            Signal("drain", True, drain, 1),
            Signal("busy", False, "whether anything is under way or pending", 1),
            Signal("steps", False, "steps since reset", STEP_BITS),
            Signal("saturations", False, counters, self.saturations_width),
        )

    def streams(self) -> Iterator[Stream]:
        """Those ports that are streams."""
        return (port for port in self.ports if isinstance(port, Stream))

    def signals(self) -> Iterator[Signal]:
        """The others."""
        return (port for port in self.ports if isinstance(port, Signal))

    def wires(self) -> tuple[Signal, ...]:
        """The Verilog module's ports, but for the clock."""
        return (RESET, *chain.from_iterable(port.wires() for port in self.ports))

    # Sizes

    @property
    def beats(self) -> int:
        """Beats of a sample."""
        return -(-self.features // self.beat_features)

    @property
    def beat_width(self) -> int:
        """Bits of a beat's features."""
        return self.beat_features * self.feature_width

    @property
    def counters(self) -> int:
        """Saturation counters."""
        return len(SATURATION_COUNTERS) * len(self.junctions)

    @property
    def saturations_width(self) -> int:
        """Bits of the `saturations` port."""
        return COUNTER_BITS * self.counters

    @property
    def parameters(self) -> int:
        """Weights and biases of all junctions."""
        return sum(chain.from_iterable((j.weights, j.right) for j in self.junctions))

    @property
    def addresses(self) -> int:
        """Addresses of all junctions that can be written."""
        return sum(junction.addresses for junction in self.junctions)
