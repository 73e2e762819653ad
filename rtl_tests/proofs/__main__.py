"""`python -m rtl_tests.proofs`: runs all proofs and all their refutations, and prints a table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rtl_tests.proofs.catalogue import PROOFS
from rtl_tests.proofs.proof import Proof
from rtl_tests.proofs.symbiyosys import Outcome
from software_ref.console.output import check_outputs, table_lines, write_json

HEADER = ("proof", "run", "mode", "clocks", "result", "violated", "s")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; its exit status is 1 where a proof or a refutation failed."""
    parser = argparse.ArgumentParser(prog="python -m rtl_tests.proofs", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="PROOF", help="proofs to run (default: all)")
    parser.add_argument("--list", action="store_true", help="print the claims and stop")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    arguments = parser.parse_args(words)
    unknown = sorted(set(arguments.names) - set(PROOFS))
    if unknown:
        parser.error(f"no proof is called {unknown[0]!r}; there are {', '.join(PROOFS)}")
    proofs = [PROOFS[name] for name in arguments.names or PROOFS]
    if arguments.list:
        for proof in proofs:
            print(f"{proof.name}: {proof.claim}\n    for {proof.shape}")
        return 0
    check_outputs({"--json": arguments.json})
    rows, documents, good = [], [], True
    for proof in proofs:
        print(proof.name, file=sys.stderr, flush=True)
        outcome = proof.prove()
        good &= outcome.status == "PASS"
        rows.append((proof.name, "as it is", "induction", proof.depth, *_cells(outcome)))
        refutations = []
        for broken in proof.broken:
            found = proof.refute(broken)
            good &= found.found_counterexample
            rows.append((None, broken.what, "bmc", broken.depth, *_cells(found)))
            refutations.append({"mistake": broken.what, "clocks": broken.depth, **_document(found)})
        documents.append(_described(proof) | _document(outcome) | {"broken": refutations})
    print("\n".join(table_lines(HEADER, rows, text=(0, 1, 2, 4, 5))))
    if arguments.json:
        write_json(arguments.json, {"proofs": documents, "good": good})
    return 0 if good else 1


def _described(proof: Proof) -> dict[str, object]:
    return {
        "name": proof.name,
        "claim": proof.claim,
        "shape": proof.shape,
        "mode": "k-induction",
        "clocks": proof.depth,
    }


def _document(outcome: Outcome) -> dict[str, object]:
    return {
        "status": outcome.status,
        "violated": list(outcome.failed),
        "seconds": round(outcome.seconds, 2),
    }


def _cells(outcome: Outcome) -> tuple[object, ...]:
    violated = ", ".join(outcome.failed[:2]) + (", ..." if len(outcome.failed) > 2 else "")
    return outcome.status, violated, f"{outcome.seconds:.1f}"


if __name__ == "__main__":
    sys.exit(main())
