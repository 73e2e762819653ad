"""What stands between a board's pins and its logic: buffers, clock and reset.

oscillator --> MMCM or PLL --+--> global buffer --> clk --+
                             '--> locked --> reset -------+
pins <--> input and output buffers, polarity <--> presparse_board
"""

from __future__ import annotations

from typing import Any

from amaranth.build import Platform
from amaranth.hdl import (
    Cat,
    ClockDomain,
    ClockSignal,
    Elaboratable,
    Instance,
    Module,
    Signal,
    Value,
)
from amaranth.lib import io

from boards.clocking.clocking import Clocking
from boards.design import MEMORY_PREFIX, TOP, BoardDesign
from boards.platforms.board import KEY, Board
from boards.platforms.memory_pins import connect_chip

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

    def __init__(self, board: Board, design: BoardDesign, clocking: Clocking):
        self._board = board
        self._design = design
        self._clocking = clocking

    def elaborate(self, platform: Platform) -> Module:
        m = Module()
        board = self._board
        rx, tx = Signal(), Signal()
        leds = Signal(self._design.leds)
        segments, digits = Signal(len(_SEGMENTS)), Signal(8)
        wired = {
            name: pin for name, pin in board.buttons.items() if name != KEY or self._design.morse
        }
        buttons = {f"{name}_button": Signal(name=f"{name}_button") for name in wired}
        external, pins = self._design.external, self._memory_pins()
        reset = self._reset(m, self._clock(m, platform))
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
            **{
                f"{'i' if name.endswith('_i') else 'o'}_{MEMORY_PREFIX}{name}": pin
                for name, pin in pins.items()
            },
        )
        uart = platform.request("uart", 0, dir="-")
        _input(m, "rx_pin", uart.rx, rx)
        self._output(m, "tx_pin", uart.tx, tx)
        for name, pin in wired.items():
            _input(m, f"{name}_pin", platform.request(*pin, dir="-"), buttons[f"{name}_button"])
        for number in range(board.leds):
            port = platform.request("led", number, dir="-")
            self._output(m, f"led_pin{number}", port, leds[number])
        if board.display_digits:
            display = platform.request("display_7seg", 0, dir="-")
            for name, lit in zip(_SEGMENTS, segments, strict=True):
                self._output(m, f"segment_pin_{name}", getattr(display, name), lit)
            self._output(m, "digit_pins", platform.request("display_7seg_an", 0, dir="-"), digits)
        if external is not None:
            family = board.part.device.family
            falling = external.falling(self._design.clock_hz)
            connect_chip(m, platform, family, external.kind, pins, falling=falling)
        for name, number, part in board.held_high:
            port = getattr(platform.request(name, number, dir="-"), part)
            self._output(m, f"held_{name}_{part}", port, 1)
        return m

    def _memory_pins(self) -> dict[str, Signal]:
        """What the logic gives the memory beside the FPGA, and takes, by its controller's names."""
        external = self._design.external
        members = {} if external is None else external.pins
        return {
            name: Signal(member.shape, name=f"{MEMORY_PREFIX}{name}")
            for name, member in members.items()
        }

    def _clock(self, m: Module, platform: Platform) -> Signal:
        """Domain `sync`, without a reset; returns whether its clock is steady."""
        m.domains.sync = ClockDomain(reset_less=True)
        oscillator = Signal()
        port = platform.request(*self._board.oscillator, dir="-")
        _input(m, "oscillator_pin", port, oscillator)
        locked = Signal(name="pll_locked")
        self._clocking.add_to(m, oscillator, locked)
        return locked

    def _reset(self, m: Module, steady: Signal) -> Signal:
        """High from configuration until a while after the lock, and again when the lock is lost."""
        # ASYNC_REG keeps Vivado from making a shift register of them.
        locked = Signal(_RESET_STAGES, attrs={"ASYNC_REG": "TRUE"})
        reset = Signal(init=1)
        m.d.sync += [
            locked.eq(Cat(steady, locked[:-1])),
            reset.eq(~locked[2:].all()),
        ]
        return reset

    def _output(self, m: Module, name: str, port: io.SingleEndedPort, inside: Any) -> None:
        """A buffer that always drives: Amaranth's has an enable, and a placer may lose that."""
        buffer, into, pin = self._board.part.device.family.output_buffer
        for index, pad in enumerate(port.io):
            level = Signal(name=f"{name}_{index}")
            driven = Value.cast(inside)[index]
            m.d.comb += level.eq(~driven if port.invert[index] else driven)
            m.submodules[f"{name}_{index}"] = Instance(
                buffer, **{f"i_{into}": level, f"o_{pin}": pad}
            )


def _input(m: Module, name: str, port: io.SingleEndedPort, inside: Signal) -> None:
    m.submodules[name] = buffer = io.Buffer("i", port)
    m.d.comb += inside.eq(buffer.i)
