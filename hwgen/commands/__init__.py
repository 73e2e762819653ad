"""Subcommands of `presparse` that need the generator."""
