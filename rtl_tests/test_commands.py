"""The generator's subcommands on real network files: what they print, write and refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.checkpoint import load_checkpoint
from software_ref.network_file import read_network_file

EXAMPLES = Path(__file__).parent.parent / "examples"
TINY = EXAMPLES / "slides_8_4_4.toml"
ORIGINAL = EXAMPLES / "mnist_original.toml"
PARAMETERS = ("weights_1", "biases_1", "left_1", "weights_2", "biases_2", "left_2", "lags")

FOLDERS = (
    ("generate", "--output"),
    ("simulate", "--build"),
    ("compare", "--build"),
    ("profile", "--build"),
    ("synth", "--build"),
    ("pnr", "--build"),
    ("build", "--output", "--board", "ulx3s", "--samples", "8"),
    ("board-sim", "--build"),
)
"""Commands with the option that names a folder, and what else they must be given."""


def _figures(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def test_generate_writes_verilog_and_a_manifest_that_names_its_ports(tmp_path: Path) -> None:
    assert main(["generate", str(TINY), "--output", str(tmp_path), "--top", "tiny"]) == 0
    verilog = (tmp_path / "tiny.v").read_text()
    described = _figures(tmp_path / "tiny.json")
    assert "module tiny(" in verilog
    for name, stream in described["ports"]["streams"].items():
        assert f"{name}__valid" in verilog
        assert f"[{stream['bits'] - 1}:0] {name}__payload;" in verilog
    assert described["schedule"]["lags"] == [6, 2]


def test_generate_makes_an_inference_core_smaller(tmp_path: Path) -> None:
    registers, units = {}, {}
    for core in ("training", "inference"):
        arguments = ["--core", core, "--output", str(tmp_path), "--top", core]
        assert main(["generate", str(TINY), *arguments]) == 0
        text = (tmp_path / f"{core}.v").read_text()
        tops = re.findall(r"^  reg (?:\[(\d+):0\] )?\w+;$", text, re.MULTILINE)
        registers[core] = sum(int(top or 0) + 1 for top in tops)
        units[core] = {name for name in ("update", "backprop", "delta") if f"_{name}(" in text}
    assert units == {"training": {"update", "backprop", "delta"}, "inference": set()}
    assert registers["inference"] < registers["training"] / 2


def test_generate_makes_its_folder_and_lists_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "build"
    assert main(["generate", str(TINY), "--output", str(folder), "--top", "micro"]) == 0
    written = sorted(path.name for path in folder.iterdir())
    assert written == ["micro.json", "micro.v", "micro.veo", "micro.vlt"]
    assert _figures(folder / "micro.json")["top"] == "micro"
    lines = len((folder / "micro.v").read_text().splitlines())
    assert capsys.readouterr().out.splitlines() == [
        "slides_8_4_4",
        "core                           training",
        "clocks per sample                     9",
        "update lags                        6, 2",
        "input beats of a sample  8 x 1 features",
        f"{folder}/micro.v     {lines} lines",
        f"{folder}/micro.json  manifest",
        f"{folder}/micro.vlt   lint waivers",
        f"{folder}/micro.veo   instantiation template",
    ]


@pytest.mark.parametrize(("command", "option", "others"), [(c, o, r) for c, o, *r in FOLDERS])
def test_a_file_in_place_of_a_folder_is_named(
    command: str,
    option: str,
    others: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "taken"
    path.touch()
    assert main([command, str(TINY), *others, option, str(path)]) == 2
    output, error = capsys.readouterr()
    assert output == ""
    assert error == f"presparse: error: {option} must name a folder, and {path} is none\n"
    assert list(tmp_path.iterdir()) == [path]


def test_generate_refuses_a_name_that_is_no_identifier(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(TINY), "--top", "2core"]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: argument --top: must be a Verilog identifier, not '2core' "
        "(see presparse generate --help)\n"
    )


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny core's simulator is built once."""
    return tmp_path_factory.mktemp("build")


