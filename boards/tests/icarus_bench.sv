// A board in Icarus, moved by commands at standard input, answered at standard output:
//   s <byte, hexadecimal>        a byte for the board to receive
//   r <clocks> <until>           run; until 1: not further than to the end of a frame of the board's
//                                answer: the clocks run, and the bytes that the board sent
// Byte by byte it does what simulated/wrapper.cpp does, in whole clocks a bit.

`timescale 1ns / 1ps

module icarus_bench #(
    parameter int BIT = 6,    // clocks a bit
    parameter int LEDS = 8,
    parameter int RESET = 0,  // clocks of reset at first
    parameter int HALF_PS = 1000  // half a clock, which a memory beside the FPGA sees
);
  localparam int IN = 32'h8000_0000;
  localparam int OUT = 32'h8000_0001;
  localparam logic [7:0] FLAG = 8'h7E;

  reg clk = 0, rst = 0, rx = 1;
  wire tx;
  wire [LEDS-1:0] leds;
  wire [7:0] segments, digits;

`ifndef BOARD
`define BOARD presparse_board
`endif
  `BOARD board (
      .clk(clk), .rst(rst), .rx(rx), .tx(tx), .run_button(1'b0), .pause_button(1'b0),
      .reset_button(1'b0), .leds(leds), .segments(segments), .digits(digits));

  // To the board
  reg [7:0] sent[0:65535];
  int sent_head = 0, sent_tail = 0, sender_left = 0, sender_bits = 0;
  reg [9:0] sender_word;

  // From the board
  reg [7:0] received[0:65535];
  int received_count = 0, receiver_left = 0, receiver_bits = -1, since_flag = 0;
  reg [7:0] receiver_word;
  reg frame_ended;

  task clock;
    #(HALF_PS / 1000.0) clk = 1;
    #(HALF_PS / 1000.0) clk = 0;
  endtask

  task step;
    if (sender_left == 0 && sender_bits == 0 && sent_head != sent_tail) begin
      sender_word = {1'b1, sent[sent_head], 1'b0};
      sent_head = (sent_head + 1) % 65536;
      sender_bits = 10;
      sender_left = BIT;
    end
    rx = sender_bits == 0 || sender_word[0];
    if (sender_left != 0) begin
      sender_left = sender_left - 1;
      if (sender_left == 0) begin
        sender_word = sender_word >> 1;
        sender_bits = sender_bits - 1;
        if (sender_bits != 0) sender_left = BIT;
      end
    end
    clock;
    if (^{tx, leds, segments, digits} === 1'bx)
      $fatal(1, "the board shows an X: tx %b, leds %b, segments %b, digits %b",
             tx, leds, segments, digits);
    if (receiver_bits < 0) begin
      if (!tx) begin
        receiver_bits = 0;
        receiver_left = BIT + BIT / 2 - 1;
      end
    end else begin
      receiver_left = receiver_left - 1;
      if (receiver_left == 0) begin
        receiver_left = BIT;
        if (receiver_bits < 8) begin
          receiver_word = {tx, receiver_word[7:1]};
          receiver_bits = receiver_bits + 1;
        end else begin
          receiver_bits = -1;
          received[received_count] = receiver_word;
          received_count = received_count + 1;
          frame_ended = frame_ended || (receiver_word == FLAG && since_flag != 0);
          since_flag = receiver_word == FLAG ? 0 : since_flag + 1;
        end
      end
    end
  endtask

  reg [7:0] order, line_byte;
  int clocks, until_frame, run;
  initial begin
    rst = RESET != 0;
    repeat (RESET) clock;
    rst = 0;
    while ($fscanf(IN, " %c", order) == 1) begin
      if (order == "s") begin
        if ($fscanf(IN, "%h", line_byte) != 1) $fatal(1, "s without a byte");
        sent[sent_tail] = line_byte;
        sent_tail = (sent_tail + 1) % 65536;
      end else begin
        if ($fscanf(IN, "%d %d", clocks, until_frame) != 2) $fatal(1, "r without two numbers");
        frame_ended = 0;
        run = 0;
        while (run < clocks && !(until_frame != 0 && frame_ended)) begin
          step;
          run = run + 1;
        end
        $fwrite(OUT, "%0d", run);
        for (int k = 0; k < received_count; k = k + 1) $fwrite(OUT, " %h", received[k]);
        $fwrite(OUT, "\n");
        $fflush(OUT);
        received_count = 0;
      end
    end
    $finish;
  end
endmodule
