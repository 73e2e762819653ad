"""A testbench in plain Verilog-2001, made from a core's manifest and counts of words alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hwgen.bench.words import PortWords
from hwgen.export.template import connections, port_widths

__all__ = ["FILES", "MODULE", "verilog_bench"]

MODULE = "bench"
"""Name of the bench's module."""
FILES = {
    "beats": "beats.hex",
    "predictions": "predictions.hex",
    "requests": "requests.hex",
    "answers": "answers.hex",
    "saturations": "saturations.hex",
}
"""Files of words that it reads, by what they hold; one word a line, in hexadecimal."""


def verilog_bench(manifest: Mapping[str, Any], words: PortWords) -> str:
    """The text of the bench; words are in the files of `FILES`."""
    streams, top = manifest["ports"]["streams"], manifest["top"]
    has_port = "parameter_requests" in streams
    prediction = streams["predictions"]["fields"]
    parts = [
        _HEAD % {"top": top, "module": MODULE},
        _constants(manifest, words),
        _nets(manifest),
        f"  {top} core (\n{connections(manifest)}\n  );\n",
        _MEMORIES,
        _PORT_MEMORIES if has_port else "",
        _STATE,
        _port_body(streams) if has_port else "",
        _BODY
        % {
            "tag": _slice("predictions__payload", prediction["tag"]),
            "prediction": _slice("predictions__payload", prediction["prediction"]),
            "wanted": _slice("predicted_word", prediction["prediction"]),
            "reading": "READ" if has_port else "DONE",
            "progress": " || request_taken || answer_taken" if has_port else "",
        },
    ]
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)


def _slice(name: str, field: list[Any]) -> str:
    lowest, bits, _ = field
    return f"{name}[{lowest + bits - 1}:{lowest}]"


def _constants(manifest: Mapping[str, Any], words: PortWords) -> str:
    schedule = manifest["schedule"]
    # Far longer than a sample takes through the core, or its updates do.
    steps = schedule["result_steps"] + max(schedule["lags"]) + len(schedule["lags"])
    patience = 1000 + 10 * steps * (schedule["period"] + manifest["ports"]["beats"])
    constants = {
        "SAMPLES": len(words.predictions),
        "ALL_BEATS": len(words.beats),
        "BEATS": manifest["ports"]["beats"],
        "REQUESTS": len(words.requests),
        "PATIENCE": patience,
    }
    return "".join(f"  localparam {name} = {value};\n" for name, value in constants.items())


def _nets(manifest: Mapping[str, Any]) -> str:
    lines = []
    for name, (direction, bits) in port_widths(manifest).items():
        kind = "reg" if direction == "in" else "wire"
        width = f"[{bits - 1}:0] " if bits > 1 else ""
        lines.append(f"  {kind} {width}{name};\n")
    widths = {name: stream["bits"] for name, stream in manifest["ports"]["streams"].items()}
    sized = {
        "SAMPLE_BITS": widths["samples"],
        "PREDICTION_BITS": widths["predictions"],
        "SATURATION_BITS": manifest["ports"]["signals"]["saturations"]["bits"],
        "REQUEST_BITS": widths.get("parameter_requests"),
        "ANSWER_BITS": widths.get("parameter_values"),
    }
    constants = [f"  localparam {name} = {bits};\n" for name, bits in sized.items() if bits]
    return "".join([*constants, *lines])


def _port_body(streams: Mapping[str, Any]) -> str:
    value = streams["parameter_values"]["fields"]
    return _PORT_BODY % {
        "value": _slice("parameter_values__payload", value["value"]),
        "error": _slice("parameter_values__payload", value["error"]),
        "wanted_value": _slice("answer_word", value["value"]),
        "wanted_error": _slice("answer_word", value["error"]),
    }


_HEAD = """\
// Bench of %(top)s: plays samples, compares every prediction, drains, compares the saturation
// counters, and reads every weight and bias back. Random gaps in all streams. Its last line says
// PASS or FAIL; after FAIL it stops with $stop, which is a nonzero status for `vvp -N`.

`timescale 1ns / 1ps

module %(module)s;
"""

_MEMORIES = """\
  reg [SAMPLE_BITS-1:0] beat_words [0:ALL_BEATS-1];
  reg [PREDICTION_BITS-1:0] prediction_words [0:SAMPLES-1];
  reg [SATURATION_BITS-1:0] saturation_words [0:0];
  initial begin
    $readmemh("beats.hex", beat_words);
    $readmemh("predictions.hex", prediction_words);
    $readmemh("saturations.hex", saturation_words);
  end
"""

_PORT_MEMORIES = """\
  reg [REQUEST_BITS-1:0] request_words [0:REQUESTS-1];
  reg [ANSWER_BITS-1:0] answer_words [0:REQUESTS-1];
  initial begin
    $readmemh("requests.hex", request_words);
    $readmemh("answers.hex", answer_words);
  end
"""

