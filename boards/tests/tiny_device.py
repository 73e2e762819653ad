"""A database of an FPGA that nobody makes, in Project X-Ray's form, and bitstreams for it."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

__all__ = ["DEVICE", "PART", "TinyDevice", "frame_code"]

DEVICE, PART, FAMILY = "xc7a100t", "xc7a100tcsg324-1", "artix7"
IDCODE = 0x3631093
WORDS, CODE_WORD = 101, 50
COLUMNS, FRAMES = 8, 42
"""Columns of a row on the bus of logic, and frames of each."""
RAM_FRAMES = 128
ROWS = (("top", 0), ("top", 1), ("bottom", 0))
BRAM, LOGIC = "BLOCK_RAM", "CLB_IO_CLK"

Bits = list[tuple[int, int, bool]]
"""Frame and bit inside a tile, and what it must be."""


def vector(name: str, bits: int, digits: int = 1) -> list[str]:
    """The features of a number."""
    return [f"{name}[{n:0{digits}}]" for n in range(bits)]


def _plain(features: Iterable[str], words: int) -> dict[str, Bits]:
    """A bit for each feature, one frame after the other."""
    return {name: [(n // (32 * words), n % (32 * words), True)] for n, name in enumerate(features)}


def _pin() -> dict[str, Bits]:
    """Features of two pins' buffers: some need bits that are 0."""
    found: dict[str, Bits] = {}
    for y, first in (("Y1", 0), ("Y0", 64)):
        bits = {
            "LVCMOS33_LVTTL.DRIVE.I12_I8": [(38, 0, True), (38, 2, False), (38, 4, True)],
            "LVCMOS33_LVTTL.DRIVE.I4": [(38, 0, True), (38, 2, True), (38, 4, False)],
            "LVCMOS18.DRIVE.I12_I8": [(38, 0, True), (38, 2, True), (38, 4, True)],
            "LVCMOS25_LVCMOS33_LVTTL.IN": [(38, 6, True), (38, 8, True)],
            "LVCMOS12_LVCMOS15_LVCMOS18.IN": [(38, 6, True), (38, 8, False)],
            "LVCMOS18_LVCMOS33.IN_ONLY": [(38, 10, True)],
            "LVCMOS25_LVCMOS33.SLEW.SLOW": [(39, 1, True)],
            "LVCMOS25_LVCMOS33.SLEW.FAST": [(39, 1, False)],
            "PULLTYPE.NONE": [(39, 3, True), (39, 5, False)],
            "PULLTYPE.PULLUP": [(39, 3, True), (39, 5, True)],
        }
        found |= {
            f"IOB_{y}.{name}": [(frame, first + bit, one) for frame, bit, one in each]
            for name, each in bits.items()
        }
    return found


def _output() -> dict[str, Bits]:
    names = ("OQUSED", "OMUX.D1", "OSERDES.DATA_RATE_TQ.BUF", "ZINV_T1")
    return _plain([f"OLOGIC_{y}.{name}" for y in ("Y1", "Y0") for name in names], 4)


def _dsp() -> Iterator[str]:
    for y in (0, 1):
        names = ["AREG_0", "AREG_2", "BREG_0", "BREG_2", "A_INPUT[0]", "B_INPUT[0]"]
        names += ["USE_DPORT[0]", "USE_SIMD_FOUR12", "ZIS_CLK_INVERTED", "ZIS_CARRYIN_INVERTED"]
        for register in ("AD", "ALUMODE", "CARRYIN", "CARRYINSEL", "C", "D", "INMODE", "M"):
            names.append(f"Z{register}REG[0]")
        names += ["ZOPMODEREG[0]", "ZPREG[0]"]
        for bus, width in (("ALUMODE", 4), ("INMODE", 5), ("OPMODE", 7)):
            names += vector(f"ZIS_{bus}_INVERTED", width)
        yield from (f"DSP48.DSP_{y}.{name}" for name in names)


def _mmcm() -> Iterator[str]:
    yield "MMCME2_ADV.IN_USE"
    for counter in ("DIVCLK_DIVCLK", "CLKFBOUT_CLKOUT1", "CLKOUT0_CLKOUT1"):
        yield from vector(f"MMCME2_ADV.{counter}_HIGH_TIME", 6)
        yield from vector(f"MMCME2_ADV.{counter}_LOW_TIME", 6)
    yield "MMCME2_ADV.DIVCLK_DIVCLK_NO_COUNT[0]"
    for counter, falling in (("CLKFBOUT", "CLKOUT6"), ("CLKOUT0", "CLKOUT5")):
        yield f"MMCME2_ADV.{counter}_CLKOUT1_OUTPUT_ENABLE[0]"
        yield f"MMCME2_ADV.{counter}_CLKOUT2_NO_COUNT[0]"
        yield f"MMCME2_ADV.{counter}_CLKOUT2_FRAC_EN[0]"
        yield from vector(f"MMCME2_ADV.{counter}_CLKOUT2_FRAC", 3)
        yield from vector(f"MMCME2_ADV.{falling}_CLKOUT2_FRACTIONAL_PHASE_MUX_F", 3)


