"""Simulation of exported cores: a Verilator harness that plays whole data sets, under cocotb."""
