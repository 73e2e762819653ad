"""Hardware from Python: the files and figures of the commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import presparse
from presparse import in_hardware
from presparse.cli import main

TINY = Path(__file__).parents[2] / "examples" / "slides_8_4_4.toml"


@pytest.fixture(scope="module")
def network() -> presparse.Network:
    return presparse.load(TINY)


@pytest.fixture(scope="module")
def trained(network: presparse.Network) -> presparse.Training:
    return network.train(epochs=2, float_reference=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_are_those_of_the_command(
    network: presparse.Network, trained: presparse.Training, tmp_path: Path
) -> None:
    saved = trained.save(tmp_path / "s.npz")
    options = ["--core", "inference", "--constant", "--bus", "axi", "--resume", str(saved)]
    command, python = tmp_path / "command", tmp_path / "python"
    assert main(["generate", str(TINY), *options, "--output", str(command)]) == 0
    core = network.generate(python, core="inference", constant=True, bus="axi", resume=trained)
    assert contents(command) == contents(python)
    named = {path.name for path in (*vars(core.files).values(), *core.bus_files)}
    assert named == {*contents(python)}
    assert core.title == "inference core of slides_8_4_4, 4 clocks a sample"
    assert "AXI module" in str(core)


def test_estimates_are_those_of_the_command(network: presparse.Network, tmp_path: Path) -> None:
    path = tmp_path / "e.json"
    assert main(["estimate", str(TINY), "--json", str(path)]) == 0
    wanted = json.loads(path.read_text())
    found = network.estimate()
    assert found.estimate.lut == wanted["lut"] and found.fits is wanted["fits"]
    assert found.samples_per_second() == pytest.approx(wanted["samples_per_second"], abs=1)
    assert network.estimate(core="inference").estimate.lut < found.estimate.lut
    sweep = network.sweep("z")
    (here,) = [point for point in sweep.points if point.here]
    assert here.estimate == found.estimate
    assert sweep.plot()._repr_png_() and "the network's own" in str(sweep)
    with pytest.raises(presparse.Error, match=r"^core must be .*, not 'all'$"):
        network.estimate(core="all")


def test_a_simulated_training_is_bit_exact(
    network: presparse.Network, trained: presparse.Training, tmp_path: Path
) -> None:
    saved = tmp_path / "hardware.npz"
    found = network.simulate(samples=30, resume=trained, stalls=0.3, save=saved, build=tmp_path)
    golden = network.train(epochs=3, samples=30, resume=trained.save(tmp_path / "t.npz"))
    assert found.bit_exact and not found.differences
    assert found.parameters == golden.checkpoint.parameters
    assert len(found.predictions().labels) == 30
    assert "hardware and golden model are equal, bit for bit" in str(found)
    assert network.simulate(samples=30, build=tmp_path).clocks_per_sample == 9
    with pytest.raises(presparse.Error, match=r"^--from must be below the 30 samples, not 30$"):
        network.simulate(samples=30, wave=tmp_path / "a.vcd", wave_from=30, build=tmp_path)
    with pytest.raises(presparse.Error, match=r"^--wave must name a file that ends in \.vcd"):
        network.simulate(wave=tmp_path / "a.png")


def test_an_inference_core_predicts_as_the_golden_model(
    network: presparse.Network, trained: presparse.Training
) -> None:
    found = network.simulate(core="inference", constant=True, resume=trained)
    assert found.bit_exact
    wanted = trained.predictions()
    assert found.predictions().predictions.tolist() == wanted.predictions.tolist()
    assert found.correct.tolist() == [wanted.accuracy]


def test_benches_reports_and_models_are_written(
    network: presparse.Network, trained: presparse.Training, tmp_path: Path
) -> None:
    bench = network.bench(tmp_path / "bench", language="verilog", samples=7)
    assert (bench.samples, bench.bench[0].name) == (7, "bench.v")
    page = network.report(tmp_path / "r.html", resume=trained.save(tmp_path / "s.npz"))
    assert "slides_8_4_4" in page.read_text()
    assert network.export_onnx(tmp_path / "m.onnx", trained).stat().st_size > 0
    plan = network.build("nexys4", plan_only=True, output=tmp_path / "plan", samples=64)
    assert plan.plan is not None and Path(plan.plan).is_file()
    with pytest.raises(presparse.Error, match=r"^board must be one of nexys4, .*, not 'nexys5'$"):
        network.build("nexys5")
    with pytest.raises(presparse.Error, match=r"^unknown option 'sed'; known: "):
        network.build("nexys4", sed=1)


def test_synthesis_reports_what_yosys_found(
    network: presparse.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def synthesise(design: Any, device: Any, **options: Any) -> Any:
        asked.append((design.options.training, device.name, options))
        raise ValueError("stopped here")

    monkeypatch.setattr(in_hardware, "synthesise_core", synthesise)
    with pytest.raises(presparse.Error, match=r"^stopped here$"):
        network.synthesise(core="inference", bus="axi", build=tmp_path / "b")
    assert asked == [(False, "xc7a100t", {"bus": "axi", "folder": tmp_path / "b"})]


def test_designs_are_legal_networks_with_the_data_asked_for() -> None:
    found = presparse.design("digits", density=0.3, clocks=20, hidden=[(32,)])
    first = presparse.Network.of_file(found.network_file(0))
    assert first.file.data.name == "digits"
    assert first.estimate().estimate == found.designs[0].estimate
    assert "64-32-1" in str(found) and len(found) > 3
    alone = presparse.design(density=0.2, clocks=90, layers=[(784, 112, 10)], pipeline="medium")
    assert alone.network_file(0).target.pipeline == "medium"
    for options, message in (
        ({}, "data or layers must be given"),
        ({"data": "digts"}, "digits"),
        ({"data": "digits", "density": 2.0}, "density must be above 0 and at most 1, not 2"),
        ({"data": "digits", "core": "both"}, 'core must be "training" or "inference"'),
    ):
        with pytest.raises(presparse.Error) as told:
            presparse.design(**{"density": 0.3, "clocks": 20, **options})  # type: ignore[arg-type]
        assert message in str(told.value)
