"""Every FPGA that a core can be built for, and what the devices of a family have in common.

A new device of a family that is here is one more entry in the table.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BLOCK_RAM",
    "DEFAULT",
    "DEVICES",
    "ECP5",
    "XC7",
    "BlockRam",
    "Device",
    "DeviceFamily",
    "Part",
]


@dataclass(frozen=True, kw_only=True)
class BlockRam:
    """Geometry of a block RAM with one write and one read port."""

    words: int
    """Words where they are widest."""
    width: int
    """Bits of such a word, of which each ninth is a parity bit."""

    @property
    def bits(self) -> int:
        """All bits."""
        return self.words * self.width

    @property
    def data_bits(self) -> int:
        """Bits without parity, which narrow words cannot use; as many words of one bit."""
        return self.bits // 9 * 8


BLOCK_RAM = BlockRam(words=512, width=36)
"""What memories are laid out for: RAMB18E1 (a half of RAMB36E1) and DP16KD are alike."""


@dataclass(frozen=True, kw_only=True)
class DeviceFamily:
    """What devices of one family share; how each tool treats them is with the tools."""

    name: str
    """What tables of families call it."""
    title: str
    """Its name for people, before a noun."""
    dsp_block: str
    """Name of a DSP block in netlists."""
    dsp_widths: tuple[int, int]
    """Signed operand widths of one, the wider first."""
    dsp_adds: bool
    """Whether tools put an addition to the product into it."""
    block_ram: BlockRam
    """Geometry of a block RAM."""
    lut_memory_bits: int
    """Bits of the smallest memory that LUTs make."""
    output_buffer: tuple[str, str, str]
    """The primitive of an output pin, its input and its pin: one that always drives."""
    part_name: str
    """How the vendor composes part names of `name` or `title`, `package` and `speed`."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """One FPGA.

    Raises
    ------
    ValueError
        A resource is negative, or more LUTs can be memory than there are.
    """

    name: str
    """As `[target] device` spells it: the vendor's name in small letters."""
    family: DeviceFamily
    """Its family."""
    package: str
    """Package that cores are measured in; they need three of its pins."""
    speed: str
    """Speed grade that they are measured at: the slowest."""
    lut: int
    """LUTs."""
    lut_memory: int
    """LUT memories: one of these LUTs each in the 7 series, four in the ECP5."""
    ff: int
    """Flip-flops."""
    carry: int
    """Carry elements: four bits each in the 7 series (CARRY4), two in the ECP5 (CCU2C)."""
    block_ram: int
    """Block RAMs."""
    dsp: int
    """DSP blocks."""

    def __post_init__(self) -> None:
        for field in ("lut", "lut_memory", "ff", "carry", "block_ram", "dsp"):
            if getattr(self, field) < 0:
                raise ValueError(f"{field} must not be negative, not {getattr(self, field)!r}")
        if self.lut_memory > self.lut:
            raise ValueError(
                f"lut_memory must be at most lut ({self.lut}), not {self.lut_memory!r}"
            )

    @property
    def title(self) -> str:
        """The vendor's name, without package and speed grade."""
        return self.name.upper()

    @property
    def memory_bits(self) -> int:
        """Bits of all block RAMs and LUT memories."""
        family = self.family
        return self.block_ram * family.block_ram.bits + self.lut_memory * family.lut_memory_bits

    @property
    def part(self) -> Part:
        """The one that cores are measured on."""
        return Part(device=self, package=self.package, speed=self.speed)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A device in a package and a speed grade, as one buys it."""

    device: Device
    """The device."""
    package: str
    """The package's code in the vendor's part names."""
    speed: str
    """The speed grade."""

    @property
    def name(self) -> str:
        """The vendor's part name."""
        return self.device.family.part_name.format(
            name=self.device.name, title=self.device.title, package=self.package, speed=self.speed
        )


XC7 = DeviceFamily(
    name="xc7",
    title="7-series",
    dsp_block="DSP48E1",
    dsp_widths=(25, 18),
    dsp_adds=True,
    block_ram=BLOCK_RAM,
    lut_memory_bits=64,
    output_buffer=("OBUF", "I", "O"),
    part_name="{name}{package}-{speed}",
)
"""Xilinx' 7 series, the logic of the Zynq-7000 among it."""

ECP5 = DeviceFamily(
    name="ecp5",
    title="ECP5",
    dsp_block="MULT18X18D",
    dsp_widths=(18, 18),
    dsp_adds=False,
    block_ram=BLOCK_RAM,
    lut_memory_bits=64,
    output_buffer=("OB", "I", "O"),
    part_name="{title}-{speed}{package}C",
)
"""Lattice's ECP5; the part names are those of the commercial range of temperatures."""

# 7 series: slices of four LUTs and a CARRY4, block RAMs and DSP slices from the data sheets; LUT
# memory from the "maximum distributed RAM" of DS180, and of the slices of kind M in the Zynq.
# ECP5: FPGA-DS-02012 gives LUTs in thousands, so they are counted as nextpnr counts them.
DEVICES: dict[str, Device] = {
    device.name: device
    for device in (
        Device(  # Artix-7, DS180: 15,850 slices
            name="xc7a100t",
            family=XC7,
            package="csg324",
            speed="1",
            lut=63_400,
            lut_memory=19_000,
            ff=126_800,
            carry=15_850,
            block_ram=270,
            dsp=240,
        ),
        Device(  # Artix-7, DS180: 5,200 slices
            name="xc7a35t",
            family=XC7,
            package="csg324",
            speed="1",
            lut=20_800,
            lut_memory=6_400,
            ff=41_600,
            carry=5_200,
            block_ram=100,
            dsp=90,
        ),
        Device(  # Zynq-7000, DS190: 13,300 slices, of which 4,350 can be memory
            name="xc7z020",
            family=XC7,
            package="clg400",
            speed="1",
            lut=53_200,
            lut_memory=17_400,
            ff=106_400,
            carry=13_300,
            block_ram=280,
            dsp=220,
        ),
        Device(
            name="lfe5u-85f",
            family=ECP5,
            package="BG756",
            speed="6",
            lut=83_640,
            lut_memory=10_455,
            ff=83_640,
            carry=41_820,
            block_ram=208,
            dsp=156,
        ),
        Device(
            name="lfe5u-45f",
            family=ECP5,
            package="BG554",
            speed="6",
            lut=43_848,
            lut_memory=5_481,
            ff=43_848,
            carry=21_924,
            block_ram=108,
            dsp=72,
        ),
        Device(
            name="lfe5u-25f",
            family=ECP5,
            package="BG381",
            speed="6",
            lut=24_288,
            lut_memory=3_036,
            ff=24_288,
            carry=12_144,
            block_ram=56,
            dsp=28,
        ),
    )
}
"""Every device, by its name in `[target]`."""

DEFAULT = DEVICES["xc7a100t"]
"""The device of a network file that names none."""
