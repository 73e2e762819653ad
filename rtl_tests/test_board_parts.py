"""Parts of the board as exported Verilog: UART, link, store, display and buttons, under cocotb."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from amaranth.hdl import Cat, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.dispatcher import Dispatcher
from boards.link.frame_receiver import FrameReceiver
from boards.link.frame_transmitter import FrameTransmitter
from boards.panel.button import Button
from boards.panel.display import Display
from boards.panel.lamps import Lamps
from boards.memory.deep_memory import CHUNK
from boards.store.sample_store import SampleStore, StoreShape
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
    """Fourteen beats of five features a sample, and more beats than one block RAM has words."""
    network = Network(layers=(70, 4, 2), out_degree=(2, 1), parallelism=(10, 2))
    return BoardDesign(
        core=CoreDesign(network=network),
        clock_hz=common.CLOCK_HZ,
        baud=uart.BAUD,
        samples=store.SAMPLES,
        leds=lamps.LEDS,
    )


class Link(wiring.Component):
    """Frames in and out, byte by byte, and the unit that fills a store.

    `seen` is all that its bench looks at in every clock: three write enables, an answer's byte and
    whether there is one, address and data of a write.
    """

    def __init__(self) -> None:
        self._writer = writer = StoreWriter(design())
        width = 3 + 9 + len(writer.write_address) + len(writer.write_data)
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
            self.seal.eq(writer.seal),
            self.seen.eq(
                Cat(
                    *(writer.write_features, writer.write_label, writer.write_order),
                    *(transmitter.bytes.valid, transmitter.bytes.payload),
                    *(writer.write_address, writer.write_data),
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
        "store": SampleStore(design()),
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
    shape = StoreShape(design())
    assert (shape.beats, shape.beat_bits) == (store.BEATS, store.BEAT_BITS)
    assert shape.beat_address_bits == link.ADDRESS_BITS
    assert shape.samples * shape.beats > CHUNK


@pytest.mark.parametrize("name", TESTS)
def test_each_test_of_the_benches_passes(outcomes: dict[str, bool], name: str) -> None:
    assert outcomes[name]


def test_nothing_else_is_in_the_benches(outcomes: dict[str, bool]) -> None:
    assert tuple(outcomes) == TESTS
