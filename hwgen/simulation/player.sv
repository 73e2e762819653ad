// Simulation-only harness: plays samples and parameter requests from files into a core and records
// what comes out, so that Python is woken once per operation and not once per clock.
//
// Files, all in the simulator's working folder (big-endian, as $fread reads a packed variable):
//   features.bin           one record of FEATURE_BYTES per beat, BEATS records per sample
//   samples_<file>.bin     8 bytes per sample to play: its index in features.bin (4), its header (4)
//   requests_<file>.bin    one record of REQUEST_BYTES per parameter request
// and records (little-endian 32-bit words, as $fwrite writes %u):
//   accepted.bin           (2 words) clock at which a sample's last beat was accepted
//   predictions.bin        (4 words) payload, clock at which it was accepted
//   values.bin             (2 words) payload of one parameter value
//
// Python sets the registers below `control`, then inverts `go`; the operation is over when
// `finished` equals `go`. Clock t is the t-th rising edge of clk, counted from 0.

module player #(
    parameter int FEATURES_W = 1,     // features of one beat
    parameter int HEADER_W = 1,       // label, train flag and rate exponent
    parameter int BEATS = 1,          // beats of one sample
    parameter int PREDICTION_W = 1,
    parameter int REQUEST_W = 1,
    parameter int VALUE_W = 1,
    parameter int SATURATIONS_W = 1
) (
    input logic clk /*verilator public_flat_rw*/
);
  localparam int FEATURE_BYTES = (FEATURES_W + 7) / 8;
  localparam int REQUEST_BYTES = (REQUEST_W + 7) / 8;
  localparam int SAMPLE_BYTES = BEATS * FEATURE_BYTES;

  localparam logic [2:0] RESET = 1, PLAY = 2, DRAIN = 3, REQUEST = 4, WAIT = 5;

  // control
  logic        go  /*verilator public_flat_rw*/ = 0;
  logic [2:0]  operation  /*verilator public_flat_rw*/ = 0;
  logic [31:0] file  /*verilator public_flat_rw*/ = 0;
  logic [31:0] count  /*verilator public_flat_rw*/ = 0;     // samples, requests or clocks
  logic [31:0] expected  /*verilator public_flat_rw*/ = 0;  // values the requests ask for
  logic [31:0] patience  /*verilator public_flat_rw*/ = 0;  // clocks without progress until `stuck`
  logic [31:0] seed  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_length  /*verilator public_flat_rw*/ = 1;
  logic [15:0] stall_samples  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_predictions  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_requests  /*verilator public_flat_rw*/ = 0;
  logic [15:0] stall_values  /*verilator public_flat_rw*/ = 0;

  // status
  logic        finished  /*verilator public_flat_rd*/ = 0;
  logic        stuck  /*verilator public_flat_rd*/ = 0;
  logic [63:0] clock  /*verilator public_flat_rd*/ = 0;
  logic [31:0] samples_accepted  /*verilator public_flat_rd*/ = 0;
  logic [31:0] predictions_accepted  /*verilator public_flat_rd*/ = 0;
  logic [31:0] requests_accepted  /*verilator public_flat_rd*/ = 0;
  logic [31:0] values_accepted  /*verilator public_flat_rd*/ = 0;
  logic [31:0] final_steps  /*verilator public_flat_rd*/ = 0;
  logic [SATURATIONS_W-1:0] final_saturations  /*verilator public_flat_rd*/ = 0;

  // the core
  logic rst = 1;
  logic samples__valid = 0;
  logic samples__ready;
  logic [HEADER_W+FEATURES_W-1:0] samples__payload = 0;
  logic predictions__valid;
  logic predictions__ready;
  logic [PREDICTION_W-1:0] predictions__payload;
  logic parameter_requests__valid = 0;
  logic parameter_requests__ready;
  logic [REQUEST_W-1:0] parameter_requests__payload = 0;
  logic parameter_values__valid;
  logic parameter_values__ready;
  logic [VALUE_W-1:0] parameter_values__payload;
  logic drain = 0;
  logic busy;
  logic [31:0] steps;
  logic [SATURATIONS_W-1:0] saturations;

  `CORE core (.*);

  // May a new beat be offered (or taken) in the coming clock?
  logic start;
  logic offer_sample, offer_request;
  assign start = go != finished && !running;

  stall #(.NUMBER(1)) samples_stall (
      .clk, .start, .seed, .length(stall_length), .probability(stall_samples), .pass(offer_sample));
  stall #(.NUMBER(2)) predictions_stall (
      .clk, .start, .seed, .length(stall_length), .probability(stall_predictions), .pass(predictions__ready));
  stall #(.NUMBER(3)) requests_stall (
      .clk, .start, .seed, .length(stall_length), .probability(stall_requests), .pass(offer_request));
  stall #(.NUMBER(4)) values_stall (
      .clk, .start, .seed, .length(stall_length), .probability(stall_values), .pass(parameter_values__ready));

  int features_file, list_file, accepted_file, predictions_file, values_file;
  initial begin
    features_file = $fopen("features.bin", "rb");
    accepted_file = $fopen("accepted.bin", "wb");
    predictions_file = $fopen("predictions.bin", "wb");
    values_file = $fopen("values.bin", "wb");
  end

  logic running = 0;
  logic [31:0] loaded = 0;    // samples or requests read from the list file
  logic [31:0] remaining = 0; // samples, requests or clocks still to be accepted
  logic [31:0] beat = 0;      // beat of the sample that is read next
  logic last_beat = 0;        // the offered beat is its sample's last
  logic [31:0] next_index = 0;  // sample at which features.bin stands
  logic [31:0] values_expected = 0;
  logic [31:0] quiet = 0;
  logic [31:0] last_steps = 0;
  logic [31:0] outstanding = 0;
  logic [1:0] settle = 0;

  logic [63:0] entry;
  logic [31:0] index;
  logic [HEADER_W-1:0] header;
  logic [8*FEATURE_BYTES-1:0] features;
  logic [8*REQUEST_BYTES-1:0] request;
  logic done;
  int code;

  logic sample_taken, prediction_taken, request_taken, value_taken;
  assign sample_taken = samples__valid && samples__ready;
  assign prediction_taken = predictions__valid && predictions__ready;
  assign request_taken = parameter_requests__valid && parameter_requests__ready;
  assign value_taken = parameter_values__valid && parameter_values__ready;

  always @(posedge clk) begin
    clock <= clock + 1;
    done = 0;

    if (sample_taken && last_beat) begin
      samples_accepted <= samples_accepted + 1;
      $fwrite(accepted_file, "%u", clock);
    end
    if (prediction_taken) begin
      predictions_accepted <= predictions_accepted + 1;
      $fwrite(predictions_file, "%u%u", 64'(predictions__payload), clock);
    end
    if (request_taken) requests_accepted <= requests_accepted + 1;
    if (value_taken) begin
      values_accepted <= values_accepted + 1;
      $fwrite(values_file, "%u", 64'(parameter_values__payload));
    end
    outstanding <= outstanding + 32'(sample_taken && last_beat) - 32'(prediction_taken);

    last_steps <= steps;
    quiet <= sample_taken || prediction_taken || request_taken || value_taken || steps != last_steps
             ? 0 : quiet + 1;

    if (start) begin
      running <= 1;
      remaining <= count;
      loaded <= 0;
      beat <= 0;
      values_expected <= values_accepted + expected;
      quiet <= 0;
      settle <= 0;
      if (operation == PLAY) list_file = $fopen($sformatf("samples_%0d.bin", file), "rb");
      if (operation == REQUEST) list_file = $fopen($sformatf("requests_%0d.bin", file), "rb");
      rst <= operation == RESET;
      drain <= operation == DRAIN;
    end else if (running) begin
      case (operation)
        PLAY: begin
          if (sample_taken && last_beat) begin
            remaining <= remaining - 1;
            done = remaining == 1;
          end
          if (remaining == 0) done = 1;
          if (!samples__valid || samples__ready) begin
            if (loaded != count && offer_sample) begin
              if (beat == 0) begin
                code = $fread(entry, list_file);
                index = entry[63:32];
                header = entry[HEADER_W-1:0];
                if (index != next_index) code = $fseek(features_file, index * SAMPLE_BYTES, 0);
                next_index <= index + 1;
              end
              code = $fread(features, features_file);
              if (code != FEATURE_BYTES) $fatal(1, "features.bin ends before sample %0d", index);
              samples__valid <= 1;
              samples__payload <= {beat == 0 ? header : ~header, features[FEATURES_W-1:0]};
              last_beat <= beat == BEATS - 1;
              if (beat == BEATS - 1) begin
                beat <= 0;
                loaded <= loaded + 1;
              end else beat <= beat + 1;
            end else begin
              samples__valid <= 0;
              samples__payload <= ~samples__payload;
            end
          end
        end
        REQUEST: begin
          if (request_taken) remaining <= remaining - 1;
          done = remaining == 0 && values_accepted == values_expected;
          if (!parameter_requests__valid || parameter_requests__ready) begin
            if (loaded != count && offer_request) begin
              code = $fread(request, list_file);
              if (code != REQUEST_BYTES) $fatal(1, "requests_%0d.bin ends too early", file);
              parameter_requests__valid <= 1;
              parameter_requests__payload <= request[REQUEST_W-1:0];
              loaded <= loaded + 1;
            end else begin
              parameter_requests__valid <= 0;
              parameter_requests__payload <= ~parameter_requests__payload;
            end
          end
        end
        DRAIN: begin
          if (settle != 3) settle <= settle + 1;
          done = settle == 3 && !busy && outstanding == 0;
        end
        default: begin
          remaining <= remaining - 1;
          done = remaining <= 1;
          outstanding <= 0;
        end
      endcase
      if (done || quiet > patience) begin
        running <= 0;
        finished <= go;
        stuck <= !done;
        rst <= 0;
        drain <= 0;
        final_steps <= steps;
        final_saturations <= saturations;
        if (operation == PLAY || operation == REQUEST) $fclose(list_file);
        $fflush(accepted_file);
        $fflush(predictions_file);
        $fflush(values_file);
      end
    end
  end
endmodule

// Pseudo-random gaps: a gap of 1 to `length` clocks follows each clock with the given probability.
module stall #(
    parameter int NUMBER = 1
) (
    input logic clk,
    input logic start,
    input logic [31:0] seed,
    input logic [15:0] length,
    input logic [15:0] probability,  // in 1/65536
    output logic pass
);
  logic [31:0] state = 1;
  logic [15:0] gap = 0;
  initial pass = 1;

  function automatic logic [31:0] xorshift(input logic [31:0] x);
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
  endfunction

  always @(posedge clk) begin
    state <= start ? xorshift((seed ^ (32'h9E3779B9 * NUMBER)) | 1) : xorshift(state);
    if (gap != 0) begin
      gap <= gap - 1;
      pass <= 0;
    end else if (state[15:0] < probability) begin
      gap <= state[31:16] % length;
      pass <= 0;
    end else pass <= 1;
  end
endmodule
