"""Plays tables of values into a component, a row a clock, and records its outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from amaranth.hdl import ClockDomain, Elaboratable, Fragment, Module, Shape, ShapeLike, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator
from numpy.typing import ArrayLike, NDArray

__all__ = ["Lanes", "Port", "elaborated", "lane_tables", "play", "pulses", "simulator", "sweep"]

Integers = NDArray[np.int64]
Build = Callable[..., Mapping[str, Value]]


class Lanes(wiring.Component):
    """Copies of one circuit side by side, so that a clock tests many inputs.

    `build(m, lane, **inputs)` adds the circuit of one lane and returns its outputs by name, none
    of them wider than its port.
    """

    def __init__(
        self,
        count: int,
        inputs: Mapping[str, ShapeLike],
        outputs: Mapping[str, ShapeLike],
        build: Build,
    ):
        self.count = count
        self._inputs = inputs
        self.outputs = {name: Shape.cast(shape) for name, shape in outputs.items()}
        self._build = build
        super().__init__(
            {name: In(data.ArrayLayout(shape, count)) for name, shape in inputs.items()}
            | {name: Out(data.ArrayLayout(shape, count)) for name, shape in outputs.items()}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        for lane in range(self.count):
            results = self._build(
                m, lane, **{name: getattr(self, name)[lane] for name in self._inputs}
            )
            for name, shape in self.outputs.items():
                result = Value.cast(results[name])
                assert len(result) <= shape.width, f"{name}: {result.shape()} into {shape}"
                assert result.shape().signed <= shape.signed, f"{name}: sign lost"
                m.d.comb += getattr(self, name)[lane].eq(result)
        return m


def elaborated(component: Elaboratable) -> Elaboratable:
    """The component or module, elaborated, as Amaranth warns of one that never is."""
    Fragment.get(component, None)
    return component


def simulator(component: wiring.Component) -> Simulator:
    """A simulator of the component with a clock, whether it uses one or not."""
    top = Module()
    top.domains.sync = ClockDomain()
    top.submodules.dut = component
    simulation = Simulator(top)
    simulation.add_clock(1e-6)
    return simulation


def play(
    component: wiring.Component, inputs: Mapping[str, ArrayLike], outputs: Sequence[str]
) -> dict[str, Integers]:
    """Drive ports from tables and record others, clock by clock.

    Row n of every table is applied in clock n, the first being the one before any clock edge, and
    row n of a result is what the port shows in that same clock. Tables of single-valued ports are
    int64 (clocks,), those of ports with an ArrayLayout int64 (clocks, items).
    """
    drivers = [(Port(component, name), np.asarray(table)) for name, table in inputs.items()]
    (clocks,) = {len(table) for _, table in drivers}
    tables = [(port.value, port.encode(table)) for port, table in drivers]
    ports = [Port(component, name) for name in outputs]
    recorded: list[list[int]] = [[] for _ in ports]

    async def bench(ctx: object) -> None:
        applied = [0] * len(tables)
        for clock in range(clocks):
            for place, (signal, words) in enumerate(tables):
                if words[clock] != applied[place]:
                    applied[place] = words[clock]
                    ctx.set(signal, words[clock])
            for port, record in zip(ports, recorded, strict=True):
                record.append(ctx.get(port.value))
            await ctx.tick()

    simulation = simulator(component)
    simulation.add_testbench(bench)
    simulation.run()
    return {
        name: port.decode(record)
        for name, port, record in zip(outputs, ports, recorded, strict=True)
    }


def lane_tables(
    lanes: Lanes, columns: Mapping[str, ArrayLike], latency: int
) -> dict[str, Integers]:
    """Flat columns of values as tables of the lanes, with `latency` clocks more at the end.

    The places beyond the columns are filled with their values again, so that a wrong latency never
    reads as a right one.
    """
    flat = {name: np.asarray(column).reshape(-1) for name, column in columns.items()}
    (length,) = {len(column) for column in flat.values()}
    clocks = -(-length // lanes.count) + latency
    return {
        name: np.resize(column, clocks * lanes.count).reshape(-1, lanes.count)
        for name, column in flat.items()
    }


def sweep(lanes: Lanes, columns: Mapping[str, ArrayLike], latency: int) -> dict[str, Integers]:
    """Push flat columns of values through the lanes; results come back `latency` clocks later."""
    length = np.asarray(next(iter(columns.values()))).size
    results = play(lanes, lane_tables(lanes, columns, latency), list(lanes.outputs))
    return {name: table[latency:].reshape(-1)[:length] for name, table in results.items()}


def pulses(clocks: int, at: Sequence[int]) -> Integers:
    """A table of a signal that is 1 in the given clocks and else 0: int64 (clocks,)."""
    table = np.zeros(clocks, dtype=np.int64)
    table[list(at)] = 1
    return table


class Port:
    """One port of a component, as an integer of all its items' bits."""

    def __init__(self, component: wiring.Component, name: str):
        port = getattr(component, name)
        self.value = Value.cast(port)
        self._items = 0  # a single value, without items
        shape = self.value.shape()
        if isinstance(port, data.View):
            layout = port.shape()
            assert isinstance(layout, data.ArrayLayout)
            self._items = layout.length
            shape = Shape.cast(layout.elem_shape)
        self._width, self._signed = shape.width, shape.signed

    def encode(self, table: Integers) -> list[int]:
        mask = (1 << self._width) - 1
        low, high = (-(1 << self._width - 1), mask >> 1) if self._signed else (0, mask)
        if table.size:
            assert low <= table.min() and table.max() <= high, "table beyond the port's range"
        if not self._items:
            return [int(value) & mask for value in table]
        assert table.shape[1] == self._items
        words = []
        for row in table.tolist():
            word = 0
            for item in reversed(row):
                word = word << self._width | item & mask
            words.append(word)
        return words

    def mask(self, known: NDArray[np.bool_]) -> list[int]:
        """The bits of the items that are known, for each row of a table of flags."""
        ones = (1 << self._width) - 1
        rows = known.reshape(len(known), -1).tolist()
        return [sum(ones << k * self._width for k, here in enumerate(row) if here) for row in rows]

    def decode(self, words: list[int]) -> Integers:
        mask = (1 << self._width) - 1
        count = max(self._items, 1)
        items = np.array(
            [[word >> k * self._width & mask for k in range(count)] for word in words],
            dtype=np.int64 if self._width < 64 else object,
        ).reshape(len(words), count)
        if self._signed:
            items -= (items >> self._width - 1 & 1) << self._width
        return items if self._items else items[:, 0]
