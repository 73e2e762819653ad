// Units with known resources; each has ports of its own, so that none disturbs another.

module multiply (input clk, input signed [11:0] a, input [8:0] b, output signed [20:0] q);
  reg signed [11:0] a_register;
  reg [8:0] b_register;
  reg signed [20:0] product, q_register;
  always @(posedge clk) begin
    a_register <= a;
    b_register <= b;
    product <= a_register * $signed({1'b0, b_register});
    q_register <= product;
  end
  assign q = q_register;
endmodule

module memory (input clk, input write, input [4:0] at, input [5:0] data, input [4:0] from,
               output reg [5:0] q);
  reg [5:0] words [0:31];
  always @(posedge clk) begin
    if (write) words[at] <= data;
    q <= words[from];
  end
endmodule

module two_reads (input clk, input write, input [5:0] at, input [8:0] data, input [5:0] from0,
                  input [5:0] from1, output reg [8:0] q0, output reg [8:0] q1);
  reg [8:0] words [0:63];
  always @(posedge clk) begin
    if (write) words[at] <= data;
    q0 <= words[from0];
    q1 <= words[from1];
  end
endmodule

module rom (input clk, input [9:0] from, output reg [15:0] q);
  reg [15:0] words [0:1023];
  integer i;
  initial for (i = 0; i < 1024; i = i + 1) words[i] = (i * i * 7919 + i * 31) >> 3;
  always @(posedge clk) q <= words[from];
endmodule

module chain (input clk, input [3:0] d, output [3:0] q);
  reg [3:0] step0, step1, step2, step3, step4;
  always @(posedge clk) begin
    step0 <= d;
    step1 <= step0;
    step2 <= step1;
    step3 <= step2;
    step4 <= step3;
  end
  assign q = step4;
endmodule

module adder (input clk, input [15:0] a, input [15:0] b, output [15:0] q);
  reg [15:0] a_register, b_register, sum;
  always @(posedge clk) begin
    a_register <= a;
    b_register <= b;
    sum <= a_register + b_register;
  end
  assign q = sum;
endmodule

module group (input clk, input write, input [4:0] at, input [5:0] data, input [4:0] from,
              input [9:0] rom_from, output [5:0] q, output [15:0] rom_q);
  memory memory (.clk(clk), .write(write), .at(at), .data(data), .from(from), .q(q));
  rom rom (.clk(clk), .from(rom_from), .q(rom_q));
endmodule

module units (
    input clk,
    input signed [11:0] multiply_a, input [8:0] multiply_b, output signed [20:0] multiply_q,
    input write, input [4:0] at, input [5:0] data, input [4:0] from, output [5:0] q,
    input two_write, input [5:0] two_at, input [8:0] two_data, input [5:0] from0,
    input [5:0] from1, output [8:0] two_q0, output [8:0] two_q1,
    input [9:0] rom_from, output [15:0] rom_q,
    input [3:0] chain_d, output [3:0] chain_q,
    input [15:0] adder_a, input [15:0] adder_b, output [15:0] adder_q,
    input toggle, output reg toggled);
  multiply multiply (.clk(clk), .a(multiply_a), .b(multiply_b), .q(multiply_q));
  group group (.clk(clk), .write(write), .at(at), .data(data), .from(from), .rom_from(rom_from),
               .q(q), .rom_q(rom_q));
  two_reads two_reads (.clk(clk), .write(two_write), .at(two_at), .data(two_data),
                       .from0(from0), .from1(from1), .q0(two_q0), .q1(two_q1));
  chain chain (.clk(clk), .d(chain_d), .q(chain_q));
  adder adder (.clk(clk), .a(adder_a), .b(adder_b), .q(adder_q));
  always @(posedge clk) toggled <= toggle ^ toggled;
endmodule
