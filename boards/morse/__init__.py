"""Morse, live: frames that a board makes itself, and a key whose letters it names."""
