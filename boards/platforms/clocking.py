"""Which dividers make a clock from a board's oscillator: MMCM of the 7 series, PLL of the ECP5.

    7 series   VCO = oscillator * M / D                clock = VCO / O
    ECP5       VCO = oscillator * B * P / I            clock = VCO / S

The ECP5's loop closes over its first output, divided by P; the clock is its second, divided by S,
which reaches far more frequencies than the first alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

__all__ = ["TOLERANCE", "EcpPll", "Mmcm", "Multiplier", "find_mmcm", "find_pll"]

TOLERANCE = Fraction(1, 200)
"""How far a clock may be from the one asked for."""

_MHZ = 1_000_000
_EIGHTH = Fraction(1, 8)


class Multiplier(Protocol):
    """Settings that make a clock from an oscillator's."""

    @property
    def clock_hz(self) -> Fraction:
        """The clock that they make."""


@dataclass(frozen=True, kw_only=True)
class Mmcm:
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
        _check("D", self.divide, 1, 106)
        _check("M", self.multiply, 2, 64)
        _check("O", self.output_divide, 1, 128)
        if 1 < self.output_divide < 2:
            raise ValueError(f"O must be 1 or at least 2, not {float(self.output_divide)}")
        for name, value in {"M": self.multiply, "O": self.output_divide}.items():
            if (value / _EIGHTH).denominator != 1:
                raise ValueError(f"{name} must be in eighths, not {value}")
        _check("phase detector's Hz", Fraction(self.oscillator_hz, self.divide), *_MMCM_DETECTOR)
        _check("VCO's Hz", self.vco_hz, *_MMCM_VCO)
        _check("output's Hz", self.clock_hz, *_MMCM_OUTPUT)

    @property
    def vco_hz(self) -> Fraction:
        """Frequency of the oscillator inside."""
        return self.oscillator_hz * self.multiply / self.divide

    @property
    def clock_hz(self) -> Fraction:
        """The clock of output CLKOUT0."""
        return self.vco_hz / self.output_divide


@dataclass(frozen=True, kw_only=True)
class EcpPll:
    """Parameters of an EHXPLLL (Lattice data sheet FPGA-DS-02012, section 3.19).

    Raises
    ------
    ValueError
        A frequency or divider is outside of what the PLL can do.
    """

    oscillator_hz: int
    """Its input, CLKI."""
    input_divide: int
    """CLKI_DIV, I: 1 to 128."""
    feedback_divide: int
    """CLKFB_DIV, B: 1 to 128."""
    loop_divide: int
    """CLKOP_DIV, P, of the output that is fed back: 1 to 128."""
    output_divide: int
    """CLKOS_DIV, S, of the output that is used: 1 to 128."""

    def __post_init__(self) -> None:
        for name in ("input_divide", "feedback_divide", "loop_divide", "output_divide"):
            _check(name, getattr(self, name), 1, 128)
        detector = Fraction(self.oscillator_hz, self.input_divide)
        _check("phase detector's Hz", detector, *_PLL_DETECTOR)
        _check("VCO's Hz", self.vco_hz, *_PLL_VCO)
        _check("output's Hz", self.clock_hz, *_PLL_OUTPUT)

    @property
    def vco_hz(self) -> Fraction:
        """Frequency of the oscillator inside."""
        multiple = self.feedback_divide * self.loop_divide
        return Fraction(self.oscillator_hz * multiple, self.input_divide)

    @property
    def clock_hz(self) -> Fraction:
        """The clock of output CLKOS."""
        return self.vco_hz / self.output_divide


