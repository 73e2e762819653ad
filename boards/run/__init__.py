"""Runs: epochs over the stored samples, what they are told to do, and what they leave behind."""
