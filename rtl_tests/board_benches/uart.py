"""Bench of the UART: receiver and transmitter against the models of cocotbext-uart."""

from __future__ import annotations

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge, Timer

from rtl_tests.board_benches.common import CLOCK_HZ, begin, clocks

__all__ = ["BAUD", "TESTS"]

BAUD = 3_000_000
IDLE = {"receiver__rx": 1, "transmitter__bytes__valid": 0}


@cocotb.test()
async def receiver_takes_what_a_uart_sends(dut: HierarchyObject) -> None:
    """Bytes back to back, from a sender up to 2 % too slow or too fast."""
    from cocotbext.uart import UartSource

    rng = await begin(dut, IDLE)
    for percent in (-2, 0, 2):
        source = UartSource(dut.receiver__rx, baud=BAUD * (100 + percent) // 100)
        sent = bytes(rng.randrange(256) for _ in range(100))
        source.write_nowait(sent)
        received = bytearray()
        while len(received) < len(sent):
            await FallingEdge(dut.clk)
            assert not int(dut.receiver__broken.value)
            if int(dut.receiver__valid.value):
                received.append(int(dut.receiver__data.value))
        assert bytes(received) == sent
        await source.wait()
        await Timer(1, "us")


@cocotb.test()
async def receiver_drops_a_byte_without_a_stop_bit(dut: HierarchyObject) -> None:
    await begin(dut, IDLE)
    dut.receiver__rx.value = 0
    broken = 0
    for _ in range(CLOCK_HZ // BAUD * 30):
        await FallingEdge(dut.clk)
        broken += int(dut.receiver__broken.value)
        assert not int(dut.receiver__valid.value)
    assert broken == 1


@cocotb.test()
async def a_uart_takes_what_the_transmitter_sends(dut: HierarchyObject) -> None:
    from cocotbext.uart import UartSink

    rng = await begin(dut, IDLE)
    await Timer(1, "us")
    sink = UartSink(dut.transmitter__tx, baud=BAUD)
    sent = bytes(rng.randrange(256) for _ in range(100))
    for byte in sent:
        if rng.random() < 0.2:
            await clocks(dut, rng.randrange(300))
        dut.transmitter__bytes__payload.value = byte
        dut.transmitter__bytes__valid.value = 1
        await Timer(1, "ns")
        while not int(dut.transmitter__bytes__ready.value):
            await FallingEdge(dut.clk)
        await FallingEdge(dut.clk)
        dut.transmitter__bytes__valid.value = 0
    await Timer(5, "us")
    assert bytes(sink.read_nowait()) == sent


TESTS = (
    "receiver_takes_what_a_uart_sends",
    "receiver_drops_a_byte_without_a_stop_bit",
    "a_uart_takes_what_the_transmitter_sends",
)