_MMCM_VCO = (600 * _MHZ, 1200 * _MHZ)
_MMCM_DETECTOR = (10 * _MHZ, 450 * _MHZ)
_MMCM_OUTPUT = (_MMCM_VCO[0] // 128, 800 * _MHZ)
_PLL_VCO = (400 * _MHZ, 800 * _MHZ)
_PLL_DETECTOR = (Fraction(25, 8) * _MHZ, 400 * _MHZ)
_PLL_OUTPUT = (Fraction(25, 8) * _MHZ, 400 * _MHZ)
_PLL_BEST_VCO = 600 * _MHZ


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

    return _nearest(_mmcms(oscillator_hz, clock_hz), worth, clock_hz)


def find_pll(oscillator_hz: int, clock_hz: int) -> EcpPll:
    """The PLL whose clock is nearest to one asked for.

    Of equally near ones that with the highest phase detector, and the VCO near the middle.

    Raises
    ------
    ValueError
        None comes within TOLERANCE; the message names the nearest.
    """

    def worth(pll: EcpPll) -> tuple[object, ...]:
        off_middle = abs(pll.vco_hz - _PLL_BEST_VCO)
        return (abs(pll.clock_hz - clock_hz), pll.input_divide, off_middle, pll.feedback_divide)

    return _nearest(_plls(oscillator_hz, clock_hz), worth, clock_hz)


def _mmcms(oscillator_hz: int, clock_hz: int) -> Iterator[Mmcm]:
    """For every VCO the output dividers around the best one."""
    least, most = _MMCM_VCO
    for divide in range(1, 107):
        if not _MMCM_DETECTOR[0] <= Fraction(oscillator_hz, divide) <= _MMCM_DETECTOR[1]:
            continue
        for eighths in range(16, 513):
            vco = Fraction(oscillator_hz * eighths, 8 * divide)
            if not least <= vco <= most:
                continue
            fewest = 8 if vco <= _MMCM_OUTPUT[1] else 16
            best = int(8 * vco / clock_hz)
            for output in {_clamped(best, 16, 1024), _clamped(best + 1, 16, 1024), fewest}:
                yield Mmcm(
                    oscillator_hz=oscillator_hz,
                    divide=divide,
                    multiply=eighths * _EIGHTH,
                    output_divide=output * _EIGHTH,
                )


def _plls(oscillator_hz: int, clock_hz: int) -> Iterator[EcpPll]:
    """For every pair of input and output dividers the multiples around the best one."""
    for input_divide in range(1, 129):
        detector = Fraction(oscillator_hz, input_divide)
        if not _PLL_DETECTOR[0] <= detector <= _PLL_DETECTOR[1]:
            continue
        for output_divide in range(1, 129):
            lowest = max(_PLL_VCO[0], _PLL_OUTPUT[0] * output_divide)
            highest = min(_PLL_VCO[1], _PLL_OUTPUT[1] * output_divide)
            least, most = -(-lowest // detector), highest // detector
            if least > most:
                continue
            best = int(clock_hz * output_divide / detector)
            for multiple in {_clamped(best, least, most), _clamped(best + 1, least, most)}:
                feedback = _factor(multiple)
                if feedback:
                    yield EcpPll(
                        oscillator_hz=oscillator_hz,
                        input_divide=input_divide,
                        feedback_divide=feedback,
                        loop_divide=multiple // feedback,
                        output_divide=output_divide,
                    )


def _factor(multiple: int) -> int | None:
    """The least factor up to 128 whose partner is up to 128 too."""
    for factor in range(1, 129):
        if multiple % factor == 0 and multiple // factor <= 128:
            return factor
    return None


def _clamped(value: int, least: int, most: int) -> int:
    return int(min(max(value, least), most))


_M = TypeVar("_M", bound=Multiplier)


def _nearest(found: Iterator[_M], worth: Callable[[_M], tuple[object, ...]], clock_hz: int) -> _M:
    nearest: _M = min(found, key=worth)
    if abs(nearest.clock_hz - clock_hz) > TOLERANCE * clock_hz:
        raise ValueError(
            f"clock must be within {float(100 * TOLERANCE):g} % of one that the board can make, "
            f"not {clock_hz / _MHZ:g} MHz; the nearest is {float(nearest.clock_hz) / _MHZ:.9g} MHz"
        )
    return nearest


def _check(name: str, value: Fraction | int, least: Fraction | int, most: Fraction | int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {float(least):g} to {float(most):g}, not {value}")
