"""What stands between a board's pins and its logic: buffers, clock and reset.

oscillator --> MMCM or PLL --+--> global buffer --> clk --+
                             '--> locked --> reset -------+
pins <--> input and output buffers, polarity <--> presparse_board
"""

from __future__ import annotations

from typing import Any

from amaranth.build import Platform
from amaranth.hdl import Cat, ClockDomain, ClockSignal, Elaboratable, Instance, Module, Signal
from amaranth.lib import io

from boards.design import TOP, BoardDesign
from boards.platforms.boards import Board
from boards.platforms.clocking import EcpPll, Mmcm

__all__ = ["CLOCK", "BoardWrapper"]

CLOCK = "clk"
"""Name of the logic's clock net in the wrapper."""

_RESET_STAGES = 8
"""Clocks after the lock that the reset lasts; the first two only settle."""
_SEGMENTS = ("a", "b", "c", "d", "e", "f", "g", "dp")


class BoardWrapper(Elaboratable):
    """The top module of a board's bitstream; elaborates for the board's platform alone.

    Not a Component: its ports are the platform's pins.

    Parameters
    ----------
    board
        The board.
    design
        The logic; an instance of module TOP.
    clocking
        What makes the logic's clock of the oscillator's.
    """

    def __init__(self, board: Board, design: BoardDesign, clocking: Mmcm | EcpPll):
        self._board = board
        self._design = design
        self._clocking = clocking

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        board = self._board
        rx, tx = Signal(), Signal()
        leds = Signal(self._design.leds)
        segments, digits = Signal(len(_SEGMENTS)), Signal(8)
        buttons = {f"{name}_button": Signal(name=f"{name}_button") for name in board.buttons}
        self._clock(m, platform)
        reset = self._reset(m)
        m.submodules.inner = Instance(
            TOP,
            i_clk=ClockSignal(),
            i_rst=reset,
            i_rx=rx,
            o_tx=tx,
            o_leds=leds,
            o_segments=segments,
            o_digits=digits,
            **{f"i_{name}": pressed for name, pressed in buttons.items()},
        )
        uart = platform.request("uart", 0, dir="-")
        _input(m, "rx_pin", uart.rx, rx)
        _output(m, "tx_pin", uart.tx, tx)
        for name, pin in board.buttons.items():
            _input(m, f"{name}_pin", platform.request(*pin, dir="-"), buttons[f"{name}_button"])
        for number in range(board.leds):
            _output(m, f"led_pin{number}", platform.request("led", number, dir="-"), leds[number])
        if board.has_display:
            display = platform.request("display_7seg", 0, dir="-")
            for name, lit in zip(_SEGMENTS, segments, strict=True):
                _output(m, f"segment_pin_{name}", getattr(display, name), lit)
            _output(m, "digit_pins", platform.request("display_7seg_an", 0, dir="-"), digits)
        for name, number, part in board.held_high:
            port = getattr(platform.request(name, number, dir="-"), part)
            _output(m, f"held_{name}_{part}", port, 1)
        return m

    def _clock(self, m: Module, platform: Platform) -> None:
        """Domain `sync`, without a reset, and the signal `locked`."""
        m.domains.sync = ClockDomain(reset_less=True)
        oscillator = Signal()
        port = platform.request(*self._board.oscillator, dir="-")
        _input(m, "oscillator_pin", port, oscillator)
        self._locked = Signal(name="pll_locked")
        make = _mmcm if isinstance(self._clocking, Mmcm) else _pll
        make(m, self._clocking, oscillator, self._locked)

    def _reset(self, m: Module) -> Signal:
        """High from configuration until a while after the lock, and again when the lock is lost."""
        # ASYNC_REG keeps Vivado from making a shift register of them.
        locked = Signal(_RESET_STAGES, attrs={"ASYNC_REG": "TRUE"})
        reset = Signal(init=1)
        m.d.sync += [
            locked.eq(Cat(self._locked, locked[:-1])),
            reset.eq(~locked[2:].all()),
        ]
        return reset


def _input(m: Module, name: str, port: io.SingleEndedPort, inside: Signal) -> None:
    m.submodules[name] = buffer = io.Buffer("i", port)
    m.d.comb += inside.eq(buffer.i)


def _output(m: Module, name: str, port: io.SingleEndedPort, inside: Any) -> None:
    m.submodules[name] = buffer = io.Buffer("o", port)
    m.d.comb += buffer.o.eq(inside)


def _mmcm(m: Module, settings: Mmcm, oscillator: Signal, locked: Signal) -> None:
    feedback, unbuffered = Signal(name="mmcm_feedback"), Signal(name="mmcm_clk")
    m.submodules.mmcm = Instance(
        "MMCME2_BASE",
        p_CLKIN1_PERIOD=round(1e9 / settings.oscillator_hz, 3),
        p_DIVCLK_DIVIDE=settings.divide,
        p_CLKFBOUT_MULT_F=float(settings.multiply),
        p_CLKOUT0_DIVIDE_F=float(settings.output_divide),
        # nextpnr-xilinx takes 1 degree where none is given.
        p_CLKFBOUT_PHASE=0.0,
        p_CLKOUT0_PHASE=0.0,
        i_CLKIN1=oscillator,
        # Nothing outside depends on the phase, so the loop needs no buffer.
        i_CLKFBIN=feedback,
        o_CLKFBOUT=feedback,
        o_CLKOUT0=unbuffered,
        o_LOCKED=locked,
        i_RST=0,
        i_PWRDWN=0,
    )
    m.submodules.clock_buffer = Instance("BUFG", i_I=unbuffered, o_O=ClockSignal())


def _pll(m: Module, settings: EcpPll, oscillator: Signal, locked: Signal) -> None:
    feedback = Signal(name="pll_feedback")
    m.submodules.pll = Instance(
        "EHXPLLL",
        # Loop filter and charge pump as Lattice's and Trellis' own tools set them.
        a_ICP_CURRENT="12",
        a_LPF_RESISTOR="8",
        a_MFG_ENABLE_FILTEROPAMP="1",
        a_MFG_GMCREF_SEL="2",
        p_PLLRST_ENA="DISABLED",
        p_INTFB_WAKE="DISABLED",
        p_STDBY_ENABLE="DISABLED",
        p_DPHASE_SOURCE="DISABLED",
        p_OUTDIVIDER_MUXA="DIVA",
        p_OUTDIVIDER_MUXB="DIVB",
        p_OUTDIVIDER_MUXC="DIVC",
        p_OUTDIVIDER_MUXD="DIVD",
        p_FEEDBK_PATH="CLKOP",
        p_CLKI_DIV=settings.input_divide,
        p_CLKFB_DIV=settings.feedback_divide,
        p_CLKOP_ENABLE="ENABLED",
        p_CLKOP_DIV=settings.loop_divide,
        p_CLKOP_CPHASE=settings.loop_divide - 1,
        p_CLKOP_FPHASE=0,
        p_CLKOS_ENABLE="ENABLED",
        p_CLKOS_DIV=settings.output_divide,
        p_CLKOS_CPHASE=settings.output_divide - 1,
        p_CLKOS_FPHASE=0,
        i_CLKI=oscillator,
        i_CLKFB=feedback,
        o_CLKOP=feedback,
        o_CLKOS=ClockSignal(),
        o_LOCK=locked,
        i_RST=0,
        i_STDBY=0,
        i_PHASESEL0=0,
        i_PHASESEL1=0,
        i_PHASEDIR=1,
        i_PHASESTEP=1,
        i_PHASELOADREG=1,
        i_PLLWAKESYNC=0,
        i_ENCLKOP=0,
    )
