"""Every experiment, quickly and to its end; and what a report says of figures made up for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from software_ref.cli import main
from software_ref.commands.loading import encode_dataset
from software_ref.experiments.claims import (
    accurate,
    activations,
    density,
    dynamic_range,
    formats,
    junctions,
    lags,
    large_sparse,
    metrics,
    morse,
    outputs,
    patterns,
    rates,
    redundancy,
    regularisation,
    scatter,
    updates,
    weights,
)
from software_ref.experiments.data_spec import DataSpec, load_data
from software_ref.experiments.experiment import Results, gather
from software_ref.experiments.golden_task import GoldenTask
from software_ref.experiments.registry import EXPERIMENTS, load_experiment
from software_ref.experiments.scale import Scale
from software_ref.experiments.task import identity
from software_ref.experiments.training_task import TrainingTask
from software_ref.network_file import read_network_file
from software_ref.training import golden_training

ROOT = Path(__file__).parents[3]
WITHOUT_FILES = ("digits", "morse")


def quick(name: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Run an experiment quickly with one seed, and return what its JSON says."""
    command = ["experiment", name, "--quick", "--seeds", "1", "--jobs", "1"]
    assert main([*command, "--results", str(folder), *arguments]) == 0
    assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / f"{name}.md").read_text().startswith("**")
    document: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return document


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name != "patterns"])
def test_it_runs_without_files(name: str, tmp_path: Path) -> None:
    sets = [each for each in load_experiment(name).SETS if each in WITHOUT_FILES]
    document = quick(name, tmp_path, "--sets", sets[-1])
    assert document["quick"] is True
    assert document["findings"]
    assert all(0 <= run["figures"].get("test_accuracy", 0) <= 1 for run in document["runs"])
    kept = {path.stem for path in (tmp_path / "runs").iterdir()}
    assert {run["run"] for run in document["runs"]} == kept


@pytest.mark.real_data
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_it_runs_on_real_data(name: str, tmp_path: Path, data_dir: Path) -> None:
    document = quick(name, tmp_path, "--data", str(data_dir))
    assert {key for key in document} >= {"claim", "findings", "runs", "seeds"}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_plan_has_a_task_for_every_seed_and_no_illegal_network(name: str) -> None:
    experiment = load_experiment(name)
    sets = tuple(each for each in experiment.SETS if each != "cifar100")
    cells = experiment.plan(Scale(seeds=(1, 2), sets=sets))
    by_key: dict[Any, list[Any]] = {}
    for cell in cells:
        by_key.setdefault(cell.key, []).append(cell.task)
    for key, tasks in by_key.items():
        if key[0] == "metrics":
            continue
        seeds = [getattr(task, "options", task).seed for task in tasks]
        assert seeds == [1, 2]
        assert len({identity(task) for task in tasks}) == 2
    # One seed's patterns are drawn: what is illegal is refused there.
    for tasks in by_key.values():
        if isinstance(tasks[0], TrainingTask):
            shapes = [(pattern.left, pattern.right) for pattern in tasks[0].patterns()]
            assert [left for left, _ in shapes] == list(tasks[0].layers[:-1])
        if isinstance(tasks[0], GoldenTask):
            assert tasks[0].network_file().network.layers == tasks[0].layers


def made_up(experiment: Any, scale: Scale, accuracies: dict[Any, float]) -> Results:
    """Results in which every cell has the accuracy of its key, or half where none is given."""
    cells = experiment.plan(scale)
    return gather(
        cells,
        [
            {
                "test_accuracy": accuracies.get(cell.key, 0.5),
                "validation_accuracy": [0.1, accuracies.get(cell.key, 0.5)],
                "train_accuracy": [0.9],
                "best_epoch": 1,
                "trainable": 1,
                "scatter": {"S_1^f": accuracies.get(cell.key, 0.5)},
                "weights": [
                    {"below_tenth": accuracies.get(cell.key, 0.5), "largest": 1, "deviation": 1}
                ]
                * 4,
            }
            for cell in cells
        ],
    )


MNIST = Scale(seeds=(1,), sets=("mnist",))


@pytest.mark.parametrize(("loss", "verdict"), [(0.009, "holds"), (0.011, "does not hold")])
def test_density_claims_less_than_a_point_at_20_percent(loss: float, verdict: str) -> None:
    keys = [cell.key for cell in density.plan(MNIST)]
    full, _, fifth = keys[:3]
    report = density.report(MNIST, made_up(density, MNIST, {full: 0.98, fifth: 0.98 - loss}))
    assert report.findings[0].endswith(f"the claim {verdict}.")
    assert "at 20 % density" in report.findings[0]


