"""Subcommands of `presparse` for boards."""
