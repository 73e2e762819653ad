"""The MMCM of the 7 series: which dividers make a clock, and the primitive.

VCO = oscillator * M / D                clock = VCO / O
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from amaranth.hdl import ClockSignal, Instance, Module, Signal

from boards.clocking.clocking import MHZ, Clocking, check_range, clamped, nearest

__all__ = ["Mmcm", "find_mmcm"]

_EIGHTH = Fraction(1, 8)
_VCO = (600 * MHZ, 1200 * MHZ)
_DETECTOR = (10 * MHZ, 450 * MHZ)
_OUTPUT = (_VCO[0] // 128, 800 * MHZ)


@dataclass(frozen=True, kw_only=True)
class Mmcm(Clocking):
    """Parameters of an MMCME2_BASE; limits of speed grade 1 (Xilinx data sheet DS181, table 38).

    Raises
    ------
    ValueError
        A frequency or divider is outside of what the MMCM can do.
    """

    oscillator_hz: int
    """Its input, CLKIN1."""
    divide: int
    """DIVCLK_DIVIDE, D: 1 to 106."""
    multiply: Fraction
    """CLKFBOUT_MULT_F, M: 2 to 64 in eighths."""
    output_divide: Fraction
    """CLKOUT0_DIVIDE_F, O: 1, or 2 to 128 in eighths."""

    def __post_init__(self) -> None:
        check_range("D", self.divide, 1, 106)
        check_range("M", self.multiply, 2, 64)
        check_range("O", self.output_divide, 1, 128)
        if 1 < self.output_divide < 2:
            raise ValueError(f"O must be 1 or at least 2, not {float(self.output_divide)}")
        for name, value in {"M": self.multiply, "O": self.output_divide}.items():
            if (value / _EIGHTH).denominator != 1:
                raise ValueError(f"{name} must be in eighths, not {value}")
        check_range("phase detector's Hz", Fraction(self.oscillator_hz, self.divide), *_DETECTOR)
        check_range("VCO's Hz", self.vco_hz, *_VCO)
        check_range("output's Hz", self.clock_hz, *_OUTPUT)

    @property
    def vco_hz(self) -> Fraction:
        """Frequency of the oscillator inside."""
        return self.oscillator_hz * self.multiply / self.divide

    @property
    def clock_hz(self) -> Fraction:
        """The clock of output CLKOUT0."""
        return self.vco_hz / self.output_divide

    def add_to(self, m: Module, oscillator: Signal, locked: Signal) -> None:
        """See `Clocking`."""
        feedback, unbuffered = Signal(name="mmcm_feedback"), Signal(name="mmcm_clk")
        m.submodules.mmcm = Instance(
            "MMCME2_BASE",
            p_CLKIN1_PERIOD=round(1e9 / self.oscillator_hz, 3),
            p_DIVCLK_DIVIDE=self.divide,
            p_CLKFBOUT_MULT_F=float(self.multiply),
            p_CLKOUT0_DIVIDE_F=float(self.output_divide),
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


def find_mmcm(oscillator_hz: int, clock_hz: int) -> Mmcm:
    """The MMCM whose clock is nearest to one asked for.

    Of equally near ones that with the fewest fractional dividers, then the highest phase detector
    and VCO: the least jitter.

    Raises
    ------
    ValueError
        None comes within TOLERANCE; the message names the nearest.
    """

    def worth(mmcm: Mmcm) -> tuple[object, ...]:
        fractional = (mmcm.multiply.denominator > 1) + (mmcm.output_divide.denominator > 1)
        return (abs(mmcm.clock_hz - clock_hz), fractional, mmcm.divide, -mmcm.vco_hz)

    return nearest(_mmcms(oscillator_hz, clock_hz), worth, clock_hz)


def _mmcms(oscillator_hz: int, clock_hz: int) -> Iterator[Mmcm]:
    """For every VCO the output dividers around the best one."""
    least, most = _VCO
    for divide in range(1, 107):
        if not _DETECTOR[0] <= Fraction(oscillator_hz, divide) <= _DETECTOR[1]:
            continue
        for eighths in range(16, 513):
            vco = Fraction(oscillator_hz * eighths, 8 * divide)
            if not least <= vco <= most:
                continue
            fewest = 8 if vco <= _OUTPUT[1] else 16
            best = int(8 * vco / clock_hz)
            for output in {clamped(best, 16, 1024), clamped(best + 1, 16, 1024), fewest}:
                if _odd_and_fractional(output) or _odd_and_fractional(eighths):
                    continue
                yield Mmcm(
                    oscillator_hz=oscillator_hz,
                    divide=divide,
                    multiply=eighths * _EIGHTH,
                    output_divide=output * _EIGHTH,
                )


def _odd_and_fractional(eighths: int) -> bool:
    """Dividers that nextpnr sets one too low: a fraction on an odd whole part."""
    whole, fraction = divmod(eighths, 8)
    return bool(whole % 2 and fraction)
