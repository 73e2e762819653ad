"""Bench of the registers: what they show and take, and that what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.task import bridge
from cocotb.triggers import ClockCycles, FallingEdge, with_timeout
from cocotbext.axi import AxiResp

from hwgen.bus.core_registers import MAGIC, VERSION
from hwgen.bus.core_summary import identity_word
from hwgen.bus.register_map import Access
from rtl_tests.axi_benches.common import PATIENCE_US, Bench, Refused, random_samples
from software_ref.golden import Parameters

__all__ = ["TESTS"]

ONES = 0xFFFFFFFF


async def refused(access: Awaitable[object]) -> bool:
    """Whether the bus refuses."""
    try:
        await access
    except Refused:
        return True
    return False


async def state(bench: Bench) -> dict[int, int]:
    """All that registers show."""
    return {offset: await bench.read(offset) for offset, _ in bench.readable()}


async def fill(bench: Bench) -> None:
    """Give every register that can be written a value of its own, and set the sticky bits."""
    junction = len(bench.ports.junctions) - 1
    await bench.set("CONTROL", drain=1, use_registers=1, header_beat=1)
    await bench.set("TRAINING", train=1, rate_exponent=5)
    await bench.set("PARAMETER_SELECT", junction=junction, bias=1)
    await bench.set("PARAMETER_ROW", row=1)
    await bench.set("PARAMETER_LANE", lane=1)
    await bench.set("PARAMETER_LANES", lanes=2)


@cocotb.test()
async def the_registers_say_which_core_it_is(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    assert await bench.get("ID", "id") == MAGIC
    assert (await bench.get("VERSION", "major"), await bench.get("VERSION", "minor")) == VERSION
    assert await bench.get("CORE", "core") == identity_word(bench.design.core)
    assert await bench.get("CAPABILITIES", "training") == bench.design.core.options.training
    assert await bench.get("CAPABILITIES", "parameters") == 1


@cocotb.test()
async def what_can_be_written_keeps_each_of_its_bits(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    for register in bench.registers.registers:
        if register.access is not Access.READ_WRITE or register.passed:
            continue
        wide = sum(((1 << field.width) - 1) << field.low for field in register.fields)
        for word in (wide, 0, *(bench.rng.getrandbits(32) & wide for _ in range(4))):
            await bench.write(register.offset, word)
            assert await bench.read(register.offset) == word, register.name
        for bit in range(32):
            if not wide >> bit & 1:
                assert await refused(bench.write(register.offset, word | 1 << bit)), register.name
        assert await bench.read(register.offset) == word
        await bench.write(register.offset, 0)


@cocotb.test()
async def what_is_refused_changes_nothing(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    await fill(bench)
    before, parameters = await state(bench), await bench.read_parameters()
    await fill(bench)  # reading parameters went through them
    slverr = int(AxiResp.SLVERR)
    known = {offset: register for offset, _, register in bench.registers.places()}

    unknown = [word for word in range(0, 1 << bench.registers.address_bits, 4) if word not in known]
    for address in (*unknown[:40], *bench.rng.sample(unknown[40:], 40), unknown[-1]):
        assert await bench.raw_write(address, ONES) == slverr, hex(address)
        assert await bench.raw_read(address) == (slverr, 0), hex(address)
    for address, register in known.items():
        # Between two words, and some of a word's bytes.
        for part in (1, 2, 3):
            assert await bench.raw_read(address + part) == (slverr, 0), register.name
            assert await bench.raw_write(address + part, 0) == slverr, register.name
        for strobes in range(15):
            assert await bench.raw_write(address, 0, strobes) == slverr, register.name
        if not register.access.writable:
            for word in (0, ONES):
                assert await bench.raw_write(address, word) == slverr, register.name
        if not register.access.readable:
            assert await bench.raw_read(address) == (slverr, 0), register.name
        if register.access.writable:
            own = sum(field.mask for field in register.fields)
            for bit in range(32):
                if not own >> bit & 1:
                    assert await bench.raw_write(address, 1 << bit) == slverr, register.name

    assert await state(bench) == before
    assert await bench.read_parameters() == parameters


@cocotb.test()
async def places_without_a_parameter_are_refused(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    parameters = await bench.read_parameters()
    await bench.set("PARAMETER_LANES", lanes=1)
    ports = bench.ports
    for number in range(1 << ports.junction_width):
        for bias in (0, 1):
            lanes: tuple[int, ...] = ()
            if number < len(ports.junctions):
                junction = ports.junctions[number]
                lanes = junction.biases_by_row if bias else junction.weight_lanes
            await bench.set("PARAMETER_SELECT", junction=number, bias=bias)
            for row in range(1 << ports.row_width):
                for lane in range(1 << ports.lane_width):
                    if row < len(lanes) and lane < lanes[row]:
                        continue
                    await bench.set("PARAMETER_ROW", row=row)
                    await bench.set("PARAMETER_LANE", lane=lane)
                    assert await refused(bench.read(bench.registers["PARAMETER_DATA"].offset))
                    assert await refused(bench.set("PARAMETER_DATA", data=1))
                    assert await bench.get("PARAMETER_ROW", "row") == row
                    assert await bench.get("PARAMETER_LANE", "lane") == lane
    assert await bench.read_parameters() == parameters


@cocotb.test()
async def values_that_do_not_fit_are_refused(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    data = bench.registers["PARAMETER_DATA"].offset
    for register in ("PARAMETER_SELECT", "PARAMETER_ROW", "PARAMETER_LANE", "PARAMETER_LANES"):
        await bench.set(register)
    low = -(1 << bench.ports.data_width - 1)
    for value in (low, low + 1, -1, 0, 1, -low - 1):
        await bench.write(data, value)
        assert await bench.read(data) == value & ONES
        for wrong in (low - 1, -low, 1 << 31, (1 << 31) - 1, value ^ 1 << 31, value ^ -low):
            assert await refused(bench.write(data, wrong)), wrong
        assert await bench.read(data) == value & ONES


@cocotb.test()
async def parameters_of_a_busy_core_are_refused_at_once(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    data = bench.registers["PARAMETER_DATA"].offset
    await bench.set("PARAMETER_LANES", lanes=2)
    row_and_lane = [bench.registers[name].offset for name in ("PARAMETER_ROW", "PARAMETER_LANE")]
    places = [await bench.read(offset) for offset in row_and_lane]
    sender = cocotb.start_soon(bench.play(random_samples(bench, 30, seed=3)))
    while not await bench.get("STATUS", "busy"):
        pass
    for _ in range(30):  # the last samples keep it busy: nobody drains it
        assert await refused(bench.read(data))
        assert await refused(bench.write(data, 1))
        assert [await bench.read(offset) for offset in row_and_lane] == places
    await sender
    await bench.settle()
    assert await refused(bench.read(data))
    await bench.compare()


@cocotb.test()
async def samples_wait_for_a_parameter_access_and_none_is_lost(dut: HierarchyObject) -> None:
    """Accesses that come earlier or later than a sample enters the core."""
    bench = await Bench.begin(dut)
    data = bench.registers["PARAMETER_DATA"].offset
    samples = random_samples(bench, 24, seed=4)
    done = 0
    for number in range(len(samples)):
        part = type(samples)(
            **{name: value[number : number + 1] for name, value in vars(samples).items()}
        )
        early = number - 10
        if early < 0:
            await bench.play(part)
            await bench.clocks(-early)
        access = cocotb.start_soon(refused(bench.read(data)))
        if early >= 0:
            await bench.clocks(early)
            await bench.play(part)
        done += not await access
        await bench.settle()
        await bench.drain()
        await bench.resume()
    assert 3 < done < len(samples) - 3, done
    await bench.compare()


@cocotb.test()
async def address_and_data_may_come_in_any_order(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    channels, training = bench.bus.write_if, bench.registers["TRAINING"].offset
    reads = bench.bus.read_if
    for number in range(60):
        word = (number % 8) << 8 | (number & 1)
        address = channels.aw_channel._transaction_obj(awaddr=training, awprot=number % 8)
        data = channels.w_channel._transaction_obj(wdata=word, wstrb=0xF)
        first, second = (
            (channels.aw_channel.send, address),
            (channels.w_channel.send, data),
        )
        if number & 1:
            first, second = second, first
        await first[0](first[1])
        await bench.clocks(bench.rng.randrange(6))
        assert channels.b_channel.empty()  # no response before both are there
        # A read meanwhile is answered, whatever is missing of the write.
        read = reads.ar_channel._transaction_obj(araddr=0, arprot=0)
        await reads.ar_channel.send(read)
        got = await with_timeout(reads.r_channel.recv(), PATIENCE_US, "us")
        assert int(got.rdata) == MAGIC
        await second[0](second[1])
        assert int((await with_timeout(channels.b_channel.recv(), PATIENCE_US, "us")).bresp) == 0
        assert await bench.read(training) == word


@cocotb.test()
async def responses_wait_until_they_are_taken(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    training = bench.registers["TRAINING"].offset
    bench.bus.write_if.b_channel.pause = True
    bench.bus.read_if.r_channel.pause = True
    write = cocotb.start_soon(bench.write(training, 0x101))
    read = cocotb.start_soon(bench.read(0))
    await bench.clocks(60)
    seen = [int(getattr(dut, f"s_axi_{name}").value) for name in ("bvalid", "rvalid")]
    assert sum(seen) == 1 and not write.done() and not read.done()
    second_write = cocotb.start_soon(bench.write(training, 0x203 & 0x701))
    bench.bus.write_if.b_channel.pause = False
    bench.bus.read_if.r_channel.pause = False
    assert await read == MAGIC
    await write
    await second_write
    assert await bench.read(training) == 0x201


@cocotb.test()
async def reads_and_writes_take_turns(dut: HierarchyObject) -> None:
    """Neither keeps the other out for longer than one access."""
    bench = await Bench.begin(dut)
    order: list[str] = []

    async def access(kind: str) -> None:
        for _ in range(12):
            await (bench.read(0) if kind == "r" else bench.write(0x20, 0))
            order.append(kind)

    tasks = [cocotb.start_soon(access(kind)) for kind in "rrww"]
    for task in tasks:
        await task
    middle = "".join(order[4:-4])
    assert "rrr" not in middle and "www" not in middle, order


@cocotb.test()
async def a_reset_ends_what_is_under_way(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    await bench.reset()
    first = await state(bench)
    for pause in range(1, 14):
        await fill(bench)
        await bench.set("CONTROL")
        await bench.send(b"\0", 0)  # too short
        await bench.send(bench.features([0] * bench.ports.features), bench.header(0, 0, 0))
        await bench.clocks(40)
        assert await bench.get("ERRORS", "short_sample") == 1
        assert await bench.get("DROPPED", "dropped") == 1
        channel = bench.bus.read_if.ar_channel
        await channel.send(channel._transaction_obj(araddr=0x50, arprot=0))
        await bench.clocks(pause)
        dut.aresetn.value = 0
        await ClockCycles(dut.aclk, 2)
        for name in ("s_axi_bvalid", "s_axi_rvalid", "m_axis_predictions_tvalid"):
            assert int(getattr(dut, name).value) == 0, name
        dut.aresetn.value = 1
        await ClockCycles(dut.aclk, 1)
        while not bench.sink.empty():
            bench.sink.recv_nowait()
        assert await state(bench) == first
    parameters: Parameters = await bench.read_parameters()
    assert parameters == bench.design.core.parameters


@cocotb.test()
async def the_driver_knows_its_core(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    driver = await bench.driver()  # it checks identity and version
    rng = bench.rng
    low = -(1 << bench.ports.data_width - 1)
    for number, junction in enumerate(bench.ports.junctions):
        weights = [rng.randrange(low, -low) for _ in range(junction.weights)]
        await bridge(driver.set_weights)(number, weights)
        assert await bridge(driver.weights)(number) == weights
    await bench.write_parameters(bench.design.core.parameters)
    assert await bench.read_parameters() == bench.design.core.parameters


@cocotb.test()
async def accesses_take_the_clocks_that_the_page_says(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    for name in ("PARAMETER_SELECT", "PARAMETER_ROW", "PARAMETER_LANE", "PARAMETER_LANES"):
        await bench.set(name)
    slow = 14 + bench.design.core.schedule.answer_clocks

    async def clocks(request: str, response: str) -> int:
        """From the clock in which a channel's payload is offered to its response."""
        while not int(getattr(dut, f"s_axi_{request}valid").value):
            await FallingEdge(dut.aclk)
        count = 0
        while not int(getattr(dut, f"s_axi_{response}valid").value):
            await FallingEdge(dut.aclk)
            count += 1
        return count

    for name, wanted in (("TRAINING", 7), ("PARAMETER_DATA", slow)):
        address = bench.registers[name].offset
        for channels, access in (
            (("ar", "r"), bench.read(address)),
            (("w", "b"), bench.write(address, 1)),
        ):
            counting = cocotb.start_soon(clocks(*channels))
            await access
            assert await counting == wanted, (name, channels)


TESTS = (
    "the_registers_say_which_core_it_is",
    "what_can_be_written_keeps_each_of_its_bits",
    "what_is_refused_changes_nothing",
    "places_without_a_parameter_are_refused",
    "values_that_do_not_fit_are_refused",
    "parameters_of_a_busy_core_are_refused_at_once",
    "samples_wait_for_a_parameter_access_and_none_is_lost",
    "address_and_data_may_come_in_any_order",
    "responses_wait_until_they_are_taken",
    "reads_and_writes_take_turns",
    "a_reset_ends_what_is_under_way",
    "the_driver_knows_its_core",
    "accesses_take_the_clocks_that_the_page_says",
)
