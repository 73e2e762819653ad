"""The proofs hold for the units as they are, and find every mistake put into them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from amaranth.hdl import Mux, Signal

from rtl_tests.proofs.__main__ import main
from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.catalogue import PROOFS
from rtl_tests.proofs.proof import Broken
from rtl_tests.proofs.symbiyosys import symbiyosys
from rtl_tests.proofs.units import Mutation, Units

MISTAKES = [
    pytest.param(name, broken, id=f"{name}-{broken.what.replace(' ', '_')}")
    for name, proof in PROOFS.items()
    for broken in proof.broken
]


@pytest.mark.parametrize("name", PROOFS)
def test_a_claim_is_proven_for_all_time(name: str) -> None:
    outcome = PROOFS[name].prove()
    assert outcome.status == "PASS", outcome.log
    assert "successful proof by k-induction" in outcome.log


@pytest.mark.parametrize(("name", "broken"), MISTAKES)
def test_a_proof_finds_the_mistake(name: str, broken: Broken) -> None:
    outcome = PROOFS[name].refute(broken)
    assert outcome.found_counterexample, outcome.log
    assert outcome.failed


def test_every_module_of_proofs_has_one_that_finds_a_mistake() -> None:
    modules = {
        proof.build.func.__module__ if hasattr(proof.build, "func") else proof.build.__module__
        for proof in PROOFS.values()
        if proof.broken
    }
    assert len(modules) == 7


def test_a_bench_whose_assumptions_exclude_everything_proves_nothing() -> None:
    bench = Bench()
    free = bench.free(1, "free")
    bench.assume(free & ~free)
    bench.check(free, "free")
    outcome = symbiyosys(bench.rtlil(), mode="prove", depth=2)
    assert outcome.status not in ("PASS", "FAIL")
    assert not outcome.found_counterexample


def _counter(*, lemma: bool) -> str:
    """Counts to 5, but could count on from 6."""
    bench = Bench()
    count = Signal(3)
    bench.m.d.sync += count.eq(Mux(count == 5, 0, count + 1))
    bench.check(count != 7, "never_seven")
    if lemma:
        bench.lemma(count != 6, "never_six")
    return bench.rtlil()


def test_a_claim_that_needs_a_lemma_is_not_taken_for_proven() -> None:
    assert symbiyosys(_counter(lemma=False), mode="prove", depth=1).status == "UNKNOWN"
    assert symbiyosys(_counter(lemma=True), mode="prove", depth=1).status == "PASS"


def test_registers_without_a_reset_start_with_any_value() -> None:
    bench = Bench()
    register = Signal(reset_less=True)
    bench.m.d.sync += register.eq(register)
    bench.check(~register, "zero")
    outcome = symbiyosys(bench.rtlil(), mode="bmc", depth=3)
    assert outcome.found_counterexample
    assert outcome.failed == ("zero",)


def test_a_mutation_whose_text_is_gone_is_refused() -> None:
    mutation = Mutation("hwgen.parts.arithmetic", "no such text", "")
    message = "'no such text' must occur once in hwgen.parts.arithmetic, not 0 times"
    with pytest.raises(ValueError, match=f"^{message}$"):
        Units(mutation).load("hwgen.parts.arithmetic")


def test_the_command_prints_a_table_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "proofs.json"
    assert main(["rounding", "--json", str(output)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[:2]] == ["proof", "rounding"]
    assert " FAIL " in printed[2]
    document = json.loads(output.read_text())
    assert document["good"] is True
    assert document["proofs"][0]["broken"][0]["status"] == "FAIL"
