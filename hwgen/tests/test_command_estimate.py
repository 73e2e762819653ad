"""`presparse estimate`: its report, its sweeps, and wrong input."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from presparse.cli import main
from software_ref.devices import DEVICES

EXAMPLES = Path(__file__).parents[2] / "examples"
DIGITS = EXAMPLES / "digits.toml"

NETWORK = "[network]\nlayers = [8, 4, 4]\nout_degree = [1, 2]\nparallelism = [4, 2]\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return path


def run(path: Path, *arguments: str) -> dict[str, Any]:
    target = path.parent / "out.json"
    assert main(["estimate", str(path), *arguments, "--json", str(target)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a wrong command ends with."""
    assert main(["estimate", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err.strip()


def test_the_report(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(path, "--clock", "50")
    output = capsys.readouterr().out
    assert re.search(rf"DSP +{figures['dsp']} .* exact", output)
    assert figures["fits"] is True
    assert figures["samples_per_second"] == round(50e6 / figures["clocks_per_sample"])
    assert sum(unit["lut"] for unit in figures["units"].values()) == figures["lut"]
    assert f"{figures['samples_per_second']:,} samples/s" in output


def test_units_beyond_the_dsp_budget_are_named(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(path)["lut_products"] == {}
    assert "in LUTs" not in capsys.readouterr().out
    # Of 4 + 4 products in junction 1 and 2 + 2 + 2 in junction 2; two lanes share a block.
    path.write_text(NETWORK + "[target]\ndsp_budget = 8\n")
    figures = run(path)
    assert figures["dsp"] == 8
    assert figures["lut_products"] == {"junction_1.feedforward": {"count": 3, "lanes": 4}}
    output = capsys.readouterr().out
    assert re.search(r"\nbeyond 8 DSP blocks +in LUTs +of\njunction_1.feedforward +3 +4\n", output)


def test_a_network_of_420_edges_a_clock_takes_less_than_100_000_luts(path: Path) -> None:
    """Its units got all their DSP blocks or none: 158,023 LUTs, with 84 of 240 blocks."""
    path.write_text(
        "[network]\nlayers = [784, 112, 10]\nout_degree = [22, 10]\nparallelism = [392, 28]\n"
    )
    figures = run(path)
    assert figures["dsp"] == 240
    assert figures["lut"] < 100_000
    assert figures["clocks_per_sample"] == 44


def test_energy_falls_with_the_clocks_a_sample_takes(path: Path) -> None:
    slow, fast = run(path, "--clock", "10"), run(path, "--clock", "200")
    assert slow["energy_nj_per_sample"] > fast["energy_nj_per_sample"] > 0


def test_an_inference_core_is_smaller(path: Path) -> None:
    assert run(path, "--core", "inference")["lut"] < run(path)["lut"]


@pytest.mark.parametrize(
    ("what", "device"), [("z", "xc7a100t"), ("formats", "xc7a100t"), ("z", "lfe5u-25f")]
)
def test_a_sweep_draws_its_points(path: Path, what: str, device: str) -> None:
    path.write_text(f'{NETWORK}[target]\ndevice = "{device}"\n')
    png = path.parent / "sweep.png"
    points = run(path, "--sweep", what, "--png", str(png))["points"]
    assert png.read_bytes().startswith(b"\x89PNG")
    assert len(points) > 3
    assert sum(point["here"] for point in points) == 1


# What an LFE5U-45F has is enough, an LFE5U-25F lacks flip-flops: 30,195 of 24,288 are needed.
@pytest.mark.parametrize(
    ("device", "fits", "verdict"),
    [
        ("xc7a100t", True, "fits XC7A100T"),
        ("xc7a35t", True, "fits XC7A35T"),
        ("xc7z020", True, "fits XC7Z020"),
        ("lfe5u-85f", True, "fits LFE5U-85F: about 14,230 to 29,752 of 83,640 LUTs of four "),
        ("lfe5u-45f", True, "fits LFE5U-45F: about 18,464 to 36,918 of 43,848 LUTs of four "),
        (
            "lfe5u-25f",
            False,
            "does not fit LFE5U-25F: about ",
        ),
    ],
)
def test_digits_on_every_device(
    path: Path, capsys: pytest.CaptureFixture[str], device: str, fits: bool, verdict: str
) -> None:
    path.write_text(DIGITS.read_text() + f'[target]\ndevice = "{device}"\n')
    figures = run(path)
    assert figures["fits"] is fits
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "fit" in line]
    assert line.startswith(verdict)
    assert figures["dsp"] <= DEVICES[device].dsp


def test_a_core_may_be_too_large_for_a_35t(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (EXAMPLES / "mnist_accurate.toml").read_text()
    path.write_text(text + '[target]\ndevice = "xc7a35t"\n')
    assert run(path)["fits"] is False
    assert "\ndoes not fit XC7A35T\n" in capsys.readouterr().out


def test_between_the_least_and_the_most_an_ecp5_may_fit(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text(NETWORK + '[target]\ndevice = "lfe5u-85f"\n')
    figures = run(path)
    lut, memory = figures["lut"], figures["lutram"]
    least, most = round(1.3 * lut + 0.7 * memory), round(2.2 * lut + 3.8 * memory)
    rarest, commonest = round(memory / 3), memory
    for lut, lut_memory, fits in (
        (least - 1, least - 1, False),
        (least, least, None),
        (most - 1, most - 1, None),
        (most, commonest, True),
        (most, commonest - 1, None),
        (most, rarest, None),
        (most, rarest - 1, False),
    ):
        device = dataclasses.replace(DEVICES["lfe5u-85f"], lut=lut, lut_memory=lut_memory)
        monkeypatch.setitem(DEVICES, "lfe5u-85f", device)
        assert run(path)["fits"] is fits
        verdict = {True: "fits", None: "may fit", False: "does not fit"}[fits]
        assert f"\n{verdict} LFE5U-85F: about {least:,} to " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--clock", "fast"), "must be a number of MHz, not 'fast'"),
        (("--clock", "0"), "must be above 0 and at most 1000, not 0"),
        (("--clock", "nan"), "must be above 0 and at most 1000, not nan"),
        (
            ("--png", "sweep.png"),
            "--picture draws a sweep: give --sweep z or --sweep formats with it",
        ),
        (("--sweep", "y"), "invalid choice: 'y'"),
        (("--json", "no/such/out.json"), "no/such"),
    ],
)
def test_wrong_input_is_one_line(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert message in refusal(capsys, str(path), *arguments)
