"""The exception of tools that fail, for errors that are nobody's wrong input."""

from __future__ import annotations

__all__ = ["ToolError"]


class ToolError(Exception):
    """A tool that a command runs is missing or failed; the message says which, and what to do."""
