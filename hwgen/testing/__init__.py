"""What tests and proofs of the hardware share: shapes, plain arithmetic, simulated components."""