def _luts() -> Iterator[str]:
    for slice_ in ("SLICEM_X0", "SLICEL_X1"):
        for letter in "ABCD":
            yield from vector(f"{slice_}.{letter}LUT.INIT", 64, 2)


def _ram() -> Iterator[str]:
    for half in (0, 1):
        for number in range(64):
            yield from vector(f"RAMB18_Y{half}.INIT_{number:02X}", 256, 3)
        for number in range(8):
            yield from vector(f"RAMB18_Y{half}.INITP_{number:02X}", 256, 3)


TYPES: dict[str, tuple[str, int, dict[str, Bits]]] = {
    "CLBLM_L": (LOGIC, 2, _plain(_luts(), 2)),
    "BRAM_L": (BRAM, 10, _plain(_ram(), 10)),
    "DSP_L": (LOGIC, 10, _plain(_dsp(), 10)),
    "RIOB33": (LOGIC, 4, _pin()),
    "RIOI3": (LOGIC, 4, _output()),
    "INT_R": (LOGIC, 2, _plain(["IMUX15.GFAN1", "IMUX15.WL1END3"], 2)),
    "CMT_TOP_L_LOWER_B": (LOGIC, 20, _plain(_mmcm(), 20)),
}
"""Of each type of tile its bus, its words in a frame, and its features."""


