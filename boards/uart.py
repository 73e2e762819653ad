"""UART, 8 data bits, no parity, one stop bit, at any rate up to a sixth of the clock.

A bit's length is counted in 256ths of a clock, so that no rate is off by more than rounding: 3
Mbaud from 50 MHz are 16 and 171/256 clocks a bit.
"""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import stream, wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

__all__ = ["LEAST_CLOCKS_PER_BIT", "UartReceiver", "UartTransmitter", "bit_length"]

FRACTION_BITS = 8
FRACTION = 1 << FRACTION_BITS
"""Parts of a clock that bits are counted in."""
LEAST_CLOCKS_PER_BIT = 6
"""Clocks a bit must last at least, for samples near its middle."""
DATA_BITS = 8


def bit_length(clock_hz: float, baud: int) -> int:
    """Length of a bit in 256ths of a clock.

    Raises
    ------
    ValueError
        The clock is too slow for the rate.
    """
    length = round(FRACTION * clock_hz / baud)
    if length < LEAST_CLOCKS_PER_BIT * FRACTION:
        raise ValueError(
            f"clock must be at least {LEAST_CLOCKS_PER_BIT} times the {baud} baud of the UART, "
            f"not {clock_hz / 1e6:g} MHz"
        )
    return length


class UartReceiver(wiring.Component):
    """Receives bytes.

    Parameters
    ----------
    clock_hz
        Frequency of the `sync` domain.
    baud
        Bits per second.

    Members
    -------
    rx : In(1)
        The pin, idle high; synchronised here.
    valid : Out(1), data : Out(8)
        A byte, for one clock.
    broken : Out(1)
        A byte's stop bit was low, for one clock; the byte is dropped.
    """

    def __init__(self, clock_hz: float, baud: int):
        self._length = bit_length(clock_hz, baud)
        super().__init__({"rx": In(1), "valid": Out(1), "data": Out(8), "broken": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pin = Signal(init=1)
        m.submodules.synchroniser = FFSynchronizer(self.rx, pin, init=1, reset_less=False)
        # Time left to the next sample; the first is a bit and a half after the edge of the start.
        left = Signal(range(2 * self._length))
        bits = Signal(DATA_BITS + 1)  # the stop bit on top, the start bit gone
        count = Signal(range(DATA_BITS + 2))
        busy = Signal()
        # Less than a clock is left; known a clock ahead, and a bit is longer than that.
        sample = Signal()
        m.d.sync += sample.eq(busy & ~sample & (left[FRACTION_BITS:] == 1))
        m.d.sync += [self.valid.eq(0), self.broken.eq(0)]
        with m.If(~busy), m.If(~pin):
            m.d.sync += [busy.eq(1), count.eq(0), left.eq(self._length * 3 // 2 - FRACTION)]
        with m.Elif(~sample):
            m.d.sync += left.eq(left - FRACTION)
        with m.Else():
            m.d.sync += [
                left.eq(left + self._length - FRACTION),
                bits.eq(Cat(bits[1:], pin)),
                count.eq(count + 1),
            ]
            with m.If(count == DATA_BITS):
                # A low stop bit may be a break: only a high pin ends it.
                m.d.sync += [
                    self.valid.eq(pin),
                    self.broken.eq(~pin),
                    self.data.eq(bits[1:]),
                    busy.eq(~pin),
                ]
            with m.Elif(count > DATA_BITS):
                m.d.sync += [count.eq(count), busy.eq(~pin)]
        return m


class UartTransmitter(wiring.Component):
    """Sends bytes.

    Parameters
    ----------
    clock_hz
        Frequency of the `sync` domain.
    baud
        Bits per second.

    Members
    -------
    bytes : In(stream.Signature(8))
        Bytes to send.
    tx : Out(1)
        The pin, idle high.
    """

    def __init__(self, clock_hz: float, baud: int):
        self._length = bit_length(clock_hz, baud)
        super().__init__({"bytes": In(stream.Signature(unsigned(8))), "tx": Out(1, init=1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        left = Signal(range(2 * self._length))
        bits = Signal(DATA_BITS + 2, init=-1)
        count = Signal(range(DATA_BITS + 3))  # bits left to send, the stop bit among them
        over = Signal()  # as the receiver's `sample`
        m.d.comb += self.bytes.ready.eq(count == 0)
        m.d.sync += [
            self.tx.eq(bits[0]),
            over.eq((count != 0) & ~over & (left[FRACTION_BITS:] == 1)),
        ]
        with m.If(count == 0), m.If(self.bytes.valid):
            m.d.sync += [
                bits.eq(Cat(0, self.bytes.payload, 1)),
                count.eq(DATA_BITS + 2),
                left.eq(self._length - FRACTION),
            ]
        with m.Elif(over):
            m.d.sync += [
                bits.eq(Cat(bits[1:], 1)),
                count.eq(count - 1),
                left.eq(left + self._length - FRACTION),
            ]
        with m.Else():
            m.d.sync += left.eq(left - FRACTION)
        return m
