"""The PLL of the ECP5: which dividers make a clock, and the primitive.

    VCO = oscillator * B * P / I            clock = VCO / S

The loop closes over its first output, divided by P; the clock is its second, divided by S, which
reaches far more frequencies than the first alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from amaranth.hdl import ClockSignal, Instance, Module, Signal

from boards.clocking.clocking import MHZ, Clocking, check_range, clamped, nearest

__all__ = ["EcpPll", "find_pll"]

_VCO = (400 * MHZ, 800 * MHZ)
_DETECTOR = (Fraction(25, 8) * MHZ, 400 * MHZ)
_OUTPUT = (Fraction(25, 8) * MHZ, 400 * MHZ)
_BEST_VCO = 600 * MHZ


@dataclass(frozen=True, kw_only=True)
class EcpPll(Clocking):
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
            check_range(name, getattr(self, name), 1, 128)
        detector = Fraction(self.oscillator_hz, self.input_divide)
        check_range("phase detector's Hz", detector, *_DETECTOR)
        check_range("VCO's Hz", self.vco_hz, *_VCO)
        check_range("output's Hz", self.clock_hz, *_OUTPUT)

    @property
    def vco_hz(self) -> Fraction:
        """Frequency of the oscillator inside."""
        multiple = self.feedback_divide * self.loop_divide
        return Fraction(self.oscillator_hz * multiple, self.input_divide)

    @property
    def clock_hz(self) -> Fraction:
        """The clock of output CLKOS."""
        return self.vco_hz / self.output_divide

    def add_to(self, m: Module, oscillator: Signal, locked: Signal) -> None:
        """See `Clocking`."""
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
            p_CLKI_DIV=self.input_divide,
            p_CLKFB_DIV=self.feedback_divide,
            p_CLKOP_ENABLE="ENABLED",
            p_CLKOP_DIV=self.loop_divide,
            p_CLKOP_CPHASE=self.loop_divide - 1,
            p_CLKOP_FPHASE=0,
            p_CLKOS_ENABLE="ENABLED",
            p_CLKOS_DIV=self.output_divide,
            p_CLKOS_CPHASE=self.output_divide - 1,
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


def find_pll(oscillator_hz: int, clock_hz: int) -> EcpPll:
    """The PLL whose clock is nearest to one asked for.

    Of equally near ones that with the highest phase detector, and the VCO near the middle.

    Raises
    ------
    ValueError
        None comes within TOLERANCE; the message names the nearest.
    """

    def worth(pll: EcpPll) -> tuple[object, ...]:
        off_middle = abs(pll.vco_hz - _BEST_VCO)
        return (abs(pll.clock_hz - clock_hz), pll.input_divide, off_middle, pll.feedback_divide)

    return nearest(_plls(oscillator_hz, clock_hz), worth, clock_hz)


def _plls(oscillator_hz: int, clock_hz: int) -> Iterator[EcpPll]:
    """For every pair of input and output dividers the multiples around the best one."""
    for input_divide in range(1, 129):
        detector = Fraction(oscillator_hz, input_divide)
        if not _DETECTOR[0] <= detector <= _DETECTOR[1]:
            continue
        for output_divide in range(1, 129):
            lowest = max(_VCO[0], _OUTPUT[0] * output_divide)
            highest = min(_VCO[1], _OUTPUT[1] * output_divide)
            least, most = -(-lowest // detector), highest // detector
            if least > most:
                continue
            best = int(clock_hz * output_divide / detector)
            for multiple in {clamped(best, least, most), clamped(best + 1, least, most)}:
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