def test_junctions_counts_pairs_of_equal_density() -> None:
    keys = [cell.key for cell in junctions.plan(MNIST)]
    better = made_up(junctions, MNIST, {key: 0.5 + float(key[2]) / 100 for key in keys})
    worse = made_up(junctions, MNIST, {key: 0.5 - float(key[2]) / 100 for key in keys})
    won, lost = junctions.report(MNIST, better), junctions.report(MNIST, worse)
    pairs = int(won.findings[0].split("of ")[1].split(" ")[0])
    assert pairs > 0
    assert f"is better in {pairs}, by +" in won.findings[0]
    assert "is better in 0, by -" in lost.findings[0]


def test_redundancy_compares_the_losses() -> None:
    keys = [cell.key for cell in redundancy.plan(MNIST)]
    many = {key: 0.9 for key in keys if key[1] == "784 pixels"}
    few = {key: 0.9 if key[2] == 100 else 0.8 for key in keys if key[1] == "200 PCA"}
    holds = redundancy.report(MNIST, made_up(redundancy, MNIST, many | few))
    assert "0.0 (784 pixels), 10.0 (200 PCA); the claim holds" in holds.findings[0]
    flat = redundancy.report(MNIST, made_up(redundancy, MNIST, {}))
    assert "the claim does not hold" in flat.findings[0]


def test_large_sparse_keeps_parameter_counts_and_finds_the_critical_density() -> None:
    cells = large_sparse.plan(MNIST)
    counts: dict[Any, list[int]] = {}
    for cell in cells:
        assert isinstance(cell.task, TrainingTask)
        (left, right, last), (d1, d2) = cell.task.layers, cell.task.out_degree
        counts.setdefault(cell.key[1], []).append(left * d1 + right * d2 + right + last)
    assert len(counts) == 2
    for each in counts.values():
        assert len(each) >= 4
        assert max(each) / each[0] < 1.16
        assert min(each) / each[0] > 0.84
    rising = {cell.key: 0.5 + float(cell.key[2]) / 1e4 for cell in cells}
    report = large_sparse.report(MNIST, made_up(large_sparse, MNIST, rising))
    assert all("and the largest is the best" in finding for finding in report.findings)
    falling = {cell.key: 0.5 - float(cell.key[2]) / 1e4 for cell in cells}
    report = large_sparse.report(MNIST, made_up(large_sparse, MNIST, falling))
    assert all("the accuracy falls again" in finding for finding in report.findings)


def test_regularisation_takes_lambda_by_validation() -> None:
    keys = [cell.key for cell in regularisation.plan(MNIST)]
    degrees = list(dict.fromkeys(key[2:] for key in keys))
    best = dict(zip(degrees, (1.1e-4, 5.5e-5, 0.0), strict=True))
    chosen = {key: 0.6 for key in keys if best[key[2:]] == key[1]}
    report = regularisation.report(MNIST, made_up(regularisation, MNIST, chosen))
    assert "0.00011 at 100 %, 5.5e-05 at 39.8 %, 0 at 11.1 %" in report.findings[0]
    assert (
        "the order of the claim holds, with gains over no penalty of +10.0, +10.0, +0.0"
        in (report.findings[0])
    )
    report = regularisation.report(MNIST, made_up(regularisation, MNIST, {}))
    assert "the order of the claim does not hold" in report.findings[0]


def test_patterns_sets_the_kinds_side_by_side() -> None:
    keys = [cell.key for cell in patterns.plan(MNIST)]
    accuracies = {"clash_free": 0.9, "structured": 0.895, "random": 0.88}
    given = {key: accuracies[str(key[1])] for key in keys if key[1] in accuracies}
    report = patterns.report(MNIST, made_up(patterns, MNIST, given))
    assert "structured is +0.5 to +0.5 points" in report.findings[0]
    assert "is +2.0 and +2.0 points" in report.findings[0]
    first, *_ = report.tables[0].rows
    assert first == ("80, 80, 80, 10", "80.2", "200, 25, 25, 4", "90.0 (97.9 ± 0.2)",
                     "89.5 (97.9 ± 0.2)", "88.0 (97.8 ± 0.2)")  # fmt: skip
    assert len(report.tables[0].rows) == 8
    assert "test accuracy % (slides'); fully connected" in report.tables[0].title


