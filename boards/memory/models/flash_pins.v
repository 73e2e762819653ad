// The pads between a flash's controller and its chip: registers, and the time that the way takes.

`timescale 1ns / 1ps

module flash_pins #(
    parameter CAPTURE_FALLING = 0,
    parameter real OUT = 2.0,  // nanoseconds from a register to the chip's pin
    parameter real IN = 2.0    // and back into a register
) (
    input            clk, cs, sck, dq_oe,
    input      [3:0] dq_o,
    output reg [3:0] dq_i,
    output           chip_cs_n, chip_sck,
    inout      [3:0] chip_dq
);
  reg select = 0, clocks = 0, drives = 0;
  reg [3:0] data = 0, fell;
  always @(posedge clk) {select, clocks, data, drives} <= {cs, sck, dq_o, dq_oe};

  assign #(OUT) chip_cs_n = ~select;
  assign #(OUT) chip_sck = clocks;

  wire [3:0] out, in;
  wire enable;
  assign #(OUT) out = data;
  assign #(OUT) enable = drives;
  assign chip_dq[0] = enable ? out[0] : 1'bz;
  assign chip_dq[3:2] = enable ? out[3:2] : 2'bz;
  assign #(IN) in = chip_dq;
  always @(negedge clk) fell <= in;
  always @(posedge clk) dq_i <= CAPTURE_FALLING ? fell : in;
endmodule
