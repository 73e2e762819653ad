"""Subcommands of `presparse` that need nothing but NumPy, and what all subcommands share."""
