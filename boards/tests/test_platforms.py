"""The wrappers of all boards: every port on its pin, every clock constrained."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from boards.bitstream.constraints import lpf, nextpnr_xdc, vivado_xdc
from boards.design import TOP, BoardDesign
from boards.families import family_of
from boards.platforms.board import Board
from boards.platforms.boards import BOARDS
from boards.platforms.pinout import Pinout, pinout
from boards.top import board_verilog
from hwgen.core.design import CoreDesign
from hwgen.testing.signedness import doubtful_signs
from software_ref.devices import XC7
from software_ref.network import Network

ARTIX = tuple(name for name, board in BOARDS.items() if board.part.device.family is XC7)
PRIMITIVES = {"xc7": "MMCME2_BASE", "ecp5": "EHXPLLL"}

# From the boards' reference manuals, by hand: clock, UART, a button, LEDs and digits.
PINS = {
    "nexys4": {
        "clk100_0__io": "E3",
        "uart_0__rx__io": "C4",
        "uart_0__tx__io": "D4",
        "button_center_0__io": "E16",
        "button_up_0__io": "F15",
        "button_down_0__io": "V10",
        "led_0__io": "T8",
        "led_15__io": "P2",
        "display_7seg_0__a__io": "L3",
        "display_7seg_0__dp__io": "M4",
        "display_7seg_an_0__io[0]": "N6",
        "display_7seg_an_0__io[7]": "M1",
    },
    "nexys4ddr": {
        "clk100_0__io": "E3",
        "uart_0__rx__io": "C4",
        "uart_0__tx__io": "D4",
        "button_center_0__io": "N17",
        "button_up_0__io": "M18",
        "button_down_0__io": "P18",
        "led_0__io": "H17",
        "led_15__io": "V11",
        "display_7seg_0__a__io": "T10",
        "display_7seg_0__dp__io": "H15",
        "display_7seg_an_0__io[0]": "J17",
        "display_7seg_an_0__io[7]": "U13",
    },
    "nexysa7": {"clk100_0__io": "E3", "uart_0__tx__io": "D4", "button_center_0__io": "N17"},
    "artya7-35": {
        "clk100_0__io": "E3",
        "uart_0__rx__io": "A9",
        "uart_0__tx__io": "D10",
        "button_0__io": "D9",
        "led_0__io": "H5",
        "led_3__io": "T10",
    },
    "artya7-100": {"clk100_0__io": "E3", "uart_0__rx__io": "A9", "uart_0__tx__io": "D10"},
    "basys3": {
        "clk100_0__io": "W5",
        "uart_0__rx__io": "B18",
        "uart_0__tx__io": "A18",
        "button_center_0__io": "U18",
        "button_down_0__io": "U17",
        "led_0__io": "U16",
        "led_15__io": "L1",
        "display_7seg_0__a__io": "W7",
        "display_7seg_0__dp__io": "V7",
        "display_7seg_an_0__io[0]": "U2",
        "display_7seg_an_0__io[3]": "W4",
    },
    "ulx3s": {
        "clk25_0__io": "G2",
        "uart_0__rx__io": "M1",
        "uart_0__tx__io": "L4",
        "led_0__io": "B2",
        "led_7__io": "H3",
    },
}


def wrapped(name: str, clock_mhz: int = 80) -> tuple[Board, BoardDesign, Pinout]:
    board = BOARDS[name]
    clocking = family_of(board).clocking(board.oscillator_hz, clock_mhz * 1_000_000)
    network = Network(layers=(8, 4, 2), out_degree=(2, 2), parallelism=(4, 2))
    design = BoardDesign(
        core=CoreDesign(network=network), clock_hz=round(clocking.clock_hz), leds=board.leds
    )
    return board, design, pinout(board, design, clocking)


@pytest.mark.parametrize("name", BOARDS)
def test_no_sign_of_a_wrapper_hangs_on_how_an_expression_is_spelt(name: str) -> None:
    _, _, pins = wrapped(name)
    assert doubtful_signs(pins.verilog) == []


@pytest.mark.parametrize("leds", sorted({board.leds for board in BOARDS.values()}))
def test_no_sign_of_the_logic_does(leds: int) -> None:
    _, design, _ = wrapped("ulx3s")
    assert doubtful_signs(board_verilog(replace(design, samples=8, leds=leds))) == []


def ports_of(verilog: str) -> set[str]:
    """Every bit of the wrapper's ports, as constraints name it."""
    found = set()
    module = verilog[re.search(r"^module board\(", verilog, re.MULTILINE).start() :]
    module = module.partition("endmodule")[0]
    for width, name in re.findall(
        r"^  (?:input|output|inout) (?:\[(\d+):0\] )?(\w+);", module, re.MULTILINE
    ):
        found |= {f"{name}[{bit}]" for bit in range(int(width) + 1)} if width else {name}
    return found


