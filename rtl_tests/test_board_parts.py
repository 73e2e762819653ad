"""Parts of the board as exported Verilog: UART, link, store, display and buttons, under cocotb."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from amaranth.hdl import Cat, Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.dispatcher import Dispatcher
from boards.link.frame_receiver import FrameReceiver
from boards.link.frame_transmitter import FrameTransmitter
from boards.memory.block_ram import BlockRamMemory
from boards.panel.button import Button
from boards.panel.display import Display
from boards.panel.lamps import Lamps
from boards.store.sample_store import SampleStore
from boards.store.store_shape import StoreShape
from boards.store.store_writer import StoreWriter
from boards.uart import UartReceiver, UartTransmitter
from hwgen.core.design import CoreDesign
from hwgen.simulation.process import run_cocotb
from hwgen.simulation.verilator import SimulatorError
from rtl_tests.board_benches import button, common, display, lamps, link, store, uart
from rtl_tests.side_by_side import build_side_by_side
from software_ref.network import Network

TOP = "board_parts"
BENCHES = (uart, link, store, display, button, lamps)
TESTS = tuple(name for bench in BENCHES for name in bench.TESTS)


def design() -> BoardDesign:
    """Fourteen beats of five features a sample."""
    network = Network(layers=(70, 4, 2), out_degree=(2, 1), parallelism=(10, 2))
    return BoardDesign(
        core=CoreDesign(network=network),
        clock_hz=common.CLOCK_HZ,
        baud=uart.BAUD,
        samples=store.SAMPLES,
        leds=lamps.LEDS,
    )


class Store(wiring.Component):
    """The store with a block RAM, and a counter of its pulses `damaged`."""

    def __init__(self) -> None:
        self._store = parts = SampleStore(design().core, design().store)
        shape = parts.shape
        names = ("requests", "samples", "taken", "running", "checking", "crc")
        names += ("check", "check_first", "check_count")
        super().__init__(
            {name: parts.signature.members[name] for name in names}
            | {"writes": In(stream.Signature(shape.memory.write)), "damages": Out(16)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.parts = parts = self._store
        m.submodules.memory = memory = BlockRamMemory(parts.shape.memory)
        wiring.connect(m, parts.reads, memory.reads)
        wiring.connect(m, memory.data, parts.data)
        wiring.connect(m, wiring.flipped(self.writes), memory.writes)
        wiring.connect(m, wiring.flipped(self.requests), parts.requests)
        wiring.connect(m, parts.samples, wiring.flipped(self.samples))
        m.d.comb += [
            parts.memory_idle.eq(memory.idle),
            *(
                getattr(self, name).eq(getattr(parts, name))
                for name in ("taken", "checking", "crc")
            ),
            *(
                getattr(parts, name).eq(getattr(self, name))
                for name in ("running", "check", "check_first", "check_count")
            ),
        ]
        m.d.sync += self.damages.eq(self.damages + parts.damaged)
        return m


class Link(wiring.Component):
    """Frames in and out, byte by byte, and the unit that fills a store.

    `seen` is all that its bench looks at in every clock: whether a word is written, an answer's
    byte and whether there is one, address and data of a write.
    """

    def __init__(self) -> None:
        self._writer = writer = StoreWriter(StoreShape(design().core.ports, design().store))
        width = 1 + 9 + len(writer.writes.payload.as_value())
        super().__init__(
            {
                "valid": In(1),
                "data": In(8),
                "broken": In(1),
                "seal": Out(32),
                "seen": Out(width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.receiver = receiver = FrameReceiver()
        m.submodules.transmitter = transmitter = FrameTransmitter()
        m.submodules.writer = writer = self._writer
        m.submodules.dispatcher = dispatcher = Dispatcher([writer.commands])
        wiring.connect(m, receiver.frame, dispatcher.frame)
        wiring.connect(m, dispatcher.body, transmitter.body)
        wiring.connect(m, writer.port, dispatcher.unit0)
        m.d.comb += [
            *(getattr(receiver, name).eq(getattr(self, name)) for name in ("valid", "data")),
            receiver.broken.eq(self.broken),
            transmitter.bytes.ready.eq(1),
            writer.writes.ready.eq(1),
            self.seal.eq(writer.seal),
            self.seen.eq(
                Cat(
                    writer.writes.valid,
                    *(transmitter.bytes.valid, transmitter.bytes.payload),
                    writer.writes.payload.as_value(),
                )
            ),
        ]
        return m


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Whether each test of the benches passed, all on one model."""
    folder = tmp_path_factory.mktemp("board_parts")
    parts: dict[str, wiring.Component] = {
        "receiver": UartReceiver(common.CLOCK_HZ, uart.BAUD),
        "transmitter": UartTransmitter(common.CLOCK_HZ, uart.BAUD),
        "link": Link(),
        "store": Store(),
        "display": Display(common.DISPLAY_HZ, display.COUNT_BITS),
        "button": Button(button.BOUNCE_CLOCKS),
        "lamps": Lamps(common.DISPLAY_HZ, lamps.LEDS),
    }
    executable = build_side_by_side(parts, TOP, folder)
    try:
        run_cocotb(
            executable,
            top=TOP,
            test_module=",".join(bench.__name__ for bench in BENCHES),  # cocotb takes several
            run_dir=folder,
            timeout=300,
        )
    except SimulatorError:
        if not (folder / "results.xml").exists():
            raise
        print((folder / "run.log").read_text()[-20_000:])
    return passed(folder / "results.xml")


def passed(results: Path) -> dict[str, bool]:
    """Names of the cocotb tests in a result file, and whether each passed."""
    cases = ElementTree.parse(results).iter("testcase")
    return {case.attrib["name"]: case.find("failure") is None for case in cases}


def test_the_benches_know_the_store_they_fill() -> None:
    assert design().store == store.LAYOUT


@pytest.mark.parametrize("name", TESTS)
def test_each_test_of_the_benches_passes(outcomes: dict[str, bool], name: str) -> None:
    assert outcomes[name]


def test_nothing_else_is_in_the_benches(outcomes: dict[str, bool]) -> None:
    assert tuple(outcomes) == TESTS
