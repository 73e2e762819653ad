"""The boards that bitstreams are built for: pins, clocks, and what is around the logic."""