class TinyDevice:
    """The database in a folder, and a configuration that begins with nothing set.

    Parameters
    ----------
    folder
        An empty folder for the database.
    pins
        Pins of the package; each gets tiles of its own.
    tiles
        Names of the other tiles, `DSP_L_X0Y0`; CLBLM, DSP, CMT and BRAM.
    """

    def __init__(self, folder: Path, *, pins: Sequence[str], tiles: Sequence[str]):
        self.folder = folder
        self.family = folder / FAMILY
        self.bits: set[tuple[int, int, int]] = set()
        """Address of the frame, word and bit of everything that is 1."""
        self._grid: dict[str, dict] = {}
        self._bases: dict[str, tuple[int, int]] = {}
        self._free = {LOGIC: [0, 0], BRAM: [0, 0]}
        names = list(tiles)
        rows = []
        for number, pin in enumerate(pins):
            place = f"X57Y{2 * number + 1}"
            site = 2 * number + 1 + number % 2  # Y1 and Y0 in turns
            names += [f"RIOB33_{place}", f"RIOI3_{place}", f"INT_R_X57Y{site}"]
            rows.append(f"{pin},34,IOB_X1Y{site},RIOB33_{place},IO")
        for name in names:
            self._place(name)
        self._write(rows)

    def column_and_row(self, tile: str) -> str:
        """A tile's place as nextpnr writes it: X3Y7."""
        entry = self._grid[tile]
        return f"X{entry['grid_x']}Y{entry['grid_y']}"

    def set(self, tile: str, feature: str, *, on: bool = True) -> None:
        """Give a tile a feature, or take it away: only the bits that must be 1."""
        base, offset = self._bases[tile]
        for frame, bit, one in self._features(tile)[feature]:
            place = (base + frame, offset + bit // 32, bit % 32)
            if one and on:
                self.bits.add(place)
            elif one or on:
                self.bits.discard(place)

    def put(self, tile: str, feature: str, bits: Iterable[bool], digits: int = 1) -> None:
        """Set a number's bits, the lowest first."""
        for n, one in enumerate(bits):
            self.set(tile, f"{feature}[{n:0{digits}}]", on=bool(one))

    def bitstream(self, *, idcode: int = IDCODE, code: bool = True) -> bytes:
        """The bitstream; `code` False leaves out the frames' error-correcting codes."""
        frames: list[int] = []
        previous = None
        held: dict[int, list[tuple[int, int]]] = {}
        for frame, word, bit in self.bits:
            held.setdefault(frame, []).append((word, bit))
        for address in self._addresses():
            if previous is not None and previous >> 17 != address >> 17:
                frames += [0] * (2 * WORDS)
            previous = address
            words = [0] * WORDS
            for word, bit in held.get(address, ()):
                words[word] |= 1 << bit
            if code and address in held:
                words[CODE_WORD] |= frame_code(words)
            frames += words
        frames += [0] * (2 * WORDS)
        packets = [
            *(0x20000000, self._packet(12, 1), idcode),
            *(self._packet(1, 1), 0, self._packet(4, 1), 1),
            *(self._packet(2, 0), 2 << 29 | 2 << 27 | len(frames), *frames),
            *(self._packet(4, 1), 13),
        ]
        header = b"\x00\x09header\xff\xff\xff\xff\xaa\x99\x55\x66"
        return header + struct.pack(f">{len(packets)}I", *packets)

    @staticmethod
    def _packet(register: int, count: int) -> int:
        return 1 << 29 | 2 << 27 | register << 13 | count

    @staticmethod
    def _addresses() -> Iterator[int]:
        for block in (0, 1):
            for half, row in ROWS:
                base = block << 23 | (half == "bottom") << 22 | row << 17
                for column in range(COLUMNS if block == 0 else 1):
                    for minor in range(FRAMES if block == 0 else RAM_FRAMES):
                        yield base | column << 7 | minor

    @staticmethod
    def _type(tile: str) -> str:
        return tile.rpartition("_X")[0]

    def _features(self, tile: str) -> dict[str, Bits]:
        return TYPES[self._type(tile)][2]

    def _place(self, name: str) -> None:
        """Find room: column after column, and never over the codes' word."""
        bus, words, _ = TYPES[self._type(name)]
        free = self._free[bus]
        if free[1] <= CODE_WORD < free[1] + words:
            free[1] = CODE_WORD + 1
        if free[1] + words > WORDS:
            free[:] = [free[0] + 1, 0]
        columns = COLUMNS if bus == LOGIC else 1
        row, column = divmod(free[0], columns)
        half, number = ROWS[row]
        base = (bus == BRAM) << 23 | (half == "bottom") << 22 | number << 17 | column << 7
        self._bases[name] = (base, free[1])
        self._grid[name] = {
            "type": self._type(name),
            "grid_x": len(self._grid) // 20,
            "grid_y": len(self._grid) % 20,
            "sites": {},
            "bits": {
                bus: {
                    "baseaddr": f"0x{base:08X}",
                    "frames": FRAMES if bus == LOGIC else RAM_FRAMES,
                    "offset": free[1],
                    "words": words,
                }
            },
        }
        free[1] += words

    def _write(self, pins: list[str]) -> None:
        (self.family / DEVICE).mkdir(parents=True)
        (self.family / PART).mkdir()
        (self.family / DEVICE / "tilegrid.json").write_text(json.dumps(self._grid))
        (self.family / PART / "package_pins.csv").write_text(
            "\n".join(["pin,bank,site,tile,pin_function", *pins, ""])
        )
        regions: dict[str, dict] = {}
        for half, row in ROWS:
            buses = {LOGIC: (COLUMNS, FRAMES), BRAM: (1, RAM_FRAMES)}
            regions.setdefault(half, {"rows": {}})["rows"][str(row)] = {
                "configuration_buses": {
                    bus: {
                        "configuration_columns": {
                            str(column): {"frame_count": count} for column in range(columns)
                        }
                    }
                    for bus, (columns, count) in buses.items()
                }
            }
        (self.family / PART / "part.json").write_text(
            json.dumps({"global_clock_regions": regions, "idcode": IDCODE})
        )
        for kind, (bus, _, features) in TYPES.items():
            suffix = ".block_ram.db" if bus == BRAM else ".db"
            lines = [
                " ".join(
                    [
                        f"{kind}.{name}",
                        *(f"{'' if one else '!'}{frame:02}_{bit:02}" for frame, bit, one in bits),
                    ]
                )
                for name, bits in features.items()
            ]
            file = self.family / f"segbits_{kind.lower()}{suffix}"
            file.write_text("\n".join([*lines, ""]))


def frame_code(words: Sequence[int]) -> int:
    """The code in word 50 of a frame: see Project X-Ray's notes on it."""
    code = 0
    for number, held in enumerate(words):
        skipped = 0x1360 if number > 0x25 else 0x1340 if number > 0x6 else 0x1320
        for bit in range(32):
            in_code = number == CODE_WORD and bit < 13
            if held >> bit & 1 and not in_code:
                code ^= 32 * number + bit + skipped
    return code ^ ((code & 0xFFF).bit_count() & 1) << 12
