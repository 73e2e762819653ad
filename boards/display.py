"""Seven-segment display and LEDs."""

__all__ = ["DIGITS", "SEGMENTS"]

DIGITS = 8
SEGMENTS = 8
