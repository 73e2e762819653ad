// The pads between an SDRAM controller and its chip: registers, the clock half a period later, and
// the time that the way takes.

`timescale 1ns / 1ps

module sdram_pins #(
    parameter CAPTURE_FALLING = 0,
    parameter real OUT = 2.0,  // nanoseconds from a register to the chip's pin
    parameter real IN = 2.0    // and back into a register
) (
    input             clk, ras, cas, we, dq_oe,
    input      [1:0]  ba,
    input      [12:0] a,
    input      [15:0] dq_o,
    output reg [15:0] dq_i,
    output            chip_clk, chip_cs_n, chip_ras_n, chip_cas_n, chip_we_n,
    output     [1:0]  chip_ba,
    output     [12:0] chip_a,
    inout      [15:0] chip_dq
);
  reg [2:0] command = 0;
  reg [1:0] bank;
  reg [12:0] address;
  reg [15:0] data, fell;
  reg drives = 0;
  always @(posedge clk) begin
    {command, bank, address, data, drives} <= {ras, cas, we, ba, a, dq_o, dq_oe};
  end

  assign #(OUT) chip_clk = ~clk;
  assign #(OUT) {chip_ras_n, chip_cas_n, chip_we_n} = ~command;
  assign #(OUT) chip_ba = bank;
  assign #(OUT) chip_a = address;
  assign chip_cs_n = 0;

  wire [15:0] out, in;
  wire enable;
  assign #(OUT) out = data;
  assign #(OUT) enable = drives;
  assign chip_dq = enable ? out : 16'bz;
  assign #(IN) in = chip_dq;
  always @(negedge clk) fell <= in;
  always @(posedge clk) dq_i <= CAPTURE_FALLING ? fell : in;
endmodule
