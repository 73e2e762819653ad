"""A proof: what it claims of which unit and shape, how it is made, and the mistake it must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.symbiyosys import Outcome, symbiyosys
from rtl_tests.proofs.units import Mutation, Units

__all__ = ["Broken", "Proof"]


@dataclass(frozen=True)
class Broken:
    """A mistake that a proof must find within a number of clocks."""

    what: str
    """The mistake in words."""
    mutation: Mutation
    """The same in the source."""
    depth: int = 20
    """Clocks to look for a counterexample in."""


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
    broken: tuple[Broken, ...]
    """Mistakes in the unit that the same bench must find."""

    def source(self, mutation: Mutation | None = None) -> str:
        """The bench as RTLIL, around real units or a broken one."""
        bench = Bench(lemmas=mutation is None)
        self.build(bench, Units(mutation))
        return bench.rtlil()

    def prove(self) -> Outcome:
        """Prove the claim for all time."""
        return symbiyosys(self.source(), mode="prove", depth=self.depth)

    def refute(self, broken: Broken) -> Outcome:
        """Look for a counterexample of the same claim on a broken unit."""
        return symbiyosys(self.source(broken.mutation), mode="bmc", depth=broken.depth)
