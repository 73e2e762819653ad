// A single data rate SDRAM, as far as its datasheet goes: commands, rows, refresh and every time.
//
// Burst length 1 alone. What breaks a time of the datasheet is told (`%Error: sdram: ...`) and
// counted in `errors`; a row that is not refreshed within tREF loses its words.
// Times are parameters in nanoseconds, under the datasheet's names.

`timescale 1ns / 1ps

module sdram_model #(
    parameter ROW_BITS = 13,
    parameter COLUMN_BITS = 9,
    parameter INIT_REFRESHES = 8,  // before the mode register is set
    parameter real tINIT = 200000.0,  // from power-up to the first command
    parameter real tCK2 = 10.0,    // clock period with CAS latency 2 and 3
    parameter real tCK3 = 7.0,
    parameter real tAC2 = 6.0,     // clock to data, with CAS latency 2 and 3
    parameter real tAC3 = 5.4,
    parameter real tOH = 2.5,      // data held after the next clock
    parameter real tHZ = 6.0,      // until nothing is driven
    parameter real tIS = 1.5,      // set-up and hold of all inputs
    parameter real tIH = 1.0,
    parameter real tRCD = 21.0,
    parameter real tRP = 21.0,
    parameter real tRAS = 42.0,
    parameter real tRASmax = 100000.0,
    parameter real tRC = 63.0,
    parameter real tRRD = 14.0,
    parameter real tRFC = 63.0,
    parameter real tWR = 14.0,
    parameter real tMRD = 14.0,
    parameter real tREF = 64000000.0  // every row once in this time
) (
    input             clk, cke, cs_n, ras_n, cas_n, we_n,
    input      [1:0]  ba, dqm,
    input      [12:0] a,
    inout      [15:0] dq
);
  localparam ROWS = 1 << ROW_BITS;
  localparam COLUMNS = 1 << COLUMN_BITS;
  localparam SLACK = 0.001;  // a picosecond, to which times are rounded

  reg [15:0] words[0:4*ROWS*COLUMNS-1];
  real refreshed[0:ROWS*4-1];

  integer errors = 0;
  integer refreshes = 0;      // since power-up
  integer lost = 0;           // rows that were refreshed too late
  reg ready = 0, precharged = 0;
  reg settled = 0;            // a clock has been there, and all inputs
  reg [ROW_BITS-1:0] refresh_row = 0;
  integer latency = 0;
  reg [3:0] open = 0;
  reg [ROW_BITS-1:0] row[0:3];
  real clocked = -1.0, changed = 0.0, data_changed = 0.0;
  real activated[0:3], precharge[0:3], written[0:3];
  real any_activated = -1.0e9, refresh_at = -1.0e9, mode_at = -1.0e9, write_at = -1.0e9;

  task complain(input [8*40-1:0] what);
    begin
      errors = errors + 1;
      $display("%%Error: sdram: %0s at %0t", what, $realtime);
    end
  endtask

  task at_least(input real since, input real time_, input [8*40-1:0] what);
    if ($realtime - since < time_ - SLACK) complain(what);
  endtask

  // Outputs
  reg [15:0] driven;
  reg driving = 0, valid = 0;
  assign dq = driving ? driven : 16'bz;

  function [15:0] garbage(input [15:0] word);
`ifdef VERILATOR
    garbage = {word[14:0], ~word[15]};  // another one the next time, too