def test_patterns_tells_top_5_accuracies_from_others() -> None:
    scale = Scale(seeds=(1,), sets=("cifar100",))
    keys = [cell.key for cell in patterns.plan(scale)]
    report = patterns.report(scale, made_up(patterns, scale, dict.fromkeys(keys, 0.5)))
    ending = "(slides' top-5); fully connected 50.0 (87.1 ± 0.6)"
    assert report.tables[0].title.endswith(ending)


def test_weights_and_scatter_tell_of_their_measures() -> None:
    report = weights.report(MNIST, made_up(weights, MNIST, {("mnist",): 0.7}))
    assert report.findings[0].startswith("MNIST, junction 1: 70 % of the weights")
    labels = list(dict.fromkeys(cell.key for cell in scatter.plan(MNIST)))
    rising = {key: 0.1 * place for place, key in enumerate(labels)}
    report = scatter.report(MNIST, made_up(scatter, MNIST, rising))
    assert "accuracy is 1.00; best is planned" in report.findings[0]


def test_morse_compares_with_the_published_table() -> None:
    scale = Scale(seeds=(1,))
    published = {
        (variant, sigma): morse.PUBLISHED[variant][sigma] / 100
        for variant, sigma in morse.points(scale)
    }
    samples = {("samples", each): each / 1e5 for each in morse.SAMPLES}
    report = morse.report(scale, made_up(morse, scale, published | samples))
    assert [finding.split(": ")[-1] for finding in report.findings] == [
        "yes.",
        "yes.",
        "1.000.",
        "yes.",
    ]
    swapped = published | {("baseline", 0): 0.3}
    report = morse.report(scale, made_up(morse, scale, swapped))
    assert [finding.split(": ")[-1] for finding in report.findings][:2] == ["no.", "no."]


def test_metrics_correlate_with_accuracy() -> None:
    scale = Scale(seeds=(1, 2))
    cells = metrics.plan(scale)
    points = morse.points(scale)
    assert [cell.key for cell in cells if cell.key[0] == "metrics"] == [
        ("metrics", *point) for point in points
    ]
    figures = []
    for cell in cells:
        point = cell.key[1:] if cell.key[0] == "metrics" else cell.key
        value = points.index(point) / 100  # type: ignore[arg-type]
        figures.append(
            dict.fromkeys(metrics.METRICS, value)
            if cell.key[0] == "metrics"
            else {"test_accuracy": 0.9 - value}
        )
    report = metrics.report(scale, gather(cells, figures))
    assert all("r is -1.00 with the accuracies measured here" in each for each in report.findings)


DIGITS = Scale(seeds=(1,), sets=("digits",))


def trained(study: Any, accuracies: dict[str, float]) -> Results:
    """Results of a study in which every variant has the accuracy of its label, or half."""
    cells = study.plan(DIGITS)
    figures = []
    for cell in cells:
        share = accuracies.get(str(cell.key[1]), 0.5)
        figures.append({"test_accuracy": share, "epochs": [{"test_accuracy": share}] * 3})
    return gather(cells, figures)


def test_studies_of_the_numbers_say_what_holds() -> None:
    near = {"float": 0.9, "(1,3,8), 12 bits": 0.895, "(1,3,10), 14 bits": 0.899}
    finding = formats.report(DIGITS, trained(formats, near)).findings[0]
    assert finding.endswith(
        "(1,3,8), 12 bits are -0.5 points from floating point: the claim holds; (1,3,8), 12 bits "
        "are the first within a point of floating point."
    )
    far = formats.report(DIGITS, trained(formats, {"float": 0.9})).findings[0]
    assert "the claim does not hold; none is." in far
    better = {"sigmoid, fixed": 0.9, "ReLU, fixed, k + 2": 0.87}
    finding = activations.report(DIGITS, trained(activations, better)).findings[0]
    assert "is +3.0 points from the best ReLU (ReLU, fixed, k + 2): the claim holds." in finding
    alike = {"sigmoid, fixed": 0.9, "ReLU, fixed, k + 2": 0.9}
    finding = activations.report(DIGITS, trained(activations, alike)).findings[0]
    assert finding.endswith("(ReLU, fixed, k + 2): that is within their spread.")
    gains = {"float": 0.92, "(1,3,4), 8 bits": 0.3, "(1,3,4), 8 bits, 8 random bits": 0.9}
    first, *_, last = updates.report(DIGITS, trained(updates, gains)).findings
    assert "plain (1,3,4), 8 bits: stored in 4 bits more +20.0, 8 random bits +60.0, both" in first
    assert last.endswith("8 random bits, -2.0 points from floating point.")
    narrow = {"8 fraction bits": 0.9, "4 fraction bits": 0.897}
    losses, enough = outputs.report(DIGITS, trained(outputs, narrow)).findings
    assert "4 fraction bits -0.3" in losses
    assert enough.endswith(": 4 fraction bits are enough.")
    late = {"shortest": 0.9, "the hardware's": 0.89, "128, 64": 0.6}
    finding = lags.report(DIGITS, trained(lags, late)).findings[0]
    assert "-1.0 (the hardware's)" in finding
    assert finding.endswith("-30.0 (128, 64).")
    falling = {"falling, fixed": 0.9, "2^-4, fixed": 0.88}
    finding = rates.report(DIGITS, trained(rates, falling)).findings[0]
    assert "is +2.0 points from the best constant one (2^-4, fixed)." in finding


