"""`presparse check-bitstream` on a made-up device: equal, and every kind of planted difference."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from boards.bitstream.xc7_check.check import BuiltBoard, compare, intended, read_device
from boards.bitstream.xc7_check.contents import Contents
from boards.bitstream.xc7_check.ram_cells import RamPart, words_held
from boards.bitstream.xc7_check.routed import read_routed
from boards.design import BoardDesign
from boards.platforms.boards import BOARDS
from boards.platforms.pinout import PlacedPort
from boards.tests.small_board import SMALL, written
from boards.tests.tiny_device import TinyDevice
from hwgen.core.design import CoreDesign
from presparse.cli import main
from software_ref.network_file import read_network_file

RAMS = tuple(f"CLBLM_L_X0Y{n}" for n in range(6))
CLBS = ("CLBLM_L_X2Y0", "CLBLM_L_X2Y1")
RAM, DSP, MMCM = "BRAM_L_X0Y0", "DSP_L_X0Y0", "CMT_TOP_L_LOWER_B_X0Y9"
LOGIC_TABLE = "0110100110010110"
"""A LUT of four inputs."""


class Build:
    """A folder as a build leaves it, for a network and a made-up device."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.network = written(folder, "small", SMALL)
        self.board = BOARDS["nexys4"]
        core = CoreDesign.from_file(read_network_file(self.network))
        self.design = BoardDesign(core=core, clock_hz=96_000_000, samples=64, leds=self.board.leds)
        self.right = intended(BuiltBoard(board=self.board, design=self.design))
        self.tiny = TinyDevice(
            folder / "database",
            pins=[port.pin for port in self.right.ports],
            tiles=[*RAMS, *CLBS, RAM, DSP, MMCM],
        )
        self.bitstream = folder / "small.bit"
        self.cells: dict[str, dict] = {}
        self.nets: dict[str, int] = {}
        self.weights, self.table, self.rom = self._memories()
        self._weights()
        self._table()
        self._logic()
        self._rom()
        self._dsp()
        self._mmcm()
        for port in self.right.ports:
            self._pin(port)
        self.write()

    def write(self, data: bytes | None = None) -> None:
        """Write all files but the database and the network file."""
        self.bitstream.write_bytes(self.tiny.bitstream() if data is None else data)
        design = self.design
        said = {
            "name": self.board.name,
            "part": self.board.part.name,
            "clock_hz": design.clock_hz,
            "baud": design.baud,
            "samples": design.samples,
            "words": design.words,
            "identity": design.identity.hex(),
        }
        document = {"network": {}, "board": said}
        self.bitstream.with_suffix(".json").write_text(json.dumps(document))
        nets = {name: {"bits": [net]} for name, net in self.nets.items()}
        netlist = {"modules": {"top": {"cells": self.cells, "netnames": nets}}}
        (self.folder / "routed.json").write_text(json.dumps(netlist))

    def check(self, *options: str) -> int:
        """Run the command."""
        where = ["--database", str(self.tiny.folder)]
        return main(["check-bitstream", str(self.bitstream), str(self.network), *where, *options])

    def place(self, port_name: str) -> tuple[int, str]:
        """Number of a port's pin, and `Y0` or `Y1`."""
        number = [port.name for port in self.right.ports].index(port_name)
        return number, f"Y{(number + 1) % 2}"

    def _memories(self) -> tuple[Contents, Contents, Contents]:
        """The weights, the table and the weights behind the reset button."""
        found = {memory.name: memory for memory in self.right.memories}
        (weights,) = (m for name, m in found.items() if name.endswith("rows0"))
        (table,) = (m for name, m in found.items() if name.endswith("feedforward_sigmoid"))
        return weights, table, found["initial_initial_weights"]

    def _cell(
        self,
        name: str,
        kind: str,
        place: tuple[str, str],
        *,
        original: str = "",
        parameters: dict[str, str] | None = None,
        pins: dict[str, str] | None = None,
        nets: dict[str, int] | None = None,
    ) -> None:
        """Add a cell to the routed netlist, in a tile and there in an element of a site."""
        tile, element = place
        self.cells[name] = {
            "type": kind,
            "parameters": parameters or {},
            "connections": {pin: [net] for pin, net in (nets or {}).items()},
            "attributes": {
                "NEXTPNR_BEL": f"{self.tiny.column_and_row(tile)}/{element}",
                "X_ORIG_TYPE": original or kind,
                **{f"X_ORIG_PORT_{pin}": port for pin, port in (pins or {}).items()},
            },
        }

    def _weights(self) -> None:
        """RAM32M by RAM32M, six bits in a tile each."""
        for number, tile in enumerate(RAMS):
            for bit in range(6 * number, 6 * number + 6):
                lut, half = 2 - bit % 6 // 2, bit % 2
                self._cell(
                    f"inner.{self.weights.name}.0.{number}/DPR{lut}_{half}",
                    "SLICE_LUTX",
                    (tile, f"SLICE_X0Y0.{'ABC'[lut]}{'56'[half]}LUT"),
                    original="RAMD32",
                )
                for word, value in enumerate(self.weights.words):
                    feature = f"SLICEM_X0.{'ABC'[lut]}LUT.INIT[{32 * half + word:02}]"
                    self.tiny.set(tile, feature, on=bool(value >> bit & 1))

    def _table(self) -> None:
        """A RAMB18E1 with a port of nine bits, the ninth unused."""
        self._cell(
            f"inner.{self.table.name}.0.0",
            "RAMB18E1_RAMB18E1",
            (RAM, "RAMB18_X0Y1.RAMB18E1"),
            parameters={"READ_WIDTH_A": f"{9:032b}", "WRITE_WIDTH_B": f"{0:032b}"},
        )
        for word, value in enumerate(self.table.words):
            for bit in range(self.table.width):
                number, place = divmod(8 * word + bit, 256)
                feature = f"RAMB18_Y1.INIT_{number:02X}[{place:03}]"
                self.tiny.set(RAM, feature, on=bool(value >> bit & 1))

    def _logic(self) -> None:
        """A LUT of its own on crossed pins, and two that share one."""
        table = [bit == "1" for bit in reversed(LOGIC_TABLE)]
        pins = {"A2": "I3", "A3": "I0", "A4": "I1", "A6": "I2"}
        place = (RAMS[0], "SLICE_X1Y0.B6LUT")
        self._cell("four", "SLICE_LUTX", place, parameters={"INIT": LOGIC_TABLE}, pins=pins)
        four = [
            table[(n >> 1 & 1) << 3 | (n >> 2 & 1) | (n >> 3 & 1) << 1 | (n >> 5 & 1) << 2]
            for n in range(64)
        ]
        self.tiny.put(RAMS[0], "SLICEL_X1.BLUT.INIT", four, 2)
        for name, element, init in (("buffer", "C5LUT", "10"), ("inverter", "C6LUT", "01")):
            place = (RAMS[0], f"SLICE_X1Y0.{element}")
            parameters = {"INIT": init}
            self._cell(name, "SLICE_LUTX", place, parameters=parameters, pins={"A1": "I0"})
        shared = [bool(n & 1) != (n >= 32) for n in range(64)]
        self.tiny.put(RAMS[0], "SLICEL_X1.CLUT.INIT", shared, 2)

    def _rom(self) -> None:
        """Sixteen words as look-up tables; one bit goes through a carry, one comes by a set."""
        assert self.rom.read is not None
        word, address = self.rom.read
        low, high = 1, 2
        for name, net in (("GND", low), ("VCC", high)):
            self.cells[name] = {"type": f"PSEUDO_{name}", "connections": {"Y": [net]}}
            self.cells[name] |= {"parameters": {}, "attributes": {}}
        self.nets = {f"inner.{address}[{bit}]": 10 + bit for bit in range(4)}
        assert (self.rom.width, len(self.rom.words)) == (8, 16)
        for bit in range(8):
            tile, letter = CLBS[bit // 4], "ABCD"[bit % 4]
            init = [bool(value >> bit & 1) for value in self.rom.words]
            self.tiny.put(tile, f"SLICEL_X1.{letter}LUT.INIT", init * 4, 2)
            made, data, taken = 20 + bit, 30 + bit, 40 + bit
            self._cell(
                f"rom{bit}",
                "SLICE_LUTX",
                (tile, f"SLICE_X1Y0.{letter}6LUT"),
                parameters={"INIT": "".join("01"[one] for one in reversed(init))},
                pins={f"A{pin + 1}": f"I{pin}" for pin in range(4)},
                nets={"O6": made} | {f"A{pin + 1}": 10 + pin for pin in range(4)},
            )
            nets = {"Q": taken, "D": made, "SR": low, "CE": high}
            if bit == 6:
                carry = {"CIN": low, "S0": made, "O0": data}
                self._cell("carry", "CARRY4", (tile, "SLICE_X1Y0.CARRY4"), nets=carry)
                nets["D"] = data
            if bit == 7:
                nets |= {"D": low, "SR": made}
            self._cell(
                f"register{bit}",
                "SLICE_FFX",
                (tile, f"SLICE_X1Y0.{letter}FF"),
                original="FDSE" if bit == 7 else "FDRE",
                nets=nets,
            )
            self.nets[f"inner.{word}[{bit}]"] = taken

    def _dsp(self) -> None:
        """Registers for operands, product and result; the others and inversions are not there."""
        names = ("A", "B", "M", "P")
        without = ("AD", "ALUMODE", "CARRYIN", "CARRYINSEL", "C", "D", "INMODE", "OPMODE")
        parameters = {f"{name}REG": f"{1:032b}" for name in names} | {
            f"{name}REG": f"{0:032b}" for name in without
        }
        place = (DSP, "DSP48_X0Y1.DSP48E1")
        self._cell("product", "DSP48E1_DSP48E1", place, parameters=parameters)
        for name in without:
            self.tiny.set(DSP, f"DSP48.DSP_1.Z{name}REG[0]")
        for bus, width in (("ALUMODE", 4), ("INMODE", 5), ("OPMODE", 7)):
            for bit in range(width):
                self.tiny.set(DSP, f"DSP48.DSP_1.ZIS_{bus}_INVERTED[{bit}]")
        for pin in ("CLK", "CARRYIN"):
            self.tiny.set(DSP, f"DSP48.DSP_1.ZIS_{pin}_INVERTED")

    def _mmcm(self) -> None:
        """96 MHz of 100: 100 x 12 / 1 / 12.5, as Xilinx' notes have the counters."""
        self._cell("mmcm", "MMCME2_ADV_MMCME2_ADV", (MMCM, "MMCME2_ADV_X0Y0.MMCME2_ADV"))
        site = "MMCME2_ADV"
        for feature in (
            *("IN_USE", "DIVCLK_DIVCLK_NO_COUNT[0]"),
            *("CLKFBOUT_CLKOUT1_OUTPUT_ENABLE[0]", "CLKOUT0_CLKOUT1_OUTPUT_ENABLE[0]"),
            "CLKOUT0_CLKOUT2_FRAC_EN[0]",
        ):
            self.tiny.set(MMCM, f"{site}.{feature}")
        numbers = {
            **{"CLKFBOUT_CLKOUT1_HIGH_TIME": 6, "CLKFBOUT_CLKOUT1_LOW_TIME": 6},
            **{"CLKOUT0_CLKOUT1_HIGH_TIME": 5, "CLKOUT0_CLKOUT1_LOW_TIME": 5},
            "CLKOUT0_CLKOUT2_FRAC": 4,
        }
        for name, value in numbers.items():
            bits = [bool(value >> bit & 1) for bit in range(value.bit_length())]
            self.tiny.put(MMCM, f"{site}.{name}", bits)

    def _pin(self, port: PlacedPort) -> None:
        number, y = self.place(port.name)
        buffer = f"RIOB33_X57Y{2 * number + 1}"
        self.tiny.set(buffer, f"IOB_{y}.PULLTYPE.NONE")
        if port.is_input:
            self.tiny.set(buffer, f"IOB_{y}.LVCMOS25_LVCMOS33_LVTTL.IN")
            self.tiny.set(buffer, f"IOB_{y}.LVCMOS18_LVCMOS33.IN_ONLY")
            return
        self.tiny.set(buffer, f"IOB_{y}.LVCMOS33_LVTTL.DRIVE.I12_I8")
        self.tiny.set(buffer, f"IOB_{y}.LVCMOS25_LVCMOS33.SLEW.SLOW")
        logic = f"RIOI3_X57Y{2 * number + 1}"
        for feature in ("OQUSED", "OMUX.D1", "OSERDES.DATA_RATE_TQ.BUF"):
            self.tiny.set(logic, f"OLOGIC_{y}.{feature}")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Build:
    return Build(tmp_path_factory.mktemp("build"))


@pytest.fixture
def build(whole: Build) -> Iterator[Build]:
    """The build, mended after each test."""
    bits = set(whole.tiny.bits)
    whole.write()
    yield whole
    whole.tiny.bits = bits


def test_a_bitstream_that_holds_the_design(
    build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = build.folder / "figures.json"
    assert build.check("--board", "nexys4", "--json", str(figures)) == 0
    said = capsys.readouterr().out
    assert said.splitlines()[0].startswith("small.bit: Digilent Nexys4")
    assert said.splitlines()[-1] == "the bitstream holds the design"
    assert "27 small memories are logic" in said
    document = json.loads(figures.read_text())
    assert document["equal"]
    compared = {each["kind"]: each["compared"] for each in document["checks"]}
    assert compared["memories"]["memories"] == 3
    assert compared["memories"]["of them logic"] == 1
    assert compared["memories"]["bits known to the golden model"] == 4 * 32 + 256 * 6 + 16 * 8
    assert compared["logic"] == {"look-up tables": 3 + 8}
    assert compared["DSP blocks"]["DSP blocks"] == 1
    assert compared["pins"] == {"outputs driven": 33, "inputs": 5}
    assert compared["clocks"]["clocks"] == 1


def flip(tile: str, feature: str) -> Callable[[Build], None]:
    """Change the bits of a feature that must be 1."""

    def change(build: Build) -> None:
        before = set(build.tiny.bits)
        build.tiny.set(tile, feature)
        if build.tiny.bits == before:
            build.tiny.set(tile, feature, on=False)

    return change


def on_pin(port: str, kind: str, feature: str, *, on: bool = True) -> Callable[[Build], None]:
    """Change a feature of a pin's tile; {} in it is the pin's row."""

    def change(build: Build) -> None:
        number, y = build.place(port)
        at = 2 * number + 1 + (number % 2 if kind == "INT_R" else 0)
        build.tiny.set(f"{kind}_X57Y{at}", feature.format(y), on=on)

    return change


def bit(place: tuple[int, int, int]) -> Callable[[Build], None]:
    return lambda build: build.tiny.bits.add(place)


@pytest.mark.parametrize(
    ("change", "kind", "line"),
    [
        (
            flip("BRAM_L_X0Y0", "RAMB18_Y1.INIT_01[019]"),
            "memories",
            r"word 34 of core_junction_1_feedforward_sigmoid at BRAM_L_X0Y0 RAMB18_Y1: "
            r"is \w+, must be \w+ by the table of the sigmoid",
        ),
        (
            flip("CLBLM_L_X0Y1", "SLICEM_X0.BLUT.INIT[35]"),
            "memories",
            r"word 3 of core_junction_1_weights__\d+_rows0 at CLBLM_L_X0Y0 CLUT: "
            r"is \w+, must be \w+ by the initial parameters",
        ),
        (
            flip("CLBLM_L_X0Y0", "SLICEL_X1.BLUT.INIT[17]"),
            "logic",
            "truth table of four at CLBLM_L_X0Y0.SLICEL_X1.BLUT",
        ),
        (
            flip("CLBLM_L_X2Y1", "SLICEL_X1.CLUT.INIT[37]"),
            "memories, logic",
            "word 5 of initial_initial_weights at CLBLM_L_X2Y0: is .* by the initial parameters",
        ),
        (flip("CLBLM_L_X0Y0", "SLICEL_X1.CLUT.INIT[40]"), "logic", "truth table of inverter"),
        (
            flip("DSP_L_X0Y0", "DSP48.DSP_1.ZMREG[0]"),
            "DSP blocks",
            r"MREG = 1 of DSP block product at DSP_L_X0Y0.DSP_1: is ZMREG\[0\] set",
        ),
        (flip("DSP_L_X0Y0", "DSP48.DSP_1.AREG_0"), "DSP blocks", "AREG = 1 of DSP block product"),
        (
            flip("DSP_L_X0Y0", "DSP48.DSP_1.ZIS_OPMODE_INVERTED[3]"),
            "DSP blocks",
            r"inversion 0 of OPMODE\[3\]",
        ),
        (
            on_pin("led_3__io", "RIOB33", "IOB_{}.LVCMOS18.DRIVE.I12_I8"),
            "pins",
            "output standard of led_3__io at pin T6 .*must be LVCMOS33 at 12 mA",
        ),
        (
            on_pin("led_4__io", "RIOB33", "IOB_{}.LVCMOS33_LVTTL.DRIVE.I4"),
            "pins",
            "output standard of led_4__io",
        ),
        (
            on_pin("led_3__io", "RIOB33", "IOB_{}.PULLTYPE.PULLUP"),
            "pins",
            "pull resistor of led_3__io .*must be PULLTYPE.NONE",
        ),
        (
            on_pin("led_3__io", "RIOB33", "IOB_{}.LVCMOS25_LVCMOS33.SLEW.FAST"),
            "pins",
            "slew of led_3__io",
        ),
        (
            on_pin("uart_0__rx__io", "RIOB33", "IOB_{}.LVCMOS12_LVCMOS15_LVCMOS18.IN"),
            "pins",
            "input standard of uart_0__rx__io .*must be LVCMOS33",
        ),
        (
            on_pin("uart_0__rx__io", "RIOB33", "IOB_{}.LVCMOS33_LVTTL.DRIVE.I12_I8"),
            "pins",
            "output of uart_0__rx__io",
        ),
        (
            on_pin("uart_0__tx__io", "RIOI3", "OLOGIC_{}.OQUSED", on=False),
            "pins",
            "OQUSED of uart_0__tx__io at pin D4 .*is not set, must be set",
        ),
        (on_pin("uart_0__tx__io", "RIOI3", "OLOGIC_{}.ZINV_T1"), "pins", "ZINV_T1 of"),
        (
            on_pin("uart_0__tx__io", "INT_R", "IMUX15.GFAN1"),
            "pins",
            "tri-state input of uart_0__tx__io .*may float",
        ),
        (
            flip("CMT_TOP_L_LOWER_B_X0Y9", "MMCME2_ADV.CLKFBOUT_CLKOUT1_HIGH_TIME[3]"),
            "clocks",
            "clock .*is 160000000 Hz .*must be 96000000 Hz",
        ),
        (
            flip("CMT_TOP_L_LOWER_B_X0Y9", "MMCME2_ADV.CLKOUT0_CLKOUT1_OUTPUT_ENABLE[0]"),
            "clocks",
            "CLKOUT0 at .*is not enabled",
        ),
        (
            bit((0x000003, 100, 31)),
            "bits",
            "bit that belongs to no feature .*frame 00000003 word 100 bit 31: is 1, must be 0",
        ),
        (bit((0x000003, 50, 3)), "bits", "error-correcting code at frame 00000003"),
    ],
)
def test_a_planted_difference_is_found_and_named(
    build: Build, change: Callable[[Build], None], kind: str, line: str
) -> None:
    change(build)
    build.write()
    device = read_device(build.bitstream, build.board.part, build.tiny.folder)
    netlist = read_routed(build.folder / "routed.json", device.database)
    findings = compare(device, netlist, build.right)
    assert ", ".join(each.kind for each in findings if each.differences) == kind
    lines = [str(each) for found in findings for each in found.differences]
    assert any(re.search(line, each) for each in lines), lines


def test_differences_are_printed_and_the_status_is_1(
    build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(25):
        flip(RAM, f"RAMB18_Y1.INIT_00[{8 * number:03}]")(build)
    build.write()
    assert build.check() == 1
    said = capsys.readouterr().out
    assert said.count("by the table of the sigmoid") == 20
    assert "and 5 more of memories" in said
    assert said.splitlines()[-1] == "bitstream and design differ"


def edit_manifest(**changes: object) -> Callable[[Build], None]:
    def change(build: Build) -> None:
        file = build.bitstream.with_suffix(".json")
        document = json.loads(file.read_text())
        document["board"] |= changes
        file.write_text(json.dumps(document))

    return change


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda b: b.write(b"no bitstream"), [], r"small\.bit must be a bitstream"),
        (lambda b: b.write(b.tiny.bitstream(idcode=0x362D093)), [], "not for device ID 0362d093"),
        (lambda b: b.bitstream.unlink(), [], "bitstream must be a file"),
        (lambda b: (b.folder / "small.json").unlink(), [], "there must be the manifest"),
        (lambda b: (b.folder / "routed.json").unlink(), [], "there must be the routed netlist"),
        (lambda b: (b.folder / "routed.json").write_text("{}"), [], "that nextpnr-himbaechel"),
        (edit_manifest(identity="00"), [], "is it the file that the board was built from"),
        (edit_manifest(name="ulx3s"), [], "must have an FPGA of the 7 series, not"),
        (edit_manifest(name="another"), [], "must be one of a board's build"),
        (lambda b: None, ["--board", "nexys4ddr"], "--board must be nexys4, as the manifest"),
        (lambda b: None, ["--database", "nowhere"], "--database must name a folder that has"),
    ],
)
def test_what_cannot_be_checked_is_refused_in_one_line(
    build: Build,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Build], None],
    options: list[str],
    message: str,
) -> None:
    change(build)
    assert build.check(*options) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert re.search(message, said)


def part(number: int, words: list[int], *, group: int, first_bit: int = 0) -> RamPart:
    return RamPart(
        copy=0,
        number=number,
        first_bit=first_bit,
        words=words,
        width=group,
        group=group,
        where=f"at {number}",
    )


def test_words_are_put_together_across_and_down() -> None:
    """Words of 5 bits, 3 of them, from RAMs of two words of 3 bits."""
    cells = [part(0, [1, 2], group=3), part(1, [3, 0], group=3)]
    cells += [part(2, [7, 7], group=3), part(3, [1, 7], group=3)]
    (held,) = words_held(cells, depth=3, width=5)
    assert held.words == [1 | 3 << 3, 2, 7 | 1 << 3]
    assert held.present == [31] * 3
    assert held.where == ["at 0", "at 0", "at 2"]
    (held,) = words_held(cells[1:], depth=3, width=5)
    assert held.present == [3 << 3, 3 << 3, 31]
