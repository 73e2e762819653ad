"""The generator: Amaranth components that elaborate a network into Verilog."""