@pytest.mark.parametrize("name", BOARDS)
def test_every_port_has_a_pin_of_its_own(name: str) -> None:
    _, _, placed = wrapped(name)
    assert {port.name for port in placed.ports} == ports_of(placed.verilog)
    pins = [port.pin for port in placed.ports]
    assert len(set(pins)) == len(pins)
    assert PINS[name].items() <= {port.name: port.pin for port in placed.ports}.items()


@pytest.mark.parametrize("name", BOARDS)
def test_the_logic_is_inside(name: str) -> None:
    board, design, placed = wrapped(name)
    assert len(re.findall(rf"^  {TOP} ", placed.verilog, re.MULTILINE)) == 1
    primitive = PRIMITIVES[board.part.device.family.name]
    assert len(re.findall(rf"^  {primitive} ", placed.verilog, re.MULTILINE)) == 1
    assert design.clock_hz == 80_000_000
    assert placed.oscillators == {f"{board.oscillator[0]}_0__io": board.oscillator_hz}


@pytest.mark.parametrize("name", ARTIX)
def test_artix_constraints_name_every_port_and_clock(name: str) -> None:
    _, design, placed = wrapped(name)
    for text in (vivado_xdc(placed), nextpnr_xdc(placed, design.clock_hz)):
        for port in placed.ports:
            target = rf"\[get_ports {{{re.escape(port.name)}}}\]"
            assert len(re.findall(f"PACKAGE_PIN {port.pin} {target}$", text, re.M)) == 1
            assert len(re.findall(f"IOSTANDARD LVCMOS33 {target}$", text, re.M)) == 1
        oscillator = r"create_clock -period 10.000 \[get_ports {clk100_0__io}\]$"
        assert len(re.findall(oscillator, text, re.MULTILINE)) == 1
    assert "create_clock -period 12.500 [get_nets clk]" in nextpnr_xdc(placed, design.clock_hz)
    false_paths = re.findall(r"^set_false_path -(from|to) .*{(.*)}", vivado_xdc(placed), re.M)
    assert len(false_paths) == len(placed.ports) - 1
    assert ("from", "uart_0__rx__io") in false_paths
    assert ("to", "uart_0__tx__io") in false_paths


def test_ulx3s_constraints_name_every_port_and_clock() -> None:
    _, _, placed = wrapped("ulx3s")
    text = lpf(placed)
    for port in placed.ports:
        assert text.count(f'LOCATE COMP "{port.name}" SITE "{port.pin}";') == 1
        assert re.search(
            rf'^IOBUF PORT "{re.escape(port.name)}".* IO_TYPE=LVCMOS33', text, re.MULTILINE
        )
    assert text.count("FREQUENCY PORT") == 1
    assert 'FREQUENCY PORT "clk25_0__io" 25 MHZ;' in text


@pytest.mark.parametrize("name", BOARDS)
def test_every_output_is_driven_by_a_buffer_without_an_enable(name: str) -> None:
    board, _, placed = wrapped(name)
    primitive, _, pin = board.part.device.family.output_buffer
    driven = re.findall(rf"^  {primitive} \w+ \(.*?\.{pin}\(([^)]*)\)", placed.verilog, re.M | re.S)
    assert sorted(driven) == sorted(port.name for port in placed.ports if not port.is_input)
    assert not re.search(r"^  (OBUFT|OBZ|IOBUF|BB) ", placed.verilog, re.MULTILINE)
