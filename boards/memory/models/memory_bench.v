// A memory's controller with its chip, moved by commands from a file, its words into another:
//   w <address> <data>           a word to write
//   r <address> <count>          a burst to read
//   b <address> <data> <address> <count>   a write and a burst in one clock
//   i <clocks>                   wait
// The chip is in module `memory_with_chip`, which this file's user writes. The result's last line has
// the clocks from the first command to the last word, and the chip's complaints.

`timescale 1ns / 1ps

module memory_bench #(
    parameter ADDRESS = 24,
    parameter COUNT = 25,
    parameter WIDTH = 16,
    parameter PERIOD_PS = 12500,
    parameter STALLS = 0  // of 16 clocks, those in which nobody takes a word
);
  reg clk = 0, rst = 0;
  reg reads_valid = 0, writes_valid = 0, data_ready = 0;
  wire reads_ready, writes_ready, data_valid, idle, initialised;
  reg [ADDRESS-1:0] read_address, write_address;
  reg [COUNT-1:0] count;
  reg [WIDTH-1:0] write_data;
  wire [WIDTH-1:0] data;
  wire [31:0] errors;

  memory_with_chip memory (
      .clk(clk), .rst(rst),
      .reads__valid(reads_valid), .reads__ready(reads_ready),
      .reads__payload({count, read_address}),
      .writes__valid(writes_valid), .writes__ready(writes_ready),
      .writes__payload({write_data, write_address}),
      .data__valid(data_valid), .data__ready(data_ready), .data__payload(data),
      .idle(idle), .initialised(initialised), .errors(errors));

  always #(PERIOD_PS / 1000.0 / 2) clk = ~clk;

  reg [1023:0] from, to;
  integer in, out, n, idle_clocks, left = 0, clocks = 0, began = 0, ended = 0;
  reg [7:0] order;
  integer random = 1;

  always @(posedge clk) begin
    clocks <= clocks + 1;
    if (data_valid && data_ready) begin
      $fdisplay(out, "%h", data);
      left = left - 1;
      ended = clocks;
    end
    random = random * 1103515245 + 12345;
    data_ready <= random[27:24] >= STALLS;
  end

  task offer(input write, input read);
    begin
      if (read) left = left + count;
      writes_valid <= write;
      reads_valid <= read;
      @(posedge clk);
      while ((writes_valid && !writes_ready) || (reads_valid && !reads_ready)) begin
        if (writes_ready) writes_valid <= 0;
        if (reads_ready) reads_valid <= 0;
        @(posedge clk);
      end
      writes_valid <= 0;
      reads_valid <= 0;
    end
  endtask

  initial begin
    if (!$value$plusargs("from=%s", from) || !$value$plusargs("to=%s", to)) $finish;
    in = $fopen(from, "r");
    out = $fopen(to, "w");
    @(posedge clk);
    while (!initialised) @(posedge clk);
    began = clocks;
    while ($fscanf(in, " %c", order) == 1) begin
      case (order)
        "w": begin
          n = $fscanf(in, "%h %h", write_address, write_data);
          offer(1, 0);
        end
        "r": begin
          n = $fscanf(in, "%h %h", read_address, count);
          offer(0, 1);
        end
        "b": begin
          n = $fscanf(in, "%h %h %h %h", write_address, write_data, read_address, count);
          offer(1, 1);
        end
        default: begin
          n = $fscanf(in, "%d", idle_clocks);
          repeat (idle_clocks) @(posedge clk);
        end
      endcase
    end
    n = 0;
    while ((left != 0 || !idle) && n < 2000) begin
      @(posedge clk);
      n = data_valid ? 0 : n + 1;
    end
    $fdisplay(out, "end %0d %0d %0d", ended - began, left, errors);
    $finish;
  end
endmodule
