"""What a board does with its flash as it is switched on, against bytes that software wrote."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from amaranth.hdl import Module, ResetInserter, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.host.flash_file import flash_bytes, flash_layout
from boards.memory.external import FLASH
from boards.run.configuration import CONFIGURATION_LAYOUT
from boards.run.power_on import PowerOn
from boards.run.run_commands import RunCommands
from boards.store.burst_reader import BurstReader
from boards.store.input_plan import stored_code
from boards.store.read_only import orders_in
from boards.store.store_check import StoreCheck
from boards.store.store_image import RoomError
from boards.store.store_shape import StoreShape
from boards.tests.simulation import simulate
from hwgen.core.design import CoreDesign
from software_ref.coded_samples import CodedSamples, decoded
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.file_options import TrainingOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData, epoch_order

TRAIN, TEST, EPOCHS = 6, 2, 3
RATES = ((0, 1), (2, 3))
OPTIONS = TrainingOptions(epochs=EPOCHS, rate_exponent=RATES, shuffle=True, seed=4)
FLIPS = (
    *(3, 17),  # of the CRC
    *(32, 63),  # of the build
    *(64, 66, 95),  # of the number of words
    *(96, 140, 420, 640),  # of the seal, the run, its rates
    *(660, 800, 1000, -1),  # of orders, index, samples
)
"""Bits of the file that are changed, one in each run."""
PATIENCE = 2000
"""Clocks until everything is over."""


def _data(train: int = TRAIN) -> TrainingData:
    rng = np.random.default_rng(1)
    return TrainingData(
        train_features=2 * rng.integers(0, 17, (train, 8)),
        train_labels=rng.integers(0, 2, train),
        test_features=2 * rng.integers(0, 17, (TEST, 8)),
        test_labels=rng.integers(0, 2, TEST),
    )


@pytest.fixture(scope="module")
def file() -> NetworkFile:
    network = Network(
        layers=(8, 4, 2),
        out_degree=(2, 2),
        parallelism=(4, 2),
        format=FixedFormat(integer=2, fraction=5, activation_fraction=4),
    )
    return NetworkFile(network=network, training=OPTIONS)


@pytest.fixture(scope="module")
def design(file: NetworkFile) -> BoardDesign:
    core = CoreDesign.from_file(file)
    shape = FLASH.shape
    layout = flash_layout(file, _data(), stored_code(core, shape.width), shape.words)
    return BoardDesign(
        core=core,
        clock_hz=18_000_000,
        external=FLASH,
        samples=layout.samples,
        places=layout.places,
    )


def _content(design: BoardDesign, data: TrainingData, options: TrainingOptions = OPTIONS) -> bytes:
    return flash_bytes(design.core, design.identity, design.store, options, data)


def _number(content: bytes, first: int, size: int = 4) -> int:
    return int.from_bytes(content[first : first + size], "little")


def test_the_file_is_what_the_docs_say(design: BoardDesign) -> None:
    content, data = _content(design, _data()), _data()
    assert len(content) % 2 == 0
    assert _number(content, 0) == zlib.crc32(content[4:])
    assert _number(content, 8) == len(content) // 2 - 2
    # Flags, first and end epoch, training and test samples; then the rates.
    run = [_number(content, 17 + 4 * k) for k in range(6)]
    assert (content[16], run) == (1, [0, EPOCHS, 0, TRAIN, TRAIN, TEST])
    rates = [(_number(content, 41 + 5 * k), content[45 + 5 * k]) for k in range(3)]
    assert rates == [*RATES, (0xFFFFFFFF, 0)]
    layout = design.store
    assert layout.head == -(-(16 + 25 + 40) // 2)
    orders = content[2 * layout.head : 2 * layout.order.end]
    assert _number(content, 12) == zlib.crc32(content[2 * layout.head :])
    assert layout.order.entries == EPOCHS * TRAIN
    bits, lanes = layout.order.entry_bits, layout.order.lanes
    found = [
        _number(orders, 2 * (place // lanes), 2) >> place % lanes * bits & (1 << bits) - 1
        for place in range(EPOCHS * TRAIN)
    ]
    wanted = np.concatenate([epoch_order(OPTIONS, epoch, TRAIN) for epoch in range(EPOCHS)])
    assert found == wanted.tolist()
    samples = np.frombuffer(content, np.uint8)[2 * layout.first :].reshape(-1, 2)
    entries = [_number(content, 2 * layout.index.first + 4 * k) for k in range(TRAIN + TEST)]
    lengths = np.array([entry >> layout.address_bits for entry in entries])
    features, labels = decoded(layout.code, CodedSamples(words=samples, lengths=lengths))
    assert np.array_equal(2 * features[:TRAIN], data.train_features)
    assert np.array_equal(labels, np.append(data.train_labels, data.test_labels))


def test_without_shuffling_there_is_no_order(file: NetworkFile, design: BoardDesign) -> None:
    options = TrainingOptions(epochs=2)
    plain = NetworkFile(network=file.network, training=options)
    code = stored_code(design.core, 16)
    layout = flash_layout(plain, _data(), code, 5000, samples=20)
    assert (layout.order.entries, layout.samples) == (1, 20)
    content = flash_bytes(design.core, design.identity, layout, options, _data())
    assert content[16] == 0
    assert not orders_in(options, TRAIN, 1).any()


def test_what_no_board_trains_by_itself_is_refused(file: NetworkFile, design: BoardDesign) -> None:
    code = stored_code(design.core, 16)
    moving = Network(
        layers=(12, 6, 4),
        out_degree=(3, 2),
        parallelism=(4, 6),
        connections=ConnectionOptions(kind="free"),
        rewire=RewireOptions(),
    )
    with pytest.raises(ValueError, match=r"^\[rewire\] must be left out for a board that trains"):
        flash_layout(NetworkFile(network=moving, training=OPTIONS), _data(), code, 5000)
    with pytest.raises(RoomError, match=r"room for 8 samples, not for 9: lower train or test in"):
        _content(design, _data(TRAIN + 1))
    many = TrainingOptions(epochs=9, rate_exponent=tuple((k, 1) for k in range(9)))
    with pytest.raises(ValueError, match="rate_exponent must have at most 8 entries"):
        _content(design, _data(), many)
    with pytest.raises(ValueError, match=r"^places must be None where the memory can be written"):
        BoardDesign(core=design.core, clock_hz=18_000_000, places=3)


class Bench(wiring.Component):
    """The unit beside those that it works with, around a memory that is outside."""

    def __init__(self, design: BoardDesign):
        self._design = design
        self._memory = StoreShape(design.core.ports, design.store, writable=False).memory
        super().__init__(
            {
                "reads": Out(stream.Signature(self._memory.burst)),
                "data": In(stream.Signature(16)),
                "again": In(1),
                **{name: In(1) for name in ("serving", "running")},
                **{name: Out(1) for name in ("alone", "working", "start", "foreign", "wrong")},
                "seal": Out(32),
                "configuration": Out(CONFIGURATION_LAYOUT),
                "configured": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        commands = RunCommands(self._design)
        own = PowerOn(self._design, commands.commands)
        reader, check = BurstReader(self._memory, ("check", "head")), StoreCheck(self._memory)
        fresh = ResetInserter(self.again)
        m.submodules.own, m.submodules.commands = fresh(own), fresh(commands)
        m.submodules.reader, m.submodules.check = fresh(reader), fresh(check)
        wiring.connect(m, own.unit, commands.port)
        wiring.connect(m, own.bursts, reader.head)
        wiring.connect(m, check.bursts, reader.check)
        wiring.connect(m, reader.reads, wiring.flipped(self.reads))
        wiring.connect(m, wiring.flipped(self.data), reader.data)
        seal = Signal(32)
        with m.If(own.sealed):
            m.d.sync += seal.eq(own.seal)
        with m.If(self.again):
            m.d.sync += seal.eq(0)
        m.d.comb += [
            own.initialised.eq(1),
            own.checking.eq(check.working),
            own.crc.eq(check.crc),
            own.serving.eq(self.serving),
            own.running.eq(self.running),
            check.start.eq(own.check),
            check.first.eq(own.check_first),
            check.count.eq(own.check_count),
            check.words.valid.eq(reader.check_word),
            check.words.payload.eq(self.data.payload),
            reader.check_ready.eq(check.words.ready),
            own.words.valid.eq(reader.head_word),
            own.words.payload.eq(self.data.payload),
            reader.head_ready.eq(own.words.ready),
            *(
                getattr(self, name).eq(getattr(own, name))
                for name in ("alone", "working", "start", "foreign", "wrong")
            ),
            self.seal.eq(seal),
            self.configuration.eq(commands.configuration),
            self.configured.eq(commands.configured),
        ]
        return m


def test_it_seals_what_is_right_and_nothing_else(design: BoardDesign) -> None:
    content, bench = _content(design, _data()), Bench(design)
    memory = bytearray(content)

    async def chip(ctx) -> None:
        rng = np.random.default_rng(2)
        ctx.set(bench.reads.ready, 1)
        while True:
            *_, valid, payload = await ctx.tick().sample(bench.reads.valid, bench.reads.payload)
            if not valid:
                continue
            ctx.set(bench.reads.ready, 0)
            for place in range(payload.address, payload.address + payload.count):
                await ctx.tick().repeat(int(rng.integers(1, 4)))
                ctx.set(bench.data.payload, _number(memory, 2 * place, 2) if place >= 0 else 0)
                ctx.set(bench.data.valid, 1)
                await ctx.tick().until(bench.data.ready)
                ctx.set(bench.data.valid, 0)
                if ctx.get(bench.again):
                    break
            ctx.set(bench.reads.ready, 1)

    async def seen(ctx) -> None:
        for _ in range(PATIENCE):
            await ctx.tick()
            if not ctx.get(bench.working):
                return
        raise AssertionError("still at work")

    async def test(ctx) -> None:
        # Nobody else is at the commands: it waits for the frame that is being answered.
        ctx.set(bench.serving, 1)
        await ctx.tick().repeat(PATIENCE)
        assert ctx.get(bench.working) and not ctx.get(bench.alone)
        assert not ctx.get(bench.configured)
        ctx.set(bench.serving, 0)
        await seen(ctx)
        await ctx.tick().repeat(2)
        assert not ctx.get(bench.alone)
        assert ctx.get(bench.seal) == _number(content, 12)
        run = ctx.get(bench.configuration)
        assert (run.flags, run.end_epoch, run.train_count) == (1, EPOCHS, TRAIN)
        assert (run.test_first, run.test_count) == (TRAIN, TEST)
        for running in (0, 1):
            assert ctx.get(bench.start)
            ctx.set(bench.running, running)
            await ctx.tick()
        await ctx.tick()
        assert not ctx.get(bench.start)
        ctx.set(bench.running, 0)
        for bit in FLIPS:
            memory[:] = content
            memory[bit // 8] ^= 1 << bit % 8
            ctx.set(bench.again, 1)
            await ctx.tick().repeat(8)
            ctx.set(bench.again, 0)
            await seen(ctx)
            await ctx.tick().repeat(2)
            flags = (ctx.get(bench.foreign), ctx.get(bench.wrong))
            assert flags in ((0, 1), (1, 0)), bit
            assert flags == (1, 0) or not 32 <= bit < 64, bit
            assert (ctx.get(bench.seal), ctx.get(bench.start)) == (0, 0), bit

    simulate(bench, test, background=[chip])
