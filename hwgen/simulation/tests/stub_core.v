// Behavioural stand-in for an exported core, with the core's ports and its handshake rules.
//
// Prediction: feature 0 of the sample modulo CLASSES, LATENCY steps after the sample's own step.
// Training: LAG steps after the sample's own step, weight 0 of junction 0 (row 0, lane 0) grows by
// 1 + rate_exponent, and junction 0's update saturations by feature TAIL of the last beat.
// FAULT 1: never ready for samples. 2: a waiting prediction changes. 3: a prediction too many.
// 4 to 7: an X in predictions, saturations, parameter values, `busy`. 8: no parameters.

`timescale 1ns / 1ps

module stub_core #(
    parameter BEAT = 4, parameter FW = 9, parameter BEATS = 2, parameter LABEL_W = 3,
    parameter K_W = 4, parameter J_W = 1, parameter ROW_W = 3, parameter LANE_W = 2,
    parameter B = 12, parameter CLASSES = 5, parameter P = 8, parameter LATENCY = 2,
    parameter LAG = 4, parameter JUNCTIONS = 2, parameter TAIL = 2, parameter FAULT = 0
) (
    input clk, input rst,
    input samples__valid, output samples__ready,
    input [BEAT*FW+LABEL_W+1+K_W-1:0] samples__payload,
    output reg predictions__valid, input predictions__ready,
    output reg [16+LABEL_W+1-1:0] predictions__payload,
    input parameter_requests__valid, output parameter_requests__ready,
    input [2+J_W+ROW_W+LANE_W+B-1:0] parameter_requests__payload,
    output reg parameter_values__valid, input parameter_values__ready,
    output reg [B:0] parameter_values__payload,
    input drain, output busy, output reg [31:0] steps, output [96*JUNCTIONS-1:0] saturations
);
  localparam HEADER_W = LABEL_W + 1 + K_W;
  localparam ENTRY_W = 1 + FW + FW + HEADER_W;  // exists, first feature, last feature, header

  // Sample loading
  reg [31:0] beat;
  reg full;
  reg [FW-1:0] first_feature, last_feature;
  reg [HEADER_W-1:0] header;
  wire start;
  assign samples__ready = (!full || start) && FAULT != 1;
  wire taken = samples__valid && samples__ready;

  // Steps: entry s of `pending` is the sample that started s steps ago
  reg [ENTRY_W*(LAG+1)-1:0] pending;
  reg [15:0] tag;
  reg [31:0] timer;
  wire [LAG:0] exists;
  genvar g;
  generate for (g = 0; g <= LAG; g = g + 1) begin : entries
    assign exists[g] = pending[g*ENTRY_W];
  end endgenerate
  wire partial = beat != 0 || (samples__valid && !full);
  wire room = !predictions__valid || predictions__ready;
  wire drained = !(|exists[LAG-1:0]);
  assign start = timer == 0 && room && (full || (drain && !drained && !partial));
  assign busy = FAULT == 7 ? 1'bx : full || beat != 0 || !drained || timer != 0 || predictions__valid;

  wire [ENTRY_W-1:0] entering = full ? {header, last_feature, first_feature, 1'b1} : {ENTRY_W{1'b0}};
  wire [ENTRY_W*(LAG+1)-1:0] shifted = {pending[ENTRY_W*LAG-1:0], entering};
  wire [ENTRY_W-1:0] predicted = shifted[LATENCY*ENTRY_W+:ENTRY_W];
  wire [ENTRY_W-1:0] updated = shifted[LAG*ENTRY_W+:ENTRY_W];
  wire [FW-1:0] predicted_class = predicted[1+:FW] % CLASSES;

  reg [31:0] up_saturations;
  assign saturations = FAULT == 5 ? {96*JUNCTIONS{1'bx}} : up_saturations << 64;

  // Parameters
  reg signed [B-1:0] memory [0:(1 << (1 + J_W + ROW_W + LANE_W)) - 1];
  wire write = parameter_requests__payload[0];
  wire [J_W+1+ROW_W+LANE_W-1:0] address = parameter_requests__payload[1+:J_W+1+ROW_W+LANE_W];
  assign parameter_requests__ready = !busy && (!parameter_values__valid || parameter_values__ready);
  integer i;
  initial for (i = 0; i < (1 << (1 + J_W + ROW_W + LANE_W)); i = i + 1) memory[i] = 0;

  always @(posedge clk) begin
    if (start) full <= 0;
    if (taken) begin
      beat <= beat == BEATS - 1 ? 0 : beat + 1;
      full <= beat == BEATS - 1;
      if (beat == 0) begin
        first_feature <= samples__payload[FW-1:0];
        header <= samples__payload[BEAT*FW+:HEADER_W];
      end
      last_feature <= samples__payload[TAIL*FW+:FW];
    end

    if (timer != 0) timer <= timer - 1;
    if (predictions__ready) predictions__valid <= 0;
    else if (FAULT == 2) predictions__payload <= predictions__payload + 1;
    if (start) begin
      timer <= P - 1;
      steps <= steps + 1;
      pending <= shifted;
      if (predicted[0] || FAULT == 3) begin
        predictions__valid <= 1;
        if (FAULT == 4) predictions__payload <= {16+LABEL_W+1{1'bx}};
        else predictions__payload <= {predicted_class == predicted[1+2*FW+:LABEL_W],
                                      predicted_class[LABEL_W-1:0], tag};
        tag <= tag + 1;
      end
      if (updated[0] && updated[1+2*FW+LABEL_W]) begin
        memory[0] <= memory[0] + 1 + updated[2+2*FW+LABEL_W+:K_W];
        up_saturations <= up_saturations + updated[1+FW+:FW];
      end
    end

    if (parameter_values__ready) parameter_values__valid <= 0;
    if (parameter_requests__valid && parameter_requests__ready) begin
      if (write) memory[address] <= parameter_requests__payload[2+J_W+ROW_W+LANE_W+:B];
      parameter_values__valid <= 1;
      parameter_values__payload <= FAULT == 6 ? {B+1{1'bx}} : {FAULT == 8, memory[address]};
    end

    if (rst) begin
      beat <= 0;
      full <= 0;
      pending <= 0;
      tag <= 0;
      timer <= 0;
      steps <= 0;
      up_saturations <= 0;
      predictions__valid <= 0;
      parameter_values__valid <= 0;
    end
  end
endmodule
