"""Formal proofs of the generator's units, and mistakes that they find (docs/proofs.md)."""
