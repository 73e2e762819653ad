"""A proof: what it claims of which unit and shape, how it is made, and the mistake it must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.symbiyosys import Outcome, symbiyosys
from rtl_tests.proofs.units import Mutation, Units

__all__ = ["Proof", "Result"]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One run of SymbiYosys on a bench around real units, and one on broken units."""

    name: str
    """Name, also of the work folder."""
    claim: str
    """What is proven."""
    shape: str
    """The shapes it is proven for."""
    depth: int
    """Clocks k of the k-induction."""
    build: Callable[[Bench, Units], None]
    """Puts units, assumptions and checks into a bench."""
    broken: Mutation
    """A mistake in the unit that the same bench must find."""

    def source(self, *, broken: bool) -> str:
        """The bench as RTLIL."""
        bench = Bench()
        self.build(bench, Units(self.broken if broken else None))
        return bench.rtlil()

    def run(self, *, broken: bool) -> Outcome:
        """Prove the claim for all time; on broken units, look for a counterexample instead."""
        mode = "bmc" if broken else "prove"
        return symbiyosys(self.source(broken=broken), mode=mode, depth=self.depth)


@dataclass(frozen=True, kw_only=True)
class Result:
    """Both outcomes of a proof."""

    proof: Proof
    real: Outcome
    broken: Outcome

    @property
    def good(self) -> bool:
        """Whether the claim was proven, and a counterexample found for the broken unit."""
        return self.real.status == "PASS" and self.broken.found_counterexample
