// The pads between a cellular RAM's controller and its chip: registers, and the time that the way
// takes. ADV#, LB#, UB# and CLK are low for ever.

`timescale 1ns / 1ps

module cellular_pins #(
    parameter CAPTURE_FALLING = 0,
    parameter real OUT = 2.0,  // nanoseconds from a register to the chip's pin
    parameter real IN = 2.0    // and back into a register
) (
    input             clk, ce, oe, we, cre, dq_oe,
    input      [22:0] a,
    input      [15:0] dq_o,
    output reg [15:0] dq_i,
    output            chip_ce_n, chip_oe_n, chip_we_n, chip_cre,
    output     [22:0] chip_a,
    inout      [15:0] chip_dq
);
  reg [3:0] control = 0;
  reg [22:0] address;
  reg [15:0] data, fell;
  reg drives = 0;
  always @(posedge clk) {control, address, data, drives} <= {ce, oe, we, cre, a, dq_o, dq_oe};

  assign #(OUT) {chip_ce_n, chip_oe_n, chip_we_n, chip_cre} = {~control[3:1], control[0]};
  assign #(OUT) chip_a = address;

  wire [15:0] out, in;
  wire enable;
  assign #(OUT) out = data;
  assign #(OUT) enable = drives;
  assign chip_dq = enable ? out : 16'bz;
  assign #(IN) in = chip_dq;
  always @(negedge clk) fell <= in;
  always @(posedge clk) dq_i <= CAPTURE_FALLING ? fell : in;
endmodule
