"""What the benches share: buses, stalls, samples, and the golden model beside the hardware."""

from __future__ import annotations

import importlib.util
import logging
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.simtime import convert
from cocotb.task import bridge, resume
from cocotb.triggers import ClockCycles, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiResp,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)
from numpy.typing import NDArray

from hwgen.bus.axi_stream import (
    PREDICTION_WORD,
    SAMPLE_HEADER,
    feature_bytes,
    header_beats,
    sample_bytes,
)
from hwgen.bus.register_map import Register
from hwgen.cosimulation.difference import compare_results
from rtl_tests.axi_benches.cores import axi_design
from software_ref.golden import GoldenTrainer, Parameters, SaturationCounts, minimum_lags
from software_ref.golden.samples import RunResult, Samples
from software_ref.plan.beats import narrowed
from software_ref.plan.ports import SATURATION_COUNTERS

__all__ = ["Bench", "Refused", "random_samples"]

PERIOD_NS = 10
PATIENCE_US = 100
"""Simulated time after which whatever is waited for will not come."""


class Refused(Exception):
    """The bus answered with SLVERR."""


class Bench:
    """One core on its buses.

    The golden model is trained with the samples that `send` is told to count, and `compare` holds
    predictions, parameters and counters of the hardware against it.

    Parameters
    ----------
    dut
        The module.
    """

    def __init__(self, dut: HierarchyObject):
        self.dut = dut
        self.design = axi_design(dut._name.removesuffix("_axi"))
        self.network = self.design.core.network
        self.ports = self.design.core.ports
        self.registers = self.design.top.registers
        self.rng = random.Random(1)
        for logger in list(logging.root.manager.loggerDict):
            if logger.startswith(f"cocotb.{dut._name}"):
                logging.getLogger(logger).setLevel(logging.WARNING)
        logging.getLogger(f"cocotb.{dut._name}").setLevel(logging.WARNING)
        bound = (dut.aclk, dut.aresetn, False)
        self.bus = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi"), *bound)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_samples"), *bound)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_predictions"), *bound)
        self._sent: list[list[tuple[NDArray[np.int64], int, int, int]]] = []
        self.found: list[tuple[int, int]] = []
        """Prediction and whether it is correct, of every prediction."""
        self.ends: list[float] = []
        """When each packet of predictions ended, in ns."""
        self.sizes: list[int] = []
        """Predictions in each packet."""
        self.golden: GoldenTrainer | None = None

    # Clock and reset

    @classmethod
    async def begin(cls, dut: HierarchyObject, *, stalls: float = 0) -> Bench:
        """Start the clock, reset, and write the parameters that the Verilog starts from.

        `stalls` is the probability that a channel stands still in a clock.
        """
        dut.aresetn.value = 0
        Clock(dut.aclk, PERIOD_NS, "ns").start(start_high=False)
        bench = cls(dut)
        await bench.reset()
        bench.restart()
        await bench.write_parameters(bench.design.core.parameters)
        bench.stall(stalls)
        return bench

    async def reset(self, clocks: int = 3) -> None:
        """Hold the core in reset."""
        self.dut.aresetn.value = 0
        await ClockCycles(self.dut.aclk, clocks)
        self.dut.aresetn.value = 1
        await ClockCycles(self.dut.aclk, 1)

    def restart(self, parameters: Parameters | None = None) -> None:
        """Begin to compare: the core has counted nothing, and has these parameters."""
        core = self.design.core
        lags = core.schedule.lags if core.options.training else minimum_lags(self.network)
        self.golden = GoldenTrainer(self.network, parameters or core.parameters, lags)
        self._sent = [[]]
        self.found.clear()
        self.ends.clear()
        self.sizes.clear()

    def stall(self, probability: float) -> None:
        """Let every channel stand still in random clocks."""
        write, read = self.bus.write_if, self.bus.read_if
        for channel in (
            *(write.aw_channel, write.w_channel, write.b_channel),
            *(read.ar_channel, read.r_channel, self.source, self.sink),
        ):
            if probability:
                channel.set_pause_generator(self._pauses(probability))
            else:
                channel.clear_pause_generator()
                channel.pause = False

    def _pauses(self, probability: float) -> Iterator[bool]:
        own = random.Random(self.rng.random())
        while True:
            yield own.random() < probability

    async def clocks(self, count: int) -> None:
        """Let clocks go by."""
        await ClockCycles(self.dut.aclk, count)

    # Registers

    async def read(self, address: int) -> int:
        """Read a word, or raise Refused."""
        got = await with_timeout(self.bus.read(address, 4), PATIENCE_US, "us")
        if got.resp != AxiResp.OKAY:
            assert got.resp == AxiResp.SLVERR and not any(got.data), got
            raise Refused
        return int.from_bytes(got.data, "little")

    async def write(self, address: int, value: int) -> None:
        """Write a word, or raise Refused."""
        data = (value & 0xFFFFFFFF).to_bytes(4, "little")
        got = await with_timeout(self.bus.write(address, data), PATIENCE_US, "us")
        if got.resp != AxiResp.OKAY:
            assert got.resp == AxiResp.SLVERR, got
            raise Refused

    async def raw_write(self, address: int, value: int, strobes: int = 0xF) -> int:
        """Write with any address and strobes; the response."""
        channels = self.bus.write_if
        word = channels.w_channel._transaction_obj(wdata=value, wstrb=strobes)
        place = channels.aw_channel._transaction_obj(awaddr=address, awprot=0)
        await channels.aw_channel.send(place)
        await channels.w_channel.send(word)
        got = await with_timeout(channels.b_channel.recv(), PATIENCE_US, "us")
        return int(got.bresp)

    async def raw_read(self, address: int) -> tuple[int, int]:
        """Read at any address; the response, and the word."""
        channels = self.bus.read_if
        place = channels.ar_channel._transaction_obj(araddr=address, arprot=0)
        await channels.ar_channel.send(place)
        got = await with_timeout(channels.r_channel.recv(), PATIENCE_US, "us")
        return int(got.rresp), int(got.rdata)

    async def get(self, register: str, field: str, index: int = 0) -> int:
        """A field of a register."""
        found = self.registers[register]
        place = next(each for each in found.fields if each.name == field)
        word = await self.read(found.offsets()[index])
        return (word & place.mask) >> place.low

    async def set(self, register: str, **fields: int) -> None:
        """Write a register; other fields become 0."""
        found = self.registers[register]
        word = 0
        for field in found.fields:
            word |= (fields.pop(field.name, 0) << field.low) & field.mask
        assert not fields, fields
        await self.write(found.offset, word)

    def readable(self) -> list[tuple[int, Register]]:
        """Every word that shows a state, without those whose reading has an effect."""
        return [
            (offset, register)
            for offset, _, register in self.registers.places()
            if register.access.readable and not register.passed
        ]

    # Parameters, by the driver that comes with the Verilog

    async def driver(self) -> object:
        """The generated module's driver; call its methods through `bridge`."""
        spec = importlib.util.spec_from_file_location(
            "core_driver", Path(f"{self.design.name}.py").resolve()
        )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return await bridge(module.open_core)(_Memory(self))

    async def write_parameters(self, parameters: Parameters) -> None:
        """Write every weight and bias."""
        driver = await self.driver()
        for number, (weights, biases) in enumerate(
            zip(parameters.weights, parameters.biases, strict=True)
        ):
            await bridge(driver.set_weights)(number, weights.tolist())
            await bridge(driver.set_biases)(number, biases.tolist())

    async def read_parameters(self) -> Parameters:
        """Read every weight and bias."""
        driver = await self.driver()
        weights, biases = [], []
        for number in range(len(self.network.junctions)):
            weights.append(await bridge(driver.weights)(number))
            biases.append(await bridge(driver.biases)(number))
        return Parameters(
            network=self.network,
            weights=tuple(map(np.array, weights)),
            biases=tuple(map(np.array, biases)),
            patterns=self.design.core.parameters.patterns,  # which are not read here
        )

    async def drain(self) -> None:
        """Drain the core; `resume` ends it. Samples that are counted from now on come after it."""
        driver = await self.driver()
        await bridge(driver.drain)()
        self._sent.append([])

    async def resume(self) -> None:
        """End a drain."""
        driver = await self.driver()
        await bridge(driver.resume)()

    # Samples

    def features(self, row: Sequence[int]) -> bytes:
        """A sample's features as bytes of its packet."""
        size = feature_bytes(self.ports)
        return narrowed(self.network, np.asarray(row)).astype(f"<u{size}").tobytes()

    def header(self, label: int, train: int, k: int) -> int:
        """A sample's header, with ones where nothing is read."""
        return SAMPLE_HEADER.word(label=label, train=train, unused=0x7F, rate_exponent=k)

    def header_bytes(self, word: int) -> bytes:
        """A header as the beats before the features."""
        size = header_beats(self.ports) * sample_bytes(self.ports)
        return word.to_bytes(size, "little")

    async def send(self, data: bytes, header: int) -> None:
        """Send a packet, with a header in TUSER of its first beat and rubbish in that of others."""
        beat = sample_bytes(self.ports)
        user = [header] * beat + [self.rng.getrandbits(32)] * (len(data) - beat)
        await self.source.send(AxiStreamFrame(data, tuser=user))

    def count(self, samples: Samples) -> None:
        """Have the golden model train with samples that the core got, or will get."""
        self._sent[-1] += zip(
            *(samples.features, samples.labels, samples.train, samples.rate_exponent), strict=True
        )

    async def play(self, samples: Samples) -> None:
        """Send samples one by one, in TUSER's way."""
        self.count(samples)
        for row, label, train, k in zip(
            *(samples.features, samples.labels, samples.train, samples.rate_exponent), strict=True
        ):
            await self.send(self.features(row), self.header(int(label), int(train), int(k)))

    async def take(self, count: int) -> None:
        """Take predictions, which must be as many, with the tags that are due."""
        wanted = len(self.found) + count
        while len(self.found) < wanted:
            frame = await with_timeout(self.sink.recv(), PATIENCE_US, "us")
            words = np.frombuffer(bytes(frame.tdata), dtype="<u4")
            self.ends.append(convert(frame.sim_time_end, "step", to="ns"))
            self.sizes.append(len(words))
            for word in words.tolist():
                got = {
                    field.name: word >> place & (1 << field.bits) - 1
                    for place, field in PREDICTION_WORD.places()
                }
                assert got["tag"] == len(self.found) & 0xFFFF, (got, len(self.found))
                self.found.append((got["prediction"], got["correct"]))
        assert len(self.found) == wanted

    async def compare(self) -> None:
        """Drain, and hold everything against the golden model."""
        await self.settle()
        await self.drain()
        await self.take(sum(map(len, self._sent)) - len(self.found))
        assert self.sink.empty()
        wanted = RunResult.concatenate(
            [
                self.golden.run(*map(np.array, zip(*part, strict=True)))
                for part in self._sent
                if part
            ]
        )
        found = RunResult(
            first=0,
            predictions=np.array([prediction for prediction, _ in self.found]),
            correct=np.array([correct for _, correct in self.found], dtype=bool),
        )
        ff, bp, up = [
            tuple(
                [
                    await self.get(f"SATURATED_{name.upper()}", "count", index)
                    for index in range(len(self.network.junctions))
                ]
            )
            for name in SATURATION_COUNTERS
        ]
        counters = SaturationCounts(ff=ff, bp=bp, up=up)
        agreement = compare_results(
            (wanted, self.golden.parameters, self.golden.saturations),
            (found, await self.read_parameters(), counters),
        )
        assert agreement.differences == (), agreement.differences
        assert agreement.predictions == sum(map(len, self._sent))

    async def settle(self) -> None:
        """Wait until all that was sent has gone into the core, predictions being taken."""
        await with_timeout(self.source.wait(), 10 * PATIENCE_US, "us")
        for _ in range(1000):
            if not await self.get("STATUS", "waiting"):
                return
        raise AssertionError("a sample still waits")


class _Memory:
    """The bus as a driver has it: calls block, and what is refused is an exception."""

    def __init__(self, bench: Bench):
        self._bench = bench

    def read(self, offset: int) -> int:
        return resume(self._bench.read)(offset)

    def write(self, offset: int, value: int) -> None:
        resume(self._bench.write)(offset, value)


def random_samples(bench: Bench, count: int, seed: int) -> Samples:
    """Random features, labels, train flags and rate exponents."""
    network, rng = bench.network, np.random.default_rng(seed)
    training = bench.design.core.options.training
    return Samples.check(
        network,
        rng.integers(0, network.format.one + 1, (count, network.layers[0])),
        rng.integers(0, network.competing, count),
        (rng.random(count) < 0.8) & training,
        rng.integers(0, bench.design.core.options.max_rate_exponent + 1, count),
    )
