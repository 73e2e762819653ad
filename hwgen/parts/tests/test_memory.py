"""Memories: what a read gives, when, and how banks and words share one address space."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import MemoryData, Module, Shape, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hwgen.export.verilog import to_verilog
from hwgen.parts.memory import BankedAddress, memory, packed
from hwgen.testing.simulation import Lanes, elaborated, play, sweep


class Store(wiring.Component):
    """A memory with two read ports."""

    def __init__(
        self, depth: int, latency: int, init: list[int], rom: bool = False, width: int = 8
    ):
        self.depth, self.latency, self.init, self.rom = depth, latency, init, rom
        self.width = width
        bits = max((depth - 1).bit_length(), 1)
        super().__init__(
            {
                "reads": In(data.ArrayLayout(bits, 2)),
                "address": In(bits),
                "value": In(width),
                "enable": In(1),
                "words": Out(data.ArrayLayout(width, 2)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        words = memory(
            m,
            "store",
            depth=self.depth,
            width=self.width,
            reads=[self.reads[0], self.reads[1]],
            write=None if self.rom else (self.address, self.value, self.enable),
            init=self.init,
            latency=self.latency,
        )
        for port, word in enumerate(words):
            m.d.comb += self.words[port].eq(word)
        return m


@pytest.mark.parametrize("rom", [False, True])
@pytest.mark.parametrize("latency", [1, 2, 3])
@pytest.mark.parametrize("depth", [1, 2, 5, 8])
def test_reads_give_the_word_from_before_the_clock(depth: int, latency: int, rom: bool) -> None:
    rng = np.random.default_rng([depth, latency])
    clocks = 60 * min(depth, 2)
    init = rng.integers(0, 256, max(depth - 1, 1)).tolist()  # the last word starts at 0
    inputs = {
        "reads": rng.integers(0, depth, (clocks, 2)),
        "address": rng.integers(0, depth, clocks),
        "value": rng.integers(0, 256, clocks),
        "enable": rng.integers(0, 2, clocks),
    }
    words = play(Store(depth, latency, init, rom), inputs, ["words"])["words"]
    held = np.zeros(depth, dtype=np.int64)
    held[: len(init)] = init
    meetings = 0
    for clock in range(clocks - latency):
        address = inputs["address"][clock]
        meetings += int(inputs["enable"][clock] and address in inputs["reads"][clock])
        assert words[clock + latency].tolist() == held[inputs["reads"][clock]].tolist()
        if inputs["enable"][clock] and not rom:
            held[address] = inputs["value"][clock]
    assert meetings > 5


def test_columns_are_one_memory_to_their_users() -> None:
    """1,024 words of 40 bits: columns of 16, 16 and 8."""
    rng = np.random.default_rng(2)
    init = rng.integers(0, 1 << 40, 1024).tolist()
    places = rng.integers(0, 1024, (30, 2))
    inputs = {
        "reads": places,
        "address": places[:, 0],
        "value": rng.integers(0, 1 << 40, 30),
        "enable": np.arange(30) % 3 == 0,
    }
    words = play(Store(1024, 1, init, width=40), inputs, ["words"])["words"]
    for clock in range(29):
        assert words[clock + 1].tolist() == [init[place] for place in places[clock]]
        if clock % 3 == 0:
            init[places[clock, 0]] = int(inputs["value"][clock])


@pytest.mark.parametrize(
    ("depth", "columns"),
    [(1023, [40]), (1024, [16, 16, 8]), (2049, [4] * 10), (16384, [1] * 40), (16385, [40])],
)
def test_a_column_is_as_wide_as_a_block_ram_of_its_depth(
    depth: int, columns: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    def told(*, shape: Shape, depth: int, init: list[int]) -> MemoryData:
        found.append(Shape.cast(shape).width)
        return MemoryData(shape=shape, depth=depth, init=init)

    monkeypatch.setattr("hwgen.parts.memory.MemoryData", told)
    elaborated(Store(depth, 1, [], width=40))
    assert found == columns


def test_negative_numbers_are_packed_as_their_bits() -> None:
    assert packed([-1, 2, -8], 4) == 0x82F


def banked(banks: int, words: int) -> tuple[BankedAddress, Lanes]:
    """The packing, and a component that packs its inputs."""
    address = BankedAddress(banks, words)

    def build(m: Module, lane: int, bank: Value, word: Value) -> dict[str, Value]:
        return {"address": address(bank, word)}

    bits = [max((n - 1).bit_length(), 1) for n in (banks, words)]
    inputs = {"bank": bits[0], "word": bits[1]}
    return address, Lanes(4, inputs, {"address": sum(bits)}, build)


SIZES = [(1, 1), (1, 6), (6, 1), (2, 2), (3, 5), (5, 3), (3, 8), (8, 3), (9, 5), (5, 9), (7, 7)]


@pytest.mark.parametrize(("banks", "words"), SIZES)
def test_every_word_of_every_bank_has_its_own_address(banks: int, words: int) -> None:
    packing, lanes = banked(banks, words)
    bank, word = (grid.ravel() for grid in np.meshgrid(np.arange(banks), np.arange(words)))
    addresses = sweep(lanes, {"bank": bank, "word": word}, 0)["address"]
    assert len(set(addresses.tolist())) == banks * words
    assert addresses.max() < packing.depth


@pytest.mark.parametrize("banks", range(1, 18))
def test_the_depth_is_the_smaller_of_both_orders(banks: int) -> None:
    for words in range(1, 18):
        powers = [1 << (n - 1).bit_length() for n in (banks, words)]
        expected = min(banks * powers[1], powers[0] * words)
        assert BankedAddress(banks, words).depth == expected


def test_no_word_is_wasted_where_either_number_is_a_power_of_two() -> None:
    assert BankedAddress(3, 8).depth == 24
    assert BankedAddress(8, 3).depth == 24
    assert BankedAddress(3, 5).depth == 20  # five words of four banks, rather than 24


def test_a_memory_of_one_word_has_no_address_bits() -> None:
    assert len(BankedAddress(1, 1)(Signal(3), Signal(2))) == 0


def test_a_memory_that_is_written_before_it_is_read_has_no_first_words() -> None:
    class Two(wiring.Component):
        def __init__(self) -> None:
            super().__init__({"address": In(3), "value": In(8), "word": Out(8), "other": Out(8)})

        def elaborate(self, platform: object) -> Module:
            m = Module()
            write = (self.address, self.value, Value.cast(1))
            for name, init in (("word", None), ("other", [1])):
                (read,) = memory(
                    m, f"{name}s", depth=8, width=8, reads=[self.address], write=write, init=init
                )
                m.d.comb += getattr(self, name).eq(read)
            return m

    verilog = to_verilog(Two(), "two")
    assert "others[7] = 8'h00" in verilog
    assert "words[7]" not in verilog
    assert "uninitialised" not in verilog
