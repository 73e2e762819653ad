"""Every experiment, quickly and to its end; and what a report says of figures made up for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from presparse.cli import main
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
from software_ref.loading import encode_dataset
from software_ref.network_file import read_network_file
from software_ref.training import golden_training

ROOT = Path(__file__).parents[3]
WITHOUT_FILES = ("digits", "morse")


def quick(name: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Run an experiment quickly with one seed, and return what its JSON says."""
    command = ["experiment", name, "--quick", "--seeds", "1", "--jobs", "1"]
    assert main([*command, "--results", str(folder), *arguments]) == 0
    assert (folder / f"{name}_quick.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / f"{name}_quick.md").read_text().startswith("> QUICK RUN: at most 1,000 ")
    document: dict[str, Any] = json.loads((folder / f"{name}_quick.json").read_text())
    return document


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name != "patterns"])
def test_it_runs_without_files(name: str, tmp_path: Path) -> None:
    sets = [each for each in load_experiment(name).SETS if each in WITHOUT_FILES]
    document = quick(name, tmp_path, "--sets", sets[-1])
    assert document["quick"] is True
    assert document["findings"] == []
    assert all(0 <= run["figures"].get("test_accuracy", 0) <= 1 for run in document["runs"])
    kept = {path.stem for path in (tmp_path / "runs").iterdir()}
    assert {run["run"] for run in document["runs"]} == kept


def needs_files(name: str) -> bool:
    """Whether an experiment's own choice of data sets has one that is a file."""
    return not set(load_experiment(name).DEFAULT_SETS) <= set(WITHOUT_FILES)


@pytest.mark.real_data
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if needs_files(name)])
def test_it_runs_on_real_data(name: str, tmp_path: Path, data_dir: Path) -> None:
    document = quick(name, tmp_path, "--data", str(data_dir))
    assert {key for key in document} >= {"claim", "findings", "runs", "seeds"}