_STATE = """\
  // The first rising edge comes after time 0, at which initial values are set.
  initial begin
    clk = 0;
    forever #5 clk = ~clk;
  end

  localparam RESET = 0, PLAY = 1, DRAIN = 2, COUNTERS = 3, READ = 4, DONE = 5;
  integer state, clocks, quiet, errors, offered, accepted, predicted, requested, answered;
  integer wrong_answers;
  reg [31:0] random;
  reg [31:0] next_random;
  reg [PREDICTION_BITS-1:0] predicted_word;

  initial begin
    state = RESET;
    clocks = 0;
    quiet = 0;
    errors = 0;
    offered = 0;
    accepted = 0;
    predicted = 0;
    requested = 0;
    answered = 0;
    wrong_answers = 0;
    random = 32'h2545F491;
    rst = 1;
    drain = 0;
    samples__valid = 0;
    predictions__ready = 0;
  end
"""

_BODY = """\
  wire beat_taken = samples__valid && samples__ready;
  wire prediction_taken = predictions__valid && predictions__ready;

  always @(posedge clk) begin
    clocks <= clocks + 1;
    quiet <= beat_taken || prediction_taken%(progress)s ? 0 : quiet + 1;
    // Marsaglia's xorshift: each stream is open in three of four clocks.
    next_random = random ^ (random << 13);
    next_random = next_random ^ (next_random >> 17);
    random <= next_random ^ (next_random << 5);

    // A payload counts while its valid is high; else it may be anything.
    if (state == PLAY) begin
      if (beat_taken) accepted <= accepted + 1;
      if (!samples__valid || samples__ready) begin
        if (offered != ALL_BEATS && random[1:0] != 0) begin
          samples__valid <= 1;
          samples__payload <= beat_words[offered];
          offered <= offered + 1;
        end else begin
          samples__valid <= 0;
          samples__payload <= {SAMPLE_BITS{1'bx}};
        end
      end
    end
    predictions__ready <= random[3:2] != 0;
    if (prediction_taken) begin
      if (predicted < SAMPLES) begin
        predicted_word = prediction_words[predicted];
        if (predictions__payload !== predicted_word) begin
          errors <= errors + 1;
          if (errors < 10)
            $display("sample %%0d: tag %%0d, prediction %%0d (%%b), must be %%0d (%%b)", predicted,
                     %(tag)s, %(prediction)s,
                     predictions__payload, %(wanted)s, predicted_word);
        end
      end else begin
        $display("FAIL: a prediction too many, at clock %%0d", clocks);
        $stop;
      end
      predicted <= predicted + 1;
    end

    case (state)
      RESET: begin  // one clock of it is enough
        rst <= 0;
        state <= PLAY;
      end
      PLAY: if (accepted == ALL_BEATS) begin
        drain <= 1;
        quiet <= 0;
        state <= DRAIN;
      end
      // `busy` may follow the last beat by some clocks.
      DRAIN: if (quiet >= 4 && !busy && predicted == SAMPLES) begin
        drain <= 0;
        state <= COUNTERS;
      end
      COUNTERS: begin
        if (saturations !== saturation_words[0]) begin
          errors <= errors + 1;
          $display("saturations: %%h, must be %%h", saturations, saturation_words[0]);
        end
        state <= %(reading)s;
      end
      READ: if (answered == REQUESTS) state <= DONE;
      DONE: begin
        if (errors + wrong_answers == 0) begin
          $display("PASS: %%0d predictions, %%0d answers of the parameter port, %%0d clocks",
                   SAMPLES, REQUESTS, clocks);
          $finish;
        end else begin
          $display("FAIL: %%0d differences", errors + wrong_answers);
          $stop;
        end
      end
      default: ;
    endcase
    if (quiet == PATIENCE) begin
      $display("FAIL: no progress for %%0d clocks in state %%0d, at clock %%0d",
               PATIENCE, state, clocks);
      $stop;
    end
  end
endmodule
"""

_PORT_BODY = """\
  // Parameters: requests and answers, each in order.
  wire request_taken = parameter_requests__valid && parameter_requests__ready;
  wire answer_taken = parameter_values__valid && parameter_values__ready;
  reg [ANSWER_BITS-1:0] answer_word;

  initial begin
    parameter_requests__valid = 0;
    parameter_values__ready = 0;
  end

  always @(posedge clk) begin
    if (state == READ) begin
      if (!parameter_requests__valid || parameter_requests__ready) begin
        if (requested != REQUESTS && random[5:4] != 0) begin
          parameter_requests__valid <= 1;
          parameter_requests__payload <= request_words[requested];
          requested <= requested + 1;
        end else begin
          parameter_requests__valid <= 0;
          parameter_requests__payload <= {REQUEST_BITS{1'bx}};
        end
      end
    end
    parameter_values__ready <= random[7:6] != 0;
    if (answer_taken) begin
      answer_word = answer_words[answered];
      if (parameter_values__payload !== answer_word) begin
        wrong_answers <= wrong_answers + 1;
        if (wrong_answers < 10)
          $display("request %%0d (%%h): value %%0d, error %%b, must be %%0d, %%b", answered,
                   request_words[answered], $signed(%(value)s),
                   %(error)s, $signed(%(wanted_value)s), %(wanted_error)s);
      end
      answered <= answered + 1;
    end
  end
"""
