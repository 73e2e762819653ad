"""What units and memories are built from: arithmetic, multipliers, delays, counters."""