def test_the_choice_of_sizes_starts_from_the_example_and_leaves_the_test_samples_out() -> None:
    file = read_network_file(ROOT / "examples" / "mnist_accurate.toml")
    task = accurate.EXAMPLES["mnist"]
    made = task.network_file()
    assert (made.network, made.training) == (file.network, file.training)
    cells = accurate.plan(Scale(seeds=(1,)))
    assert cells[0].task == task
    assert len({identity(cell.task) for cell in cells}) == len(cells)
    for cell in cells:
        assert isinstance(cell.task, GoldenTask)
        assert cell.task.data == DataSpec(name="mnist", validation=10_000)


def test_a_task_with_validation_samples_is_tested_on_them() -> None:
    task = replace(accurate.EXAMPLES["digits"], epochs=1)
    dataset = load_data(task.data, None)
    held_out = replace(dataset, x_test=dataset.x_validation, y_test=dataset.y_validation)
    network = task.network_file()
    encoded = encode_dataset(held_out, network.network)
    (epoch,) = golden_training(network, encoded, (6, 2)).epochs()
    assert len(encoded.test_labels) == 200
    assert task.run(None)["test_accuracy"] == epoch.test_accuracy


@pytest.mark.parametrize(
    ("best", "verdict"),
    [
        ((0.8, 0.82), "the example is the best, at 90.0 ± 1.4 %."),
        ((0.9, 0.93), "points from the example, which has 90.0 ± 1.4 %: that is within"),
        ((0.95, 0.96), "points from the example, which has 90.0 ± 1.4 %: that is beyond"),
    ],
)
def test_the_choice_says_whether_another_is_better(best: tuple[float, float], verdict: str) -> None:
    scale = Scale(seeds=(1, 2), sets=("digits",))
    results: Results = {
        ("digits", 0): [{"test_accuracy": share} for share in (0.89, 0.91)],
        ("digits", 1): [{"test_accuracy": share} for share in best],
    }
    report = accurate.report(scale, results)
    assert len(report.findings) == 2
    assert all(verdict in finding for finding in report.findings)
    assert report.tables[0].title == "digits: 200 training samples held out"
    first, second = report.tables[0].rows
    assert first == ("64-40-10", "10, 10", "32, 20", "none", 1040, 20, "90.0 ± 1.4")
    assert second[3] == "from 2^-4"


@pytest.mark.parametrize(
    ("full", "verdict"), [(9.0, "holds for all of them"), (1.0, "does not hold")]
)
def test_dynamic_range_compares_the_largest_magnitudes(full: float, verdict: str) -> None:
    cells = dynamic_range.plan(DIGITS)
    figures = []
    for cell in cells:
        largest = full if cell.key[1] == 40 else 2.0
        ranges = {"minimum": -largest, "maximum": 0.5, "count": 1}
        junction = dict.fromkeys(dynamic_range.OBSERVED, ranges)
        figures.append({"test_accuracy": 0.5, "ranges": [junction, junction]})
    report = dynamic_range.report(DIGITS, gather(cells, figures))
    assert f"w 2.0 against {full:.1f}" in report.findings[0]
    assert report.findings[0].endswith(f"the claim {verdict}.")
    assert report.tables[0].rows[-1][-1] == (4 if full == 9.0 else 1)
