"""Clash-free connection patterns."""
