"""Benches of cores on AXI, driven by cocotbext-axi."""
