"""Benches of the user's own for a core, with golden vectors."""
