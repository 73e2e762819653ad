"""The cocotb benches of test_board_parts, one module for each part; all parts are in one model."""
