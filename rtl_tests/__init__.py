"""Tests of the exported Verilog: cocotb benches under Verilator, held against NumPy."""
