"""From a component to Verilog text."""