`else
    garbage = 16'bx;
`endif
  endfunction

  integer k;
  initial begin
    for (k = 0; k < 4 * ROWS; k = k + 1) refreshed[k] = 0.0;
    for (k = 0; k < 4; k = k + 1) begin
      activated[k] = -1.0e9;
      precharge[k] = -1.0e9;
      written[k] = -1.0e9;
      row[k] = 0;
    end
  end

  // What happens to a row's words when its turn came too late
  task refresh(input integer number);
    integer column;
    begin
      if ($realtime - refreshed[number] > tREF + SLACK) begin
        lost = lost + 1;
        if (lost == 1) complain("tREF: a row lost its words");
        for (column = 0; column < COLUMNS; column = column + 1)
          words[number*COLUMNS+column] = garbage(words[number*COLUMNS+column]);
      end
      refreshed[number] = $realtime;
    end
  endtask

  wire idle = cs_n || (ras_n && cas_n && we_n);

  always @(cke, cs_n, ras_n, cas_n, we_n, ba, a, dqm) begin
    changed = $realtime;
    if (settled) at_least(clocked, tIH, "tIH of a command or address");
  end
  always @(dq) if (!driving) begin
    data_changed = $realtime;
    at_least(write_at, tIH, "tIH of data");
  end

  // A word leaves the pins: READ, latency - 1 clocks, then tAC.
  reg [2:0] reading = 0;
  reg [15:0] read_word[0:2];
  reg was_driving = 0;

  integer place;
  real tac;
  always @(posedge clk) begin
    if (settled) begin
      at_least(clocked, latency == 3 || latency == 0 ? tCK3 : tCK2, "tCK");
      at_least(changed, tIS, "tIS of a command or address");
    end
    settled = clocked >= 0.0;
    clocked = $realtime;
    reading = reading << 1;
    read_word[2] = read_word[1];
    read_word[1] = read_word[0];
    if (!cke) complain("CKE low is not modelled");
    if (!idle) begin
      if ($realtime < tINIT - SLACK) complain("tINIT: a command too early");
      at_least(refresh_at, tRFC, "tRFC");
      at_least(mode_at, tMRD, "tMRD");
      if (!ready && {ras_n, cas_n, we_n} != 3'b010 && !precharged)
        complain("first of all PRECHARGE ALL");
      case ({ras_n, cas_n, we_n})
        3'b000: begin  // LOAD MODE REGISTER
          if (open != 0) complain("MODE with a row open");
          for (k = 0; k < 4; k = k + 1) at_least(precharge[k], tRP, "tRP before MODE");
          if (refreshes < INIT_REFRESHES) complain("MODE before enough refreshes");
          if (a[2:0] != 0 || a[3] || a[12:7] != 0) complain("mode is not modelled");
          if (a[6:4] != 2 && a[6:4] != 3) complain("CAS latency is not 2 or 3");
          latency = a[6:4];
          mode_at = $realtime;
          ready = 1;
        end
        3'b001: begin  // AUTO REFRESH
          if (open != 0) complain("REFRESH with a row open");
          for (k = 0; k < 4; k = k + 1) at_least(precharge[k], tRP, "tRP before REFRESH");
          for (k = 0; k < 4; k = k + 1) refresh(k * ROWS + refresh_row);
          refresh_row = refresh_row + 1;
          refreshes = refreshes + 1;
          refresh_at = $realtime;
        end
        3'b010: begin  // PRECHARGE
          for (k = 0; k < 4; k = k + 1) if (a[10] || ba == k) begin
            if (open[k]) begin
              at_least(activated[k], tRAS, "tRAS");
              at_least(written[k], tWR, "tWR");
              if ($realtime - activated[k] > tRASmax + SLACK) complain("tRAS, longest");
            end
            precharge[k] = $realtime;
            open[k] = 0;
          end
          if (a[10]) precharged = 1;
        end
        3'b011: begin  // ACTIVATE
          if (!ready) complain("ACTIVATE before MODE");
          if (open[ba]) complain("ACTIVATE of an open bank");
          at_least(precharge[ba], tRP, "tRP");
          at_least(activated[ba], tRC, "tRC");
          at_least(any_activated, tRRD, "tRRD");
          open[ba] = 1;
          row[ba] = a[ROW_BITS-1:0];
          activated[ba] = $realtime;
          any_activated = $realtime;
          refresh(ba * ROWS + a[ROW_BITS-1:0]);
        end
        3'b100: begin  // WRITE
          if (!open[ba]) complain("WRITE to a closed bank");
          if (a[10]) complain("auto precharge is not modelled");
          at_least(activated[ba], tRCD, "tRCD");
          at_least(data_changed, tIS, "tIS of data");
          if (driving || reading != 0) complain("WRITE while data are driven");
          place = (ba * ROWS + row[ba]) * COLUMNS + a[COLUMN_BITS-1:0];
          if (!dqm[0]) words[place][7:0] = dq[7:0];
          if (!dqm[1]) words[place][15:8] = dq[15:8];
          written[ba] = $realtime;
          write_at = $realtime;
          reading = 0;
        end
        3'b101: begin  // READ
          if (!open[ba]) complain("READ from a closed bank");
          if (a[10]) complain("auto precharge is not modelled");
          if (dqm != 0) complain("DQM of READ is not modelled");
          at_least(activated[ba], tRCD, "tRCD");
          place = (ba * ROWS + row[ba]) * COLUMNS + a[COLUMN_BITS-1:0];
          reading[0] = 1;
          read_word[0] = words[place];
        end
        default: complain("BURST STOP is not modelled");
      endcase
    end
    for (k = 0; k < 4; k = k + 1)
      if (open[k] && $realtime - activated[k] > tRASmax + SLACK) begin
        complain("tRAS, longest");
        open[k] = 0;
      end
    // What the pins do: the word before is held for tOH, the next comes after tAC.
    tac = latency == 2 ? tAC2 : tAC3;
    if (was_driving) begin
      if (dq !== driven) complain("two drive the data");
      driven <= #(tOH) garbage(driven);
    end
    if (latency != 0 && reading[latency-1]) begin
      driven <= #(tac) read_word[latency-1];
      driving <= #(tOH) 1'b1;
      was_driving = 1;
    end else begin
      if (was_driving) driving <= #(tHZ) 1'b0;
      was_driving = 0;
    end
  end
endmodule
