// A cellular RAM (pseudo-static RAM) in asynchronous mode, as far as its datasheet goes: pages, the
// refresh configuration register, and every time.
//
// What breaks a time of the datasheet is told (`%Error: cellular: ...`) and counted in `errors`. Where
// CE# stays low for longer than tCEM, no refresh finds its way in, and a row loses its words.
// Times are parameters in nanoseconds, under the datasheet's names.

`timescale 1ns / 1ps

module cellular_model #(
    parameter ADDRESS_BITS = 23,
    parameter PAGE_BITS = 4,
    parameter ROW_BITS = 7,       // of an address within a row
    parameter real tPU = 150000.0,  // power-up
    parameter real tRC = 70.0,    // read cycle
    parameter real tAA = 70.0,    // address to data
    parameter real tCO = 70.0,    // CE# to data
    parameter real tOE = 20.0,    // OE# to data
    parameter real tPC = 20.0,    // read cycle within a page
    parameter real tAPA = 20.0,   // address to data within a page
    parameter real tOH = 5.0,     // data held after an address
    parameter real tHZ = 8.0,     // until nothing is driven after CE#
    parameter real tOHZ = 8.0,    // and after OE#
    parameter real tOLZ = 3.0,    // OE# to driven
    parameter real tCEM = 4000.0, // longest time of CE# low
    parameter real tCPH = 15.0,   // CE# high for a refresh
    parameter real tAS = 0.0,     // address before WE#
    parameter real tWC = 70.0,    // write cycle
    parameter real tAW = 70.0,    // address to end of write
    parameter real tCW = 70.0,    // CE# to end of write
    parameter real tWP = 46.0,    // WE# low
    parameter real tWPH = 10.0,   // WE# high
    parameter real tDW = 23.0,    // data before end of write
    parameter real tDH = 0.0,     // data after
    parameter real tWR = 0.0      // address after
) (
    input             ce_n, oe_n, we_n, cre,
    input      [22:0] a,
    inout      [15:0] dq
);
  localparam SLACK = 0.001;  // a picosecond, to which times are rounded

  reg [15:0] words[0:(1<<ADDRESS_BITS)-1];
  integer errors = 0;
  reg page_mode = 0;

  task complain(input [8*40-1:0] what);
    begin
      errors = errors + 1;
      $display("%%Error: cellular: %0s at %0t", what, $realtime);
    end
  endtask

  task at_least(input real since, input real time_, input [8*40-1:0] what);
    if ($realtime - since < time_ - SLACK) complain(what);
  endtask

  function [15:0] garbage(input [15:0] word);
`ifdef VERILATOR
    garbage = {word[14:0], ~word[15]};  // another one the next time, too
`else
    garbage = 16'bx;
`endif
  endfunction

  real ce_fell = -1.0e9, ce_rose = -1.0e9, oe_fell = -1.0e9, we_fell = -1.0e9, we_rose = -1.0e9;
  real page_at = -1.0e9, address_at = -1.0e9, data_at = -1.0e9, write_end = -1.0e9, good_at = 0.0;
  reg [22:0] address = 0;
  // Every delayed look has a number, so that none hides another.
  integer number = 0, kick = 0, expiries = 0, expiry = 0;
  real wait_for = 1.0;

  reg awake = 0;  // pins are driven: CE# was seen high
  wire selected = awake && !ce_n;
  wire reading = selected && !oe_n && we_n && !cre;
  wire writing = selected && !we_n;
  reg was_reading = 0, was_writing = 0;

  // Outputs
  reg [15:0] driven;
  reg driving = 0;
  assign dq = driving ? driven : 16'bz;

  function real later(input real one, input real other);
    later = one > other ? one : other;
  endfunction

  task look;  // when the word at the pins will be good
    begin
      good_at = later(later(page_at + tAA, address_at + (page_mode ? tAPA : tAA)),
                      later(ce_fell + tCO, oe_fell + tOE));
      wait_for = later(good_at - $realtime, SLACK);
      number = number + 1;
    end
  endtask
  // Not in the task: Verilator takes a delay's value from before it.
  always @(number) kick <= #(wait_for) number;

  always @(kick)
    if (reading && $realtime >= good_at - SLACK) driven = words[a[ADDRESS_BITS-1:0]];

  always @(a) begin
    if (was_reading && reading && ce_fell < $realtime) begin
      if (a[22:PAGE_BITS] != address[22:PAGE_BITS]) at_least(later(page_at, ce_fell), tRC, "tRC");
      at_least(address_at, page_mode ? tPC : tRC, "tPC");
    end
    if (was_writing) complain("tAS: address of a write changes");
    else at_least(write_end, tWR, "tWR");
    if (a[22:PAGE_BITS] != address[22:PAGE_BITS]) page_at = $realtime;
    address_at = $realtime;
    address = a;
    driven <= #(tOH) garbage(driven);
    look;
  end

  integer k;
  initial if (ce_n === 1'b1) awake = 1;
  always @(ce_n) begin
    if (!ce_n) begin
      if (awake) begin
        if ($realtime < tPU - SLACK) complain("tPU: CE# low too early");
        at_least(ce_rose, tCPH, "tCPH");
      end
      ce_fell = $realtime;
      expiries = expiries + 1;
      expiry <= #(tCEM + SLACK) expiries;
      look;
    end else begin
      if (was_reading) at_least(later(page_at, ce_fell), tRC, "tRC");
      ce_rose = $realtime;
      awake = 1;
    end
  end
  always @(expiry)
    if (selected && $realtime - ce_fell > tCEM + SLACK / 2) begin
      complain("tCEM: a row lost its words");
      for (k = 0; k < 1 << ROW_BITS; k = k + 1)
        words[{a[ADDRESS_BITS-1:ROW_BITS], k[ROW_BITS-1:0]}] =
            garbage(words[{a[ADDRESS_BITS-1:ROW_BITS], k[ROW_BITS-1:0]}]);
    end

  always @(oe_n) if (!oe_n) begin
    oe_fell = $realtime;
    look;
  end

  always @(reading) begin
    if (reading) begin
      driving <= #(tOLZ) 1'b1;
      driven = garbage(driven);
      look;
    end else driving <= #(ce_n ? tHZ : tOHZ) 1'b0;
    was_reading = reading;
  end

  always @(we_n) begin
    if (!we_n) begin
      if (!ce_n) at_least(we_rose, tWPH, "tWPH");
      we_fell = $realtime;
    end else we_rose = $realtime;
  end

  always @(writing) begin
    if (writing) at_least(address_at, tAS, "tAS");
    else if (was_writing) begin
      at_least(we_fell, tWP, "tWP");
      at_least(address_at, tAW, "tAW");
      at_least(address_at, tWC, "tWC");
      at_least(ce_fell, tCW, "tCW");
      if (cre) begin
        if (a[19:18] == 2'b00) begin  // refresh configuration register
          page_mode = a[7];
          if (!a[4] || a[2:0] != 0) complain("not the whole array is refreshed");
        end else complain("register is not modelled");
      end else begin
        at_least(data_at, tDW, "tDW");
        if (driving) complain("write while data are driven");
        words[a[ADDRESS_BITS-1:0]] = dq;
      end
      write_end = $realtime;
    end
    was_writing = writing;
  end

  always @(dq) begin
    if (driving && dq !== driven) complain("two drive the data");
    if (!driving) begin
      if (was_writing) data_at = $realtime;
      else begin
        at_least(write_end, tDH, "tDH");
        data_at = $realtime;
      end
    end
  end
endmodule
