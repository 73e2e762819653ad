"""From a board's logic to its bitstream: sources, constraints, tools and their reports."""
