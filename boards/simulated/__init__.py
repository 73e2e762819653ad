"""The board in simulation: its exported Verilog under Verilator, with its UART's two ends."""
