// Simulation-only harness: plays samples and parameter requests from files into a core and records
// what comes out, so that Python wakes once per operation and not once per clock.
//
// Read, all in the simulator's working folder (big-endian, as $fread fills a packed variable):
//   features.bin           FEATURE_BYTES per beat, BEATS beats per sample
//   samples_<file>.bin     8 bytes per sample to play: its place in features.bin (4), its header (4)
//   requests_<file>.bin    REQUEST_BYTES per parameter request
// Written (little-endian 64-bit words, as %u writes them):
//   accepted.bin           1 word per sample: clock at which its last beat was accepted
//   predictions.bin        2 words per prediction: payload, clock at which it was accepted
//   values.bin             1 word per parameter request: its answer's payload
//
// Python sets the control registers, then inverts `go`; the operation is over when `finished`
// equals `go`. Clock t is the t-th rising edge of clk, counted from 0. Control registers are read
// in clocked blocks only, so it does not matter when within a clock Python writes them.
//
// Simulators of four states put X on every payload that is not offered, and stop at an X where the
// core must show a number; those of two states put what was offered last, inverted.

`timescale 1ns / 1ps

`ifdef FOUR_STATE
  `define NOTHING(payload) 'x
`else
  `define NOTHING(payload) ~payload
`endif

module player #(
    parameter int FEATURES_W = 1,    // features of one beat
    parameter int HEADER_W = 1,      // label, train flag and rate exponent
    parameter int BEATS = 1,         // beats of one sample
    parameter int PREDICTION_W = 1,
    parameter int REQUEST_W = 1,
    parameter int VALUE_W = 1,
    parameter int SATURATIONS_W = 1
) (
    input logic clk  /*verilator public_flat_rw*/
);
  localparam int FEATURE_BYTES = (FEATURES_W + 7) / 8;
  localparam int REQUEST_BYTES = (REQUEST_W + 7) / 8;
  localparam int SAMPLE_BYTES = BEATS * FEATURE_BYTES;

  typedef enum logic [2:0] {
    NONE, RESET, PLAY, DRAIN, REQUEST, WAIT  // the same numbers as in bench.py
  } operation_t;

  // Control
  logic        go  /*verilator public_flat_rw*/ = 0;
  logic [2:0]  operation  /*verilator public_flat_rw*/ = NONE;
  logic [31:0] file  /*verilator public_flat_rw*/ = 0;
  logic [31:0] count  /*verilator public_flat_rw*/ = 0;     // samples, requests or clocks
  logic [31:0] patience  /*verilator public_flat_rw*/ = 0;  // clocks without progress until stuck
  logic [31:0] seed  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_length  /*verilator public_flat_rw*/ = 1;
  logic [15:0] stall_samples  /*verilator public_flat_rw*/ = 0;  // probabilities in 1/65536
  logic [15:0] stall_predictions  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_requests  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_values  /*verilator public_flat_rw*/ = 0;

  // Status: totals since the start of the simulation, and the core's counters as the operation ended
  logic        finished  /*verilator public_flat_rd*/ = 0;
  logic        stuck  /*verilator public_flat_rd*/ = 0;
  logic [63:0] first_clock  /*verilator public_flat_rd*/ = 0;
  logic [63:0] last_clock  /*verilator public_flat_rd*/ = 0;
  logic [63:0] samples_accepted  /*verilator public_flat_rd*/ = 0;
  logic [63:0] predictions_accepted  /*verilator public_flat_rd*/ = 0;
  logic [63:0] requests_accepted  /*verilator public_flat_rd*/ = 0;
  logic [63:0] values_accepted  /*verilator public_flat_rd*/ = 0;
  logic [31:0] last_steps  /*verilator public_flat_rd*/ = 0;
  logic [SATURATIONS_W-1:0] last_saturations  /*verilator public_flat_rd*/ = 0;

  // The core
  logic rst = 0;
  logic samples__valid = 0, samples__ready;
  logic predictions__valid, predictions__ready;
  logic parameter_requests__valid = 0, parameter_requests__ready;
  logic parameter_values__valid, parameter_values__ready;
  logic [HEADER_W+FEATURES_W-1:0] samples__payload = `NOTHING(0);
  logic [PREDICTION_W-1:0] predictions__payload;
  logic [REQUEST_W-1:0] parameter_requests__payload = `NOTHING(0);
  logic [VALUE_W-1:0] parameter_values__payload;
  logic drain = 0, busy;
  logic [31:0] steps;
  logic [SATURATIONS_W-1:0] saturations;

  `CORE core (.*);

  // Before its first reset a core without initial values shows X.
  wire beat_taken = (samples__valid && samples__ready) === 1;
  wire sample_taken = beat_taken && offered_last;
  wire prediction_taken = (predictions__valid && predictions__ready) === 1;
  wire request_taken = (parameter_requests__valid && parameter_requests__ready) === 1;
  wire value_taken = (parameter_values__valid && parameter_values__ready) === 1;

  // Random stalls: an offer (or a ready) is withheld in the clocks in which these are 0
  logic reseed = 0;
  logic offer_sample, offer_request;
  stall #(1) samples_stall (
      .clk, .reseed, .seed, .length(stall_length), .probability(stall_samples),
      .open(offer_sample));
  stall #(2) predictions_stall (
      .clk, .reseed, .seed, .length(stall_length), .probability(stall_predictions),
      .open(predictions__ready));
  stall #(3) requests_stall (
      .clk, .reseed, .seed, .length(stall_length), .probability(stall_requests),
      .open(offer_request));
  stall #(4) values_stall (
      .clk, .reseed, .seed, .length(stall_length), .probability(stall_values),
      .open(parameter_values__ready));

  // Rules: what is offered and not taken is offered again, unchanged; a prediction per sample
  logic prediction_waits = 0, value_waits = 0;
  logic [PREDICTION_W-1:0] waiting_prediction = 0;
  logic [VALUE_W-1:0] waiting_value = 0;
  always @(posedge clk) begin
    prediction_waits <= predictions__valid && !predictions__ready && !rst;
    value_waits <= parameter_values__valid && !parameter_values__ready && !rst;
    waiting_prediction <= predictions__payload;
    waiting_value <= parameter_values__payload;
    if (prediction_waits && !(predictions__valid && predictions__payload == waiting_prediction))
      $fatal(1, "the core changed a prediction that was not taken, at clock %0d", clock);
    if (value_waits && !(parameter_values__valid && parameter_values__payload == waiting_value))
      $fatal(1, "the core changed a parameter value that was not taken, at clock %0d", clock);
    if (prediction_taken && outstanding == 0 && !rst)
      $fatal(1, "the core gave a prediction that no sample asked for, at clock %0d", clock);
  end

`ifdef FOUR_STATE
  // Another rule: from the first reset on, or from the first operation without one, nothing is X
  logic known = 0;
  always @(posedge clk) begin
    if (running && !(operation == RESET && rst)) known = 1;
    if (known) begin
      if (^{samples__ready, predictions__valid, parameter_requests__ready,
            parameter_values__valid, busy, steps} === 1'bx)
        $fatal(1, {"the core has an X at samples__ready (%b), predictions__valid (%b), ",
                   "parameter_requests__ready (%b), parameter_values__valid (%b), busy (%b) or ",
                   "steps (%h), at clock %0d"},
               samples__ready, predictions__valid, parameter_requests__ready,
               parameter_values__valid, busy, steps, clock);
      if (^saturations === 1'bx)
        $fatal(1, "the core counts saturations to %h, at clock %0d", saturations, clock);
      if (predictions__valid && ^predictions__payload === 1'bx)
        $fatal(1, "the core predicts %b, at clock %0d", predictions__payload, clock);
      if (parameter_values__valid && ^parameter_values__payload === 1'bx)
        $fatal(1, "the core answers %b, at clock %0d", parameter_values__payload, clock);
    end
  end
`endif

  int features_file, list_file, accepted_file, predictions_file, values_file, code;
  initial begin
    features_file = $fopen("features.bin", "rb");
    accepted_file = $fopen("accepted.bin", "wb");
    predictions_file = $fopen("predictions.bin", "wb");
    values_file = $fopen("values.bin", "wb");
  end

  logic [63:0] clock = 0;
  logic running = 0, done;
  logic [31:0] loaded = 0;       // samples or requests read from the list
  logic [31:0] remaining = 0;    // samples, requests or clocks that the operation still waits for
  logic [31:0] beat = 0;         // beat to be read next
  logic offered_last = 0;        // the offered beat is its sample's last
  logic [31:0] outstanding = 0;  // samples accepted since reset whose prediction has not come yet
  logic [63:0] values_wanted = 0;
  logic [31:0] quiet = 0;
  logic [31:0] previous_steps = 0;
  logic [1:0] settle = 0;        // `busy` may follow the last beat by some clocks

  logic [31:0] place, next_place = 0;  // sample in features.bin: to be read, at the file's position
  logic [31:0] header;
  logic [63:0] entry;
  logic [8*FEATURE_BYTES-1:0] features;
  logic [8*REQUEST_BYTES-1:0] request;

  always @(posedge clk) begin
    clock <= clock + 1;
    if (sample_taken) $fwrite(accepted_file, "%u", clock);
    if (prediction_taken) $fwrite(predictions_file, "%u%u", 64'(predictions__payload), clock);
    if (value_taken) $fwrite(values_file, "%u", 64'(parameter_values__payload));
    samples_accepted <= samples_accepted + 64'(sample_taken);
    predictions_accepted <= predictions_accepted + 64'(prediction_taken);
    requests_accepted <= requests_accepted + 64'(request_taken);
    values_accepted <= values_accepted + 64'(value_taken);
    outstanding <= rst ? 0 : outstanding + 32'(sample_taken) - 32'(prediction_taken);
    previous_steps <= steps;
    quiet <= beat_taken || prediction_taken || request_taken || value_taken
             || steps != previous_steps ? 0 : quiet + 1;
    reseed <= 0;
    done = 0;

    if (!running) begin
      if (go != finished) begin
        running <= 1;
        reseed <= 1;
        first_clock <= clock;
        remaining <= count;
        loaded <= 0;
        beat <= 0;
        quiet <= 0;
        settle <= 0;
        values_wanted <= values_accepted + 64'(count);
        rst <= operation == RESET;
        drain <= operation == DRAIN;
        if (operation == PLAY) list_file = $fopen($sformatf("samples_%0d.bin", file), "rb");
        if (operation == REQUEST) list_file = $fopen($sformatf("requests_%0d.bin", file), "rb");
      end
    end else begin
      case (operation)
        PLAY: begin
          remaining <= remaining - 32'(sample_taken);
          done = remaining == 32'(sample_taken);
          if (!samples__valid || samples__ready) begin
            if (loaded != count && offer_sample) begin
              if (beat == 0) begin
                code = $fread(entry, list_file);
                if (code != 8) $fatal(1, "samples_%0d.bin ends too early", file);
                place = entry[63:32];
                header = entry[31:0];
                if (place != next_place)
                  code = $fseek(features_file, place * SAMPLE_BYTES, 0);
                next_place <= place + 1;
              end
              code = $fread(features, features_file);
              if (code != FEATURE_BYTES) $fatal(1, "features.bin ends before sample %0d", place);
              samples__valid <= 1;
              // Only the first beat's header counts.
              samples__payload <= {HEADER_W'(beat == 0 ? header : `NOTHING(header)),
                                   features[FEATURES_W-1:0]};
              offered_last <= beat == BEATS - 1;
              beat <= beat == BEATS - 1 ? 0 : beat + 1;
              loaded <= loaded + 32'(beat == BEATS - 1);
            end else begin
              samples__valid <= 0;
              samples__payload <= `NOTHING(samples__payload);
            end
          end
        end
        REQUEST: begin
          remaining <= remaining - 32'(request_taken);
          done = remaining == 0 && values_accepted >= values_wanted;
          if (!parameter_requests__valid || parameter_requests__ready) begin
            if (loaded != count && offer_request) begin
              code = $fread(request, list_file);
              if (code != REQUEST_BYTES) $fatal(1, "requests_%0d.bin ends too early", file);
              parameter_requests__valid <= 1;
              parameter_requests__payload <= request[REQUEST_W-1:0];
              loaded <= loaded + 1;
            end else begin
              parameter_requests__valid <= 0;
              parameter_requests__payload <= `NOTHING(parameter_requests__payload);
            end
          end
        end
        DRAIN: begin
          settle <= settle + 2'(settle != 3);
          done = settle == 3 && !busy && outstanding == 0;
        end
        RESET: begin  // done a clock later, so that the counters shown are the core's after it
          rst <= remaining > 1;
          remaining <= remaining - 1;
          done = remaining == 0;
        end
        default: begin
          remaining <= remaining - 1;
          done = remaining <= 1;
        end
      endcase
      if (done || (quiet >= patience && (operation != WAIT))) begin
        running <= 0;
        finished <= go;
        stuck <= !done;
        rst <= 0;
        drain <= 0;
        last_clock <= clock;
        last_steps <= steps;
        last_saturations <= saturations;
        if (operation == PLAY || operation == REQUEST) $fclose(list_file);
        $fflush(accepted_file);
        $fflush(predictions_file);
        $fflush(values_file);
      end
    end
  end
endmodule

// Random gaps: each draw closes the coming 1 to `length` clocks with the given probability.
module stall #(
    parameter int STREAM = 1  // decorrelates the streams of one seed
) (
    input logic clk,
    input logic reseed,
    input logic [31:0] seed,
    input logic [15:0] length,
    input logic [15:0] probability,  // in 1/65536
    output logic open
);
  logic [31:0] state = 1;
  logic [15:0] gap = 0;
  initial open = 1;

  // Marsaglia's 32-bit xorshift; any state but 0 has the full period
  function automatic logic [31:0] scramble(input logic [31:0] x);
    scramble = x;
    scramble ^= scramble << 13;
    scramble ^= scramble >> 17;
    scramble ^= scramble << 5;
  endfunction

  always @(posedge clk) begin
    state <= scramble(reseed ? (seed ^ 32'h9E3779B9 * STREAM) | 1 : state);
    if (gap != 0) gap <= gap - 1;
    else if (state[15:0] < probability) gap <= state[31:16] % length;
    open <= gap == 0 && state[15:0] >= probability;
  end
endmodule