def test_simulate_finds_the_tiny_network_bit_exact(build: Path, tmp_path: Path) -> None:
    output, saved, trained = (tmp_path / name for name in ("out.json", "rtl.npz", "golden.npz"))
    arguments = ["--build", str(build), "--json", str(output), "--save", str(saved)]
    assert main(["simulate", str(TINY), "--samples", "100", *arguments]) == 0
    figures = _figures(output)
    assert figures["bit_exact"] is True
    assert figures["samples"] == figures["predictions_compared"] == 100
    assert figures["clocks_per_sample"] == figures["period"]
    assert (figures["weights_compared"], figures["biases_compared"]) == (16, 8)
    assert figures["rtl_seconds"] > 0

    assert main(["train", str(TINY), "--samples", "100", "--no-float", "--save", str(trained)]) == 0
    _same_arrays(saved, trained)


def test_simulate_goes_on_from_a_checkpoint_like_one_long_run(build: Path, tmp_path: Path) -> None:
    whole, first, second = (tmp_path / f"{name}.npz" for name in ("whole", "first", "second"))
    common = ["simulate", str(TINY), "--samples", "40", "--build", str(build), "--stalls", "0.2"]
    assert main([*common, "--epochs", "2", "--save", str(whole)]) == 0
    assert main([*common, "--save", str(first)]) == 0
    assert main([*common, "--resume", str(first), "--save", str(second)]) == 0
    _same_arrays(whole, second)


