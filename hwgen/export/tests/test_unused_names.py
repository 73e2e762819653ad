"""Names that nothing reads: which go, and which stay."""

from __future__ import annotations

from hwgen.export.unused_names import without_elements, without_unused_wires


def test_elements_of_arrays_go_and_the_array_stays() -> None:
    text = (
        "  wire width 8 input 1 \\words\n"
        "  wire width 4 \\words[0]\n"
        "  wire width 4 signed \\words$3[1]\n"
        "  wire width 4 \\request.data\n"
        "  connect \\words[0] \\words [3:0]\n"
        "  connect \\request.data \\words [7:4]\n"
        "  connect \\total \\words [7:4]\n"
    )
    assert without_elements(text) == (
        "  wire width 8 input 1 \\words\n  connect \\total \\words [7:4]\n"
    )


def test_chains_of_unused_wires_go_but_no_port_register_or_instance() -> None:
    text = """module unit(clk, a, b);
  input clk;
  wire clk;
  input [3:0] a;
  wire [3:0] a;
  output b;
  wire b;
  wire [3:0] second;
  (* enum_base_type = "Status" *)
  (* init = 1'h0 *)
  wire third;
  wire at_instance;
  wire half;
  reg kept;
  assign second = a;
  assign third = second[1];
  assign half = a[0];
  assign b = half;
  always @(posedge clk)
    kept <= a[1];
  inner one (
    .x(at_instance)
  );
endmodule
"""
    without = without_unused_wires(text)
    third = '  (* enum_base_type = "Status" *)\n  (* init = 1\'h0 *)\n  wire third;\n'
    for line in ("  wire [3:0] second;\n", third):
        text = text.replace(line, "")
    text = text.replace("  assign second = a;\n", "").replace("  assign third = second[1];\n", "")
    assert without == text


def test_modules_are_told_apart() -> None:
    first = "module one(a);\n  input a;\n  wire a;\n  wire other;\n  assign other = a;\nendmodule\n"
    second = "module two(other);\n  output other;\n  wire other;\nendmodule\n"
    assert without_unused_wires(first + second) == (
        "module one(a);\n  input a;\n  wire a;\nendmodule\n" + second
    )
