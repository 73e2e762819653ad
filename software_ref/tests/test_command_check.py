"""`presparse check`: the figures of the slides, and one line for every illegal network file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from presparse.cli import main
from software_ref.commands.check import describe
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.datasets.registry import NAMES
from software_ref.devices import DEVICES
from software_ref.network_file import read_network_file
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule

EXAMPLES = Path(__file__).parents[2] / "examples"
COMPARISON = sorted((EXAMPLES / "performance_comparison").glob("*.toml"))

NETWORK = """\
[network]
layers = [12, 8, 4]
out_degree = [2, 4]
parallelism = [4, 2]
"""


def check(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["check", str(path)]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    lines: list[str] = output.out.splitlines()
    return lines


def test_the_slides_densities_come_out_digit_for_digit(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check(EXAMPLES / "slides_8_4_4.toml", capsys)
    assert lines[2:5] == [
        "junction  left  right  d_out  d_in  z  D  C  weights  density",
        "1            8      4      1     2  4  2  2        8     25 %",
        "2            4      4      2     2  2  2  4        8     50 %",
    ]
    assert "overall density   33 % (16 of 48 weights, 33.33 %)" in lines


def test_the_original_prototypes_figures_come_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check(EXAMPLES / "mnist_original.toml", capsys)
    assert lines[0] == (
        "mnist_original: 1024-64-32, 10 classes, (1,3,8), sigmoid, seed_per_sweep connections"
    )
    assert "overall density   7.6 % (5120 of 67584 weights, 7.58 %)" in lines
    assert "parameters        5120 weights, 96 biases" in lines
    assert "parallelism       160 edges a clock" in lines
    assert "block cycle C     32 clocks" in lines
    assert "step period P     32 clocks a sample" in lines


def test_the_manual_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    manual = (EXAMPLES.parent / "docs" / "command_line.md").read_text().splitlines()
    lines = check(EXAMPLES / "slides_8_4_4.toml", capsys)
    start = manual.index("    $ presparse check examples/slides_8_4_4.toml") + 1
    shown = [line.removeprefix("    ") for line in manual[start : start + len(lines)]]
    assert shown == lines


def test_the_performance_comparison_has_all_rows() -> None:
    groups = [path.stem.rpartition("_")[0] for path in COMPARISON]
    assert {name: groups.count(name) for name in groups} == {
        "mnist": 8,
        "reuters": 5,
        "timit": 5,
        "cifar100": 6,
    }


@pytest.mark.parametrize("path", COMPARISON, ids=lambda path: str(path.stem))
def test_every_row_of_the_performance_comparison_is_legal(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(path, capsys)
    density = path.stem.rpartition("_")[2]
    places = len(density.partition(".")[2])
    network = read_network_file(path).network
    # 60.396 % stands in the table as 60.4, 21.95 % as 22.
    assert f"{100 * network.density:.{places}f}" == density


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: str(path.stem))
def test_every_example_is_legal(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(path, capsys)


def test_json_holds_all_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, target = tmp_path / "small.toml", tmp_path / "small.json"
    path.write_text(NETWORK)
    assert main(["check", str(path), "--json", str(target)]) == 0
    document = json.loads(target.read_text())
    file = read_network_file(path)
    assert document == describe(file)
    assert document["name"] == "small"
    assert document["junctions"][1] == {
        "junction": 2,
        "left": 8,
        "right": 4,
        "out_degree": 4,
        "in_degree": 8,
        "parallelism": 2,
        "depth": 4,
        "rows": 16,
        "weights": 32,
        "density": 1.0,
    }
    schedule = Schedule(
        network=file.network, options=CoreOptions(max_rate_exponent=file.max_rate_exponent)
    )
    assert document["schedule"]["period"] == 16
    assert document["schedule"]["lags"] == list(schedule.lags)
    assert document["schedule"]["banks"]["activations"] == [
        schedule.activation_queue(layer).banks(16) for layer in (0, 1)
    ]
    assert document["schedule"]["error_latency"][0] is None


def test_the_published_latencies_give_the_lags() -> None:
    """The formulas of docs/architecture.md, "Steps", from the figures that `check` prints."""
    for path in sorted(EXAMPLES.glob("*.toml")):
        figures = describe(read_network_file(path))
        schedule, rows = figures["schedule"], [each["rows"] for each in figures["junctions"]]
        period, offsets = schedule["period"], schedule["offsets"]
        forward, backward = schedule["activation_latency"], schedule["error_latency"]
        lag = -(-(rows[-1] + forward[-1] + schedule["output_delta_latency"]) // period)
        lags = [lag]
        for i in reversed(range(len(rows) - 1)):
            assert offsets[i + 1] == max(0, offsets[i] + forward[i] - (period - rows[i]))
            wait = offsets[i + 1] - offsets[i] + rows[i + 1] + backward[i + 1]
            lags.insert(0, 1 + lags[0] + -(-wait // period))
        assert schedule["lags"] == lags


def test_the_storage_split_adds_up() -> None:
    figures = describe(read_network_file(EXAMPLES / "mnist_original.toml"))
    stored, network = figures["storage"], figures["network"]
    assert stored["split_bits"]["weights"] == 12 * network["weights"]
    assert stored["split_bits"]["biases"] == 12 * network["biases"]
    assert stored["total_bits"] == sum(each["bits"] for each in stored["memories"])
    assert stored["total_bits"] == sum(stored["split_bits"].values())
    memory: dict[str, Any]
    for memory in stored["memories"]:
        assert memory["bits"] == memory["count"] * memory["depth"] * memory["width"]


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that wrong input ends with."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    line, end = output.err.split("\n", 1)
    assert end == ""
    return line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[network\n",
            "Expected ']' at the end of a table declaration (at line 1, column 9)",
        ),
        (
            "[network]\nlayers = [8, 4]\nlayers = [8, 4]\n",
            "Cannot overwrite a value (at line 3, column 16)",
        ),
        ("a = " + 2000 * "[" + 2000 * "]", "brackets must not be nested this deeply"),
        ("", "the file must have a [network] table"),
        ("network = 3", "[network] must be a table, not 3"),
        (
            NETWORK + "[nettwork]",
            "unknown table 'nettwork'; did you mean network?",
        ),
        (
            NETWORK + "[training]\nepoch = 3",
            "unknown [training] key 'epoch'; did you mean epochs?",
        ),
        (
            "[network]\nlayers = [8, 4]\nparallelism = [4]",
            "[network] must have the key out_degree",
        ),
        (
            NETWORK.replace("[12,", "[12.0,"),
            "layers[0] must be an integer, not 12.0",
        ),
        (
            NETWORK.replace("[12,", "[4000000000,"),
            "layers[0] must be at most 1048576, not 4000000000",
        ),
        (
            NETWORK.replace("parallelism = [4,", "parallelism = [5,"),
            "parallelism of junction 1 must divide its 12 left neurons, not 5; nearest legal "
            "parallelism: 4 or 6",
        ),
        (
            NETWORK.replace("out_degree = [2,", "out_degree = [3,"),
            "out_degree of junction 1 must make left * out_degree divisible by right: 12 * 3 = 36 "
            "is not divisible by 8; nearest legal out_degree: 2 or 4",
        ),
        (
            NETWORK.replace("out_degree = [2, 4]", "out_degree = [2, 5]"),
            "out_degree of junction 2 must be at most its 4 right neurons, not 5",
        ),
        (
            NETWORK.replace("[4, 2]", "[12, 2]"),
            "parallelism of junction 2 must be at least the right neurons that finish per clock in "
            "junction 1: ceil(12 / 3) = 4 is more than 2; lower parallelism of junction 1 to 6, or "
            "raise that of junction 2 to 4",
        ),
        (NETWORK + "classes = 5", "classes must be 1 to the 4 outputs, not 5"),
        (
            NETWORK + "[format]\ninteger = 12",
            "format width 1 + 12 + 8 = 21 must be 6 to 18 bits",
        ),
    ],
)
def test_an_illegal_file_is_told_in_one_line(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    assert refused(["check", str(path)], capsys) == f"presparse: error: {path}: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[data]\nname = "mnits"',
            f"data set name must be one of {', '.join(NAMES)} or the path of a file that ends in "
            ".npz, .csv, .tsv, .txt or .data, not 'mnits' (did you mean 'mnist'?)",
        ),
        (
            '[data]\nname = "iris"\noptions = { sead = 2 }',
            "data set iris has no option 'sead' (did you mean 'seed'?); its options are seed",
        ),
    ],
)
def test_unknown_data_is_told_before_it_is_read(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(NETWORK + text)
    assert refused(["check", str(path)], capsys) == f"presparse: error: {path}: {message}"


MISTAKES = """
[network]
layers = [8, 4, 5]
out_degree = [9, 2]
parallelism = [3, 2]
classes = "many"
depth = 2
[format]
integer = 0
fraction = 1
[update]
random_bits = 99
seed = -1
[activation]
hidden = "tanh"
relu_cap = -2
[connections]
kind = "random"
dither = 1
[data]
name = "iris"
train = 0
options = { sead = 2, seed = -1 }
reduce = { method = "svd", features = 0 }
[training]
epochs = 0
shuffle = "yes"
rate_exponent = [[1, 3]]
[target]
device = "xc7a15t"
pipeline = "flat"
dsp_budget = -1
clock_mhz = 0
[traning]
"""


def test_all_illegal_values_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(MISTAKES)
    assert main(["check", str(path)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    known = ", ".join(f'"{device}"' for device in DEVICES)
    assert [
        line.removeprefix(f"presparse: error: {path}: ") for line in output.err.split("\n")
    ] == [
        "unknown table 'traning'; did you mean training?",
        'data.reduce method must be one of "pca", "tokens", "chi2", "spectrum", not \'svd\'',
        "data.reduce features must be at least 1, not 0",
        "format integer must be at least 1, not 0: an input of 1.0 must fit",
        "format fraction must be at least 2, not 1: the sigmoid's derivative is at most 1/4",
        'activation hidden must be "sigmoid" or "relu", not \'tanh\'',
        "activation relu_cap must be above 0 and finite, not -2",
        'connections kind must be one of "shared_seed", "seed_per_sweep", "free", not \'random\'',
        "connections dither must be true or false, not 1",
        "update random_bits must be 0 to 24, which a lane can take of the generator's 32, not 99",
        "update seed must be at least 0, not -1",
        "data train must be at least 1, not 0",
        "data set iris has no option 'sead' (did you mean 'seed'?); its options are seed",
        "seed must be at least 0, not -1",
        "training epochs must be at least 1, not 0",
        "training shuffle must be true or false, not 'yes'",
        "training rate_exponent must start at epoch 0 and list its epochs in rising order, not [1]",
        f"target device must be one of {known}, not 'xc7a15t'",
        'target pipeline must be one of "shallow", "medium", "deep", not \'flat\'',
        "target dsp_budget must be at least 0, not -1",
        "target clock_mhz must be above 0 and at most 1000, not 0",
        "unknown [network] key 'depth'; known: layers, out_degree, parallelism, classes",
        "out_degree of junction 1 must be at most its 4 right neurons, not 9",
        "parallelism of junction 1 must divide its 8 left neurons, not 3; nearest legal "
        "parallelism: 2 or 4",
        "out_degree of junction 2 must make left * out_degree divisible by right: 4 * 2 = 8 is "
        "not divisible by 5; nearest legal out_degree: 5",
        "classes must be an integer, not 'many'",
        "",
    ]


def test_all_impossible_junctions_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def impossible(shape: JunctionShape, options: ConnectionOptions) -> None:
        raise ValueError(f"junction {shape.index} has no pattern")

    monkeypatch.setattr("software_ref.commands.check.generate_pattern", impossible)
    path = tmp_path / "wrong.toml"
    path.write_text(NETWORK)
    assert main(["check", str(path)]) == 2
    assert capsys.readouterr().err.splitlines() == [
        f"presparse: error: junction {number} has no pattern" for number in (1, 2)
    ]


def test_a_file_that_is_no_text_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.toml"
    path.write_bytes(b"\xff\xfe[network]")
    assert refused(["check", str(path)], capsys) == (
        f"presparse: error: {path}: line 1 must be UTF-16 text, but holds the byte 0x5d"
    )


def test_a_folder_is_no_network_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = f"presparse: error: cannot read {tmp_path}: Is a directory"
    assert refused(["check", str(tmp_path)], capsys) == line


@pytest.mark.parametrize("target", ["none/out.json", "", "small.toml"])
def test_an_unwritable_json_is_told_and_nothing_is_written(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    output = tmp_path / target
    message = {
        "none/out.json": f"cannot write {output}: No such file or directory",
        "": f"cannot write {output}: it is a folder",
        "small.toml": f"--json must name a file of its own: {output} is an input",
    }[target]
    arguments = ["check", str(path), "--json", str(output)]
    assert refused(arguments, capsys) == f"presparse: error: {message}"
    assert os.listdir(tmp_path) == ["small.toml"]
    assert path.read_text() == NETWORK


def test_wrong_input_leaves_an_old_output_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = tmp_path / "wrong.toml", tmp_path / "out.json"
    path.write_text(NETWORK.replace("[4, 2]", "[5, 2]"))
    target.write_text("old")
    refused(["check", str(path), "--json", str(target)], capsys)
    assert target.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["out.json", "wrong.toml"]
