// A quad-SPI flash as far as READ QUAD OUT (6Bh) of its datasheet goes, and every time.
//
// What breaks a time of the datasheet is told (`%Error: flash: ...`) and counted in `errors`.
// Byte n is `n * 7 + n / 256`, so that every address has its own; but with PROGRAMMED the bytes from
// `first_byte` on are those of the file that `+flash=FILE` names, and erased where that ends. Times
// are parameters in nanoseconds, under the datasheet's names.

`timescale 1ns / 1ps

module flash_model #(
    parameter bytes = 16777216,
    parameter first_byte = 0,      // of its user; the chip does not know it
    parameter PROGRAMMED = 0,      // whether it holds a file there
    parameter real tPU = 300000.0,  // power-up
    parameter real tSCK = 20.0,    // clock period
    parameter real tCSS = 3.0,     // CS# before the clock rises
    parameter real tCSH = 3.0,     // CS# after it
    parameter real tCS = 50.0,     // CS# high
    parameter real tSU = 3.0,      // data in before the clock rises
    parameter real tHD = 3.0,      // data in after it
    parameter real tV = 8.0,       // the clock's fall to data out
    parameter real tHO = 0.0       // data out held after it
) (
    input        cs_n, sck,
    inout  [3:0] dq
);
  localparam SLACK = 0.001;  // a picosecond, to which times are rounded

  integer errors = 0;
  task complain(input [8*40-1:0] what);
    begin
      errors = errors + 1;
      $display("%%Error: flash: %0s at %0t", what, $realtime);
    end
  endtask

  task at_least(input real since, input real time_, input [8*40-1:0] what);
    if ($realtime - since < time_ - SLACK) complain(what);
  endtask

  function [3:0] garbage(input [3:0] nibble);
`ifdef VERILATOR
    garbage = ~nibble;
`else
    garbage = 4'bx;
`endif
  endfunction

  localparam HELD = PROGRAMMED ? bytes - first_byte : 1;
  reg [7:0] held [0:HELD-1];
  reg [8*4096-1:0] file;
  integer place, handle, taken;
  initial if (PROGRAMMED) begin
    for (place = 0; place < HELD; place = place + 1) held[place] = 8'hFF;
    if ($value$plusargs("flash=%s", file)) begin
      handle = $fopen(file, "rb");
      if (handle == 0) $display("%%Error: flash: cannot read %0s", file);
      else begin
        taken = $fread(held, handle);
        $fclose(handle);
      end
    end
  end

  function [7:0] content(input [23:0] address);
    if (PROGRAMMED && address >= first_byte) content = held[address-first_byte];
    else content = address[7:0] * 7 + address[15:8];
  endfunction

  reg awake = 0;  // pins are driven: CS# was seen high
  reg [3:0] driven = 0;
  reg driving = 0;
  assign dq = driving ? driven : 4'bz;

  real cs_fell = -1.0e9, cs_rose = -1.0e9, rose = -1.0e9, data_at = -1.0e9;
  integer bits = 0;
  reg [31:0] command;
  reg [24:0] nibble;  // of the whole chip
  reg [7:0] found;

  initial if (cs_n === 1'b1) awake = 1;
  always @(cs_n)
    if (cs_n) begin
      if (awake) at_least(rose, tCSH, "tCSH");
      awake = 1;
      cs_rose = $realtime;
      driving <= #(tV) 1'b0;
    end else if (awake) begin
      if ($realtime < tPU - SLACK) complain("tPU: a command too early");
      at_least(cs_rose, tCS, "tCS");
      cs_fell = $realtime;
      bits = 0;
    end

  always @(dq) begin
    data_at = $realtime;
    if (awake && !cs_n && bits > 0 && bits <= 32 && !driving) at_least(rose, tHD, "tHD");
    if (driving && dq !== driven) complain("two drive the data");
  end

  always @(posedge sck) if (awake && !cs_n) begin
    at_least(cs_fell, tCSS, "tCSS");
    if (bits > 0) at_least(rose, tSCK, "tSCK");
    rose = $realtime;
    if (bits < 32) begin
      at_least(data_at, tSU, "tSU");
      command = {command[30:0], dq[0]};
      if (dq[3:2] !== 2'b11) complain("WP# or HOLD# is low");
    end
    bits = bits + 1;
    if (bits == 32) begin
      if (command[31:24] != 8'h6B) complain("command is not modelled");
      nibble = {command[23:0], 1'b0};
    end
  end

  always @(negedge sck) if (awake && !cs_n && bits >= 40) begin
    found = content(nibble[24:1]);
    driving <= #(tV) 1'b1;
    driven <= #(tHO + SLACK) garbage(driven);
    driven <= #(tV) nibble[0] ? found[3:0] : found[7:4];
    nibble = nibble + 1;
  end
endmodule