def test_simulate_names_the_first_sample_row_and_lane_that_differ(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.json"
    # The golden model with other lags than the hardware's: they must part.
    arguments = ["--lags", "1,0", "--build", str(build), "--json", str(output)]
    assert main(["simulate", str(TINY), "--samples", "60", *arguments]) == 1
    figures = _figures(output)
    assert figures["bit_exact"] is False
    found = figures["first_difference"]
    assert found.startswith("after sample ")
    assert " of junction " in found and (", lane " in found or ", neuron " in found)
    assert found in capsys.readouterr().out


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny network in eight bits, whose tables are built in no time."""
    path = tmp_path_factory.mktemp("small") / "small.toml"
    path.write_text(TINY.read_text() + "\n[format]\ninteger = 2\nfraction = 5\n")
    return path


@pytest.fixture(scope="module")
def trained(small: Path) -> Path:
    """A checkpoint of it after two epochs."""
    path = small.with_suffix(".npz")
    arguments = ["--samples", "90", "--epochs", "2", "--no-float", "--test-samples", "0"]
    assert main(["train", str(small), *arguments, "--save", str(path)]) == 0
    return path


@pytest.fixture
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands write where the test looks."""
    monkeypatch.chdir(tmp_path)


def test_generate_starts_from_a_checkpoint(
    small: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.json"
    common = ["generate", str(small), "--output", str(tmp_path)]
    assert main([*common, "--top", "own_core"]) == 0
    capsys.readouterr()
    arguments = ["--resume", str(trained), "--top", "trained_core", "--json", str(output)]
    assert main([*common, *arguments]) == 0
    assert "weights and biases after  epoch 2, 180 samples" in capsys.readouterr().out
    network = read_network_file(small).network
    told = {
        "source": "checkpoint",
        "epoch": 2,
        "samples": 180,
        "sha256": load_checkpoint(trained, network).parameters.sha256,
        "constant": False,
    }
    assert _figures(tmp_path / "trained_core.json")["initial_parameters"] == told
    assert _figures(output)["initial_parameters"] == told
    # Nothing but contents of memories, and what is said of them, is another.
    first, second = (
        (tmp_path / f"{name}.v").read_text().replace(name, "top").splitlines()
        for name in ("own_core", "trained_core")
    )
    assert "// Weights and biases are those of a checkpoint after epoch 2, 180 samples." in second
    second.remove("// Weights and biases are those of a checkpoint after epoch 2, 180 samples.")
    changed = [two for one, two in zip(first, second, strict=True) if one != two]
    assert changed
    assert all(re.fullmatch(r" +(rows0|biases\w*)\[\d+\] = \d+'[hd]\w+;", line) for line in changed)


OTHERS = {
    "patterns": (
        ("seed = 2", "seed = 3"),
        "left_1 must hold the network's connections: edge 0 starts at left neuron 4, not 0",
    ),
    "format": (("integer = 2", "integer = 3"), "format must be the network's (1,3,5), not (1,2,5)"),
    "sizes": (
        ("out_degree = [1, 2]", "out_degree = [2, 2]"),
        "left_1 must have shape (16,), not (8,)",
    ),
}


@pytest.mark.parametrize("command", ["generate", "simulate", "synth", "pnr"])
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.usefixtures("in_tmp_path")
def test_a_checkpoint_of_another_network_is_refused(
    command: str, other: str, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, message = OTHERS[other]
    path = tmp_path / "other.toml"
    path.write_text(trained.with_suffix(".toml").read_text().replace(*change))
    assert main([command, str(path), "--resume", str(trained)]) == 2
    assert capsys.readouterr() == ("", f"presparse: error: {trained}: {message}\n")
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_is_read_and_never_written_over(
    small: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--resume", str(trained), "--output", str(tmp_path), "--json", str(trained)]
    before = trained.read_bytes()
    assert main(["generate", str(small), *arguments]) == 2
    assert str(trained) in capsys.readouterr().err
    assert trained.read_bytes() == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["generate", "simulate", "synth", "pnr", "estimate"])
@pytest.mark.usefixtures("in_tmp_path")
def test_constants_are_for_inference_cores(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(TINY), "--constant"]) == 2
    assert capsys.readouterr() == (
        "",
        "presparse: error: --constant is for inference cores: give --core inference with it\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_generate_makes_a_core_of_constants_without_a_parameter_port(
    small: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.json"
    arguments = ["--constant", "--resume", str(trained), "--output", str(tmp_path)]
    arguments += ["--json", str(output)]
    assert main(["generate", str(small), "--core", "inference", *arguments]) == 0
    assert "inference, constant" in capsys.readouterr().out
    described = _figures(tmp_path / "presparse_core.json")
    assert set(described["ports"]["streams"]) == {"samples", "predictions"}
    assert described["parameters"] is None
    assert _figures(output)["initial_parameters"]["constant"] is True
    head = (tmp_path / "presparse_core.v").read_text().partition(");")[0]
    assert "samples__payload" in head and "parameter" not in head.partition("module ")[2]


@pytest.mark.parametrize("constant", [False, True])
def test_simulate_finds_the_predictions_of_a_trained_core_bit_exact(
    constant: bool,
    small: Path,
    trained: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output, golden = tmp_path / "out.json", tmp_path / "golden.json"
    arguments = ["--resume", str(trained), "--stalls", "0.2", "--json", str(output)]
    arguments += ["--constant"] if constant else []
    assert main(["simulate", str(small), "--core", "inference", *arguments]) == 0
    figures = _figures(output)
    assert figures["bit_exact"] is True
    assert (figures["core"], figures["constant"]) == ("inference", constant)
    assert figures["samples"] == figures["predictions_compared"] == 30
    read = (0, 0) if constant else (16, 8)
    assert (figures["weights_compared"], figures["biases_compared"]) == read
    assert ("none (constants)" in capsys.readouterr().out) is constant
    # It is the trained network that predicts.
    arguments = ["--samples", "90", "--epochs", "3", "--no-float", "--json", str(golden)]
    assert main(["train", str(small), *arguments]) == 0
    assert figures["correct"] == [_figures(golden)["epochs"][1]["test_accuracy"]]


@pytest.mark.parametrize("option", [("--epochs", "2"), ("--lags", "6,2"), ("--save", "x.npz")])
@pytest.mark.usefixtures("in_tmp_path")
def test_simulate_refuses_for_an_inference_core_what_trains(
    option: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(TINY), "--core", "inference", *option]) == 2
    assert capsys.readouterr() == (
        "",
        f"presparse: error: {option[0]} is for training cores: --core inference trains nothing\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_simulate_needs_test_samples_for_an_inference_core(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "none.toml"
    path.write_text(TINY.read_text().replace('"iris"', '"train.npz"'))
    arrays = {"x_train": np.zeros((6, 8)), "y_train": np.arange(6) % 3}
    arrays |= {"x_test": np.zeros((0, 8)), "y_test": np.zeros(0, np.int64)}
    np.savez(tmp_path / "train.npz", **arrays)
    assert main(["simulate", str(path), "--core", "inference"]) == 2
    error = "presparse: error: there must be test samples to predict, not 0\n"
    assert capsys.readouterr() == ("", error)


def test_compare_draws_a_picture_and_finds_agreement(
    build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    png, output = tmp_path / "curves.png", tmp_path / "out.json"
    arguments = ["--epochs", "2", "--build", str(build), "--png", str(png), "--json", str(output)]
    assert main(["compare", str(TINY), *arguments]) == 0
    figures = _figures(output)
    assert figures["bit_exact"] is True
    accuracies = [
        [(epoch["train_accuracy"], epoch["test_accuracy"]) for epoch in figures["epochs"][trainer]]
        for trainer in ("golden", "rtl")
    ]
    assert accuracies[0] == accuracies[1]
    note, names, titles, *_ = capsys.readouterr().out.splitlines()
    assert note.startswith("note: 4 of the 8 inputs have no feature")
    assert names.split() == ["float", "golden", "hardware", "(RTL)"]
    assert titles.split()[:2] == ["slides_8_4_4", "k"]
    for name in ("float", "golden", "hardware (RTL)"):
        end = names.index(name) + len(name)
        assert titles[:end].endswith("  train %  test %")
    assert max(len(names), len(titles)) <= 80
    assert png.read_bytes().startswith(b"\x89PNG")


def test_simulate_refuses_wrong_lags(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(TINY), "--lags", "1,1"]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: lag of junction 1 must be at least 1 + the lag of junction 2 = 2, "
        "not 1\n"
    )


def test_simulate_refuses_a_stall_probability_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(TINY), "--stalls", "1"]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: argument --stalls: must be at least 0 and below 1, not 1 "
        "(see presparse simulate --help)\n"
    )


def test_synth_counts_the_tiny_core(tmp_path: Path) -> None:
    output, ten_bits = tmp_path / "out.json", tmp_path / "ten_bits.toml"
    # Smaller tables: half the time of twelve bits.
    ten_bits.write_text(TINY.read_text() + "\n[format]\ninteger = 3\nfraction = 6\n")
    assert main(["synth", str(ten_bits), "--core", "inference", "--json", str(output)]) == 0
    figures = _figures(output)
    assert figures["fits"] is True
    assert 0 < figures["lut"] < 3000 and 0 < figures["ff"] < 3000
    assert figures["dsp"] == 6  # 4 + 2 feedforward multipliers
    assert figures["lutram"] > 0 and figures["bram36"] > 0
    assert 0 < figures["path_ns"] < 5
    assert figures["units"]["junction_1.feedforward"]["dsp"] == 4


def test_synth_finds_neither_a_port_nor_ram_in_a_core_of_constants(
    small: Path, trained: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.json"
    arguments = ["--constant", "--resume", str(trained), "--json", str(output)]
    assert main(["synth", str(small), "--core", "inference", *arguments]) == 0
    figures = _figures(output)
    assert (figures["core"], figures["constant"], figures["dsp"]) == ("inference", True, 6)
    units = figures["units"]
    assert not {name for name in units if "access" in name or "parameter" in name}
    kept = [name for name in units if ".weights" in name or ".bias" in name]
    assert len(kept) == 4
    assert all(units[name]["lutram"] == units[name]["bram36"] == 0 for name in kept)


@pytest.mark.slow
@pytest.mark.real_data
def test_an_epoch_of_mnist_on_the_original_network_is_bit_exact(
    data_dir: Path, tmp_path: Path
) -> None:
    output, saved, trained = (tmp_path / name for name in ("out.json", "rtl.npz", "golden.npz"))
    common = [str(ORIGINAL), "--data", str(data_dir), "--samples", "12544"]
    assert main(["simulate", *common, "--json", str(output), "--save", str(saved)]) == 0
    figures = _figures(output)
    assert figures["bit_exact"] is True
    assert figures["samples"] == figures["predictions_compared"] == 12_544
    assert figures["clocks_per_sample"] == 32
    assert (figures["weights_compared"], figures["biases_compared"]) == (5_120, 96)

    arguments = ["--no-float", "--test-samples", "0", "--save", str(trained)]
    assert main(["train", *common, *arguments]) == 0
    _same_arrays(saved, trained)


def _same_arrays(one: Path, other: Path) -> None:
    with np.load(one) as left, np.load(other) as right:
        for name in PARAMETERS:
            assert np.array_equal(left[name], right[name]), name