def test_rows_of_a_quick_run_say_how_many_samples_it_took() -> None:
    for scale, few in ((Scale(), 1), (Scale(quick=True), 100)):
        different = {cell.key: i / 100 for i, cell in enumerate(morse.plan(scale))}
        made = morse.report(scale, made_up(morse, scale, different))
        rows = [row[0] for row in made.tables[1].rows]
        assert rows == [samples // few for samples in morse.SAMPLES]
        tasks: dict[Any, Any] = {cell.key: cell.task for cell in morse.plan(scale)}
        generated = [
            {"train_per_class": 5000, **tasks["samples", samples].data.options}["train_per_class"]
            for samples in morse.SAMPLES
        ]
        assert rows == generated


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


def made_up(
    experiment: Any, scale: Scale, accuracies: dict[Any, float], deviation: float = 0.0
) -> Results:
    """Results in which every cell has the accuracy of its key, or half where none is given.

    The seeds' mean is that accuracy, and of three seeds the deviation is their sample standard
    deviation.
    """
    cells = experiment.plan(scale)
    figures = []
    for cell in cells:
        seed = getattr(cell.task, "options", cell.task).seed
        share = accuracies.get(cell.key, 0.5)
        measured = share + deviation * (seed - 2)
        figures.append(
            {
                "test_accuracy": measured,
                "validation_accuracy": [0.1, measured],
                "train_accuracy": [0.9],
                "best_epoch": 1,
                "epochs": 10 + seed,
                "trainable": 1,
                "scatter": {"S_1^f": share},
                "weights": [{"below_tenth": measured, "largest": 1, "deviation": 1}] * 4,
            }
        )
    return gather(cells, figures)


MNIST = Scale(seeds=(1, 2, 3), sets=("mnist",))


@pytest.mark.parametrize(("loss", "verdict"), [(0.009, "holds"), (0.011, "does not hold")])
def test_density_claims_less_than_a_point_at_20_percent(loss: float, verdict: str) -> None:
    full, _, fifth, *_ = dict.fromkeys(cell.key for cell in density.plan(MNIST))
    report = density.report(MNIST, made_up(density, MNIST, {full: 0.98, fifth: 0.98 - loss}))
    assert report.findings[0].endswith(f"the claim {verdict}.")
    assert "at 20 % density" in report.findings[0]
    assert report.verdict == f"{verdict}: MNIST"
    assert tuple(report.tables[0].rows[0])[3:] == ("11 to 13", "98.0 ± 0.0")
    wide = made_up(density, MNIST, {full: 0.98, fifth: 0.98 - loss}, deviation=0.002)
    assert density.report(MNIST, wide).verdict == "stays open: MNIST"


def test_junctions_counts_pairs_of_equal_density() -> None:
    keys = [cell.key for cell in junctions.plan(MNIST)]
    better = made_up(junctions, MNIST, {key: 0.5 + float(key[2]) / 100 for key in keys})
    worse = made_up(junctions, MNIST, {key: 0.5 - float(key[2]) / 100 for key in keys})
    won, lost = junctions.report(MNIST, better), junctions.report(MNIST, worse)
    pairs = int(won.findings[0].split("of ")[1].split(" ")[0])
    assert pairs > 0
    assert (
        f"is better in {pairs}, worse in 0 and no different in 0; in the mean of all pairs it "
        "gains +" in won.findings[0]
    )
    assert f"is better in 0, worse in {pairs} and no different in 0" in lost.findings[0]
    assert won.verdict == "holds: MNIST"
    assert lost.verdict == "does not hold: MNIST"
    alike = junctions.report(MNIST, made_up(junctions, MNIST, {}, deviation=0.01))
    assert f"is better in 0, worse in 0 and no different in {pairs}" in alike.findings[0]
    assert alike.verdict == "stays open: MNIST"


def test_junctions_says_which_outputs_have_no_class() -> None:
    for name, remark in (("phonemes", True), ("mnist", False)):
        scale = Scale(seeds=(1, 2), sets=(name,))
        finding = junctions.report(scale, made_up(junctions, scale, {})).findings[0]
        assert (" 34 of its 39 outputs have no class" in finding) == remark


def test_redundancy_compares_the_losses() -> None:
    keys = [cell.key for cell in redundancy.plan(MNIST)]
    many = {key: 0.9 for key in keys if key[1] == "784 pixels"}
    few = {key: 0.9 if key[2] == 100 else 0.8 for key in keys if key[1] == "200 PCA"}
    holds = redundancy.report(MNIST, made_up(redundancy, MNIST, many | few))
    assert "0.0 ± 0.0 (784 pixels), 10.0 ± 0.0 (200 PCA). The less" in holds.findings[0]
    assert holds.findings[0].endswith("lose more by +10.0 ± 0.0 points: the claim holds.")
    assert "down to 1.98 % (784 pixels), 100 % (200 PCA)." in holds.findings[1]
    flat = redundancy.report(MNIST, made_up(redundancy, MNIST, {}))
    assert flat.verdict == "stays open: MNIST"
    few = {key: 0.9 for key in keys if key[1] == "200 PCA"}
    many = {key: 0.9 if key[2] == 100 else 0.8 for key in keys if key[1] == "784 pixels"}
    fails = redundancy.report(MNIST, made_up(redundancy, MNIST, many | few))
    assert fails.verdict == "does not hold: MNIST"
    noisy = redundancy.report(MNIST, made_up(redundancy, MNIST, {}, deviation=0.1))
    assert "down to 1.98 % (784 pixels), 1.9 % (200 PCA)." in noisy.findings[1]
    falling = {key: 0.9 if key[2] == 100 else 0.88 for key in keys}
    noisy = redundancy.report(MNIST, made_up(redundancy, MNIST, falling, deviation=0.1))
    assert "down to 100 % (784 pixels), 100 % (200 PCA)." in noisy.findings[1]


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
    assert all("the sparsest is the best" in finding for finding in report.findings)
    assert report.verdict.startswith("stays open: MNIST with the parameters of 10 dense")
    falling = {cell.key: 0.5 - float(cell.key[2]) / 1e4 for cell in cells}
    report = large_sparse.report(MNIST, made_up(large_sparse, MNIST, falling))
    assert all("the accuracy falls again" in finding for finding in report.findings)
    assert report.verdict.startswith("does not hold: MNIST with ")
    arch = {cell.key: 0.7 if 40 <= float(cell.key[2]) <= 160 else 0.5 for cell in cells}
    report = large_sparse.report(MNIST, made_up(large_sparse, MNIST, arch))
    assert report.verdict.startswith("holds: MNIST with ")
    slight = {key: 0.5 + share / 1000 for key, share in arch.items()}
    report = large_sparse.report(MNIST, made_up(large_sparse, MNIST, slight, deviation=0.002))
    assert all("no critical density shows" in finding for finding in report.findings)
    assert report.verdict.startswith("stays open: MNIST with ")


def test_regularisation_takes_lambda_by_validation() -> None:
    keys = [cell.key for cell in regularisation.plan(MNIST)]
    degrees = list(dict.fromkeys(key[2:] for key in keys))
    best = dict(zip(degrees, (1.1e-4, 5.5e-5, 0.0), strict=True))
    chosen = {key: 0.6 for key in keys if best[key[2:]] == key[1]}
    report = regularisation.report(MNIST, made_up(regularisation, MNIST, chosen))
    assert "0.00011 at 100 % (+10.0 ± 0.0 points from none), 5.5e-05 at" in report.findings[0]
    assert "the order of these lambdas is the claim's, which holds." in report.findings[0]
    small = made_up(regularisation, MNIST, chosen, deviation=0.1)
    assert regularisation.report(MNIST, small).verdict == "stays open: MNIST"
    best = dict(zip(degrees, (0.0, 5.5e-5, 1.1e-4), strict=True))
    chosen = {key: 0.6 for key in keys if best[key[2:]] == key[1]}
    report = regularisation.report(MNIST, made_up(regularisation, MNIST, chosen))
    assert "is not the claim's, which does not hold." in report.findings[0]


def test_patterns_sets_the_kinds_side_by_side() -> None:
    keys = [cell.key for cell in patterns.plan(MNIST)]
    accuracies = {"clash_free": 0.9, "structured": 0.895, "random": 0.88}
    given = {key: accuracies[str(key[1])] for key in keys if key[1] in accuracies}
    report = patterns.report(MNIST, made_up(patterns, MNIST, given))
    assert (
        "no different in 0 of 8 rows, better in 8 and worse in 0 (+0.5 ± 0.0"
        in (report.findings[0])
    )
    assert "is +2.0 ± 0.0 points and +2.0 ± 0.0 points." in report.findings[1]
    assert report.findings[2].endswith("are -9.8 to -3.3 points.")
    assert report.verdict.startswith("holds: clash-free as good as structured (MNIST), ")
    first, *_ = report.tables[0].rows
    assert first == ("80, 80, 80, 10", "80.2", "200, 25, 25, 4", "11 to 13",
                     "90.0 ± 0.0 (97.9 ± 0.2)", "89.5 ± 0.0 (97.9 ± 0.2)",
                     "88.0 ± 0.0 (97.8 ± 0.2)")  # fmt: skip
    given[("mnist", "clash_free", 1, 2, 2, 10)] = 0.885
    report = patterns.report(MNIST, made_up(patterns, MNIST, given, deviation=0.001))
    assert "worse in 1 (" in report.findings[0]
    assert "-1.0 ± 0.2 points at 2.2 %" in report.findings[0]
    assert report.verdict.startswith("does not hold: clash-free as good")
    assert len(report.tables[0].rows) == 8
    assert "test accuracy % (slides'); fully connected" in report.tables[0].title


def test_patterns_tells_top_5_accuracies_from_others() -> None:
    scale = Scale(seeds=(1,), sets=("cifar100",))
    keys = [cell.key for cell in patterns.plan(scale)]
    report = patterns.report(scale, made_up(patterns, scale, dict.fromkeys(keys, 0.5)))
    assert all("slides'" not in finding for finding in report.findings)
    ending = "(slides' top-5); fully connected 50.0 (87.1 ± 0.6)"
    assert report.tables[0].title.endswith(ending)


def test_weights_and_scatter_tell_of_their_measures() -> None:
    report = weights.report(MNIST, made_up(weights, MNIST, {("mnist",): 0.7}))
    assert report.findings[0].startswith("junction 1 of MNIST: 70 % of the weights")
    assert report.verdict == "holds: junction 1 of MNIST, junction 2 of MNIST"
    near = made_up(weights, MNIST, {("mnist",): 0.51}, deviation=0.05)
    assert weights.report(MNIST, near).verdict.startswith("stays open: junction 1 of MNIST")
    labels = list(dict.fromkeys(cell.key for cell in scatter.plan(MNIST)))
    rising = {key: 0.1 * place for place, key in enumerate(labels)}
    report = scatter.report(MNIST, made_up(scatter, MNIST, rising))
    assert (
        "accuracy is 1.00; best is planned, within the spread of it are no others."
        in report.findings[0]
    )
    assert report.verdict == (
        "holds: low scatter is worse (MNIST); does not hold: unplanned is better (MNIST)"
    )
    alike = scatter.report(MNIST, made_up(scatter, MNIST, rising, deviation=0.5))
    assert "within the spread of it are local; local, 0.03 swaps an edge; " in alike.findings[0]
    assert alike.verdict.startswith("stays open: low scatter is worse (MNIST), unplanned")


def test_morse_compares_with_the_published_table() -> None:
    scale = Scale(seeds=(1, 2, 3))
    published = {
        (variant, sigma): morse.PUBLISHED[variant][sigma] / 100
        for variant, sigma in morse.points(scale)
    }
    samples = {("samples", each): each / 1e5 for each in morse.SAMPLES}
    report = morse.report(scale, made_up(morse, scale, published | samples))
    *findings, gaps = report.findings
    assert [finding.split(": ")[-1] for finding in findings] == [
        "yes.",
        "yes.",
        "1.000.",
        "yes.",
    ]
    assert "in points: +0.0 to +0.0 (baseline), " in gaps
    assert report.verdict.startswith("holds: noise is harder, ")
    swapped = published | {("baseline", 0): 0.3}
    report = morse.report(scale, made_up(morse, scale, swapped))
    assert [finding.split(": ")[-1] for finding in report.findings][:2] == ["no.", "no."]
    assert "in points: -67.6 to +0.0 (baseline), " in report.findings[-1]
    report = morse.report(scale, made_up(morse, scale, published | samples, deviation=0.05))
    assert report.findings[0].endswith("in every variant: stays open.")


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


DIGITS = Scale(seeds=(1, 2, 3), sets=("digits",))


def trained(study: Any, accuracies: dict[str, float], deviation: float = 0.0) -> Results:
    """Results of a study in which every variant has the accuracy of its label, or half."""
    cells = study.plan(DIGITS)
    figures = []
    for cell in cells:
        share = accuracies.get(str(cell.key[1]), 0.5) + deviation * (cell.task.seed - 2)
        figures.append({"test_accuracy": share, "epochs": [{"test_accuracy": share}] * 3})
    return gather(cells, figures)


def concluded(
    study: Any, accuracies: dict[str, float], deviation: float = 0.0
) -> tuple[list[str], str]:
    """Findings without the problem they start with, and the verdict without its name."""
    report = study.report(DIGITS, trained(study, accuracies, deviation))
    return (
        [finding.removeprefix("8 x 8 digits, 64-40-10: ") for finding in report.findings],
        report.verdict.removesuffix(": 8 x 8 digits"),
    )


def test_formats_are_compared_with_floating_point() -> None:
    near = {"float": 0.9, "(1,3,8), 12 bits": 0.895, "(1,3,10), 14 bits": 0.899}
    assert concluded(formats, near) == (
        [
            "(1,3,8), 12 bits less floating point are -0.5 ± 0.0 points: that a point at most is "
            "lost holds; (1,3,8), 12 bits are the first within a point of it."
        ],
        "holds",
    )
    findings, verdict = concluded(formats, {"float": 0.9})
    assert "lost does not hold; none is within a point." in findings[0]
    assert verdict == "does not hold"
    assert concluded(formats, near, 0.01)[1] == "stays open"


def test_activations_are_alike_within_the_spread() -> None:
    better = {"sigmoid, fixed": 0.9, "ReLU, fixed, k + 2": 0.87}
    assert concluded(activations, better, 0.001) == (
        [
            "in fixed point the sigmoid less the best ReLU (ReLU, fixed, k + 2) is +3.0 ± 0.2 "
            "points: the claim holds."
        ],
        "holds",
    )
    findings, verdict = concluded(activations, better, 0.03)
    assert findings[0].endswith(" points, no difference: the claim stays open.")
    assert verdict == "stays open"


def test_updates_say_what_is_gained() -> None:
    gains = {"float": 0.92, "(1,3,4), 8 bits": 0.3, "(1,3,4), 8 bits, 8 random bits": 0.9}
    (first, *_, last), verdict = concluded(updates, gains)
    assert first.startswith(
        "against plain (1,3,4), 8 bits: stored in 4 bits more +20.0 ± 0.0 points; 8 random bits "
        "+60.0 ± 0.0 points; both"
    )
    assert last.endswith("8 random bits; less floating point it is -2.0 ± 0.0 points.")
    assert verdict == "does not hold"
    assert concluded(updates, {})[1] == "holds"


def test_outputs_find_the_fewest_bits() -> None:
    narrow = {"8 fraction bits": 0.9, "6 fraction bits": 0.9, "5 fraction bits": 0.899}
    narrow |= {"4 fraction bits": 0.897, "3 fraction bits": 0.89, "2 fraction bits": 0.899}
    (losses, enough), verdict = concluded(outputs, narrow)
    assert "; 4 fraction bits -0.3 ± 0.0 points; " in losses
    assert enough.startswith("down to 4 fraction bits nothing is lost beyond the spread, ")
    assert verdict == "no loss down to 4 fraction bits"
    assert concluded(outputs, narrow, 0.01)[1] == "no loss down to 2 fraction bits"


def test_lags_must_cost_nothing() -> None:
    late = {"shortest": 0.9, "the hardware's": 0.89, "128, 64": 0.6}
    findings, verdict = concluded(lags, late)
    assert "lags: the hardware's -1.0 ± 0.0 points; " in findings[0]
    assert findings[0].endswith("128, 64 -30.0 ± 0.0 points.")
    assert verdict == "does not hold"
    findings, verdict = concluded(lags, late, 0.01)
    assert "the hardware's -1.0 ± 2.3 points, no difference; " in findings[0]
    assert verdict == "holds"


def test_a_falling_rate_must_be_better_beyond_the_spread() -> None:
    falling = {"falling, fixed": 0.9, "2^-4, fixed": 0.88, "falling, float": 0.9}
    falling["2^-2, float"] = 0.9
    (fixed, floating), verdict = concluded(rates, falling)
    assert fixed.endswith("less the best constant one (2^-4, fixed) is +2.0 ± 0.0 points.")
    assert floating.endswith("(2^-2, float) is +0.0 ± 0.0 points, no difference.")
    assert verdict == "holds"
    assert concluded(rates, falling, 0.02)[1] == "stays open"


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
        ((0.8, 0.82), "the example is the best, at 90.0 ± 0.1 %."),
        ((0.9, 0.93), "the example has 90.0 ± 0.1 %: +1.5 ± 18.7 points, no difference."),
        ((0.955, 0.957), "the example has 90.0 ± 0.1 %: +5.6 ± 0.6 points."),
    ],
)
def test_the_choice_says_whether_another_is_better(best: tuple[float, float], verdict: str) -> None:
    scale = Scale(seeds=(1, 2), sets=("digits",))
    results: Results = {
        ("digits", 0): [{"test_accuracy": share} for share in (0.899, 0.901)],
        ("digits", 1): [{"test_accuracy": share} for share in best],
    }
    report = accurate.report(scale, results)
    assert len(report.findings) == 2
    assert all(verdict in finding for finding in report.findings)
    assert report.tables[0].title == "digits: 200 training samples held out"
    first, second = report.tables[0].rows
    assert first == ("64-40-10", "10, 10", "32, 20", "none", 1040, 20, "90.0 ± 0.1")
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
    side = "smaller" if full == 9.0 else "larger"
    assert f"w 2.0 against {full:.1f} ({side})" in report.findings[0]
    assert report.findings[0].endswith(f"the claim {verdict}.")
    assert report.tables[0].rows[-1][-1] == (4 if full == 9.0 else 1)
