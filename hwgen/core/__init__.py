"""Junctions, the network core around them, and the design that decides them all."""
