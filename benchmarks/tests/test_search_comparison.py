"""The comparison of searches: every way on the same samples, kept as it goes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import dense_search, search_comparison
from benchmarks.command import exit_status
from hwgen.search import accuracy_task
from hwgen.search.tests.searches import points
from software_ref.network_file import NetworkFile

NETWORK = "[network]\nlayers = [12, 6, 3]\nout_degree = [3, 3]\nparallelism = [6, 3]\n"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    network = tmp_path / "network.toml"
    network.write_text(NETWORK)
    return [
        str(points(tmp_path)),
        *("--seeds", "2", "--trials", "3", "--epochs", "1", "--max-weights", "600"),
        *("--dense-seconds", "0.01", "--against", str(network)),
        *("--output", str(tmp_path / "kept"), "--json", str(tmp_path / "figures.json")),
        *("--picture", str(tmp_path / "picture.png")),
    ]


def _compare(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["search_comparison", *words])
    return exit_status(search_comparison.main)


def test_it_goes_on_from_what_is_kept(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trained = []
    golden_training = accuracy_task.golden_training

    def interrupted(file: NetworkFile, *rest: object, **options: object) -> object:
        if len(trained) == 2:
            raise KeyboardInterrupt
        trained.append(file)
        return golden_training(file, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(accuracy_task, "golden_training", interrupted)
        assert _compare(words, monkeypatch) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert not (tmp_path / "figures.json").exists()

    def once(file: NetworkFile, *rest: object, **options: object) -> object:
        assert file.network not in [each.network for each in trained]
        return golden_training(file, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(accuracy_task, "golden_training", once)
        assert _compare(words, monkeypatch) == 0
    found = json.loads((tmp_path / "figures.json").read_text())
    ways = ["search, 0.01 s", "search", "random", "fully connected", "network file", "dense, float"]
    for run in found["runs"]:
        assert list(run["points"]) == ways
        assert all(run["points"][name] for name in ways[1:])
        assert run["points"]["network file"][0]["parameters"] == 12 * 3 + 6 * 3 + 6 + 3
        assert run["trials"] == 3
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    capsys.readouterr()

    def never(*_: object, **__: object) -> object:
        raise AssertionError

    monkeypatch.setattr(accuracy_task, "golden_training", never)
    monkeypatch.setattr(dense_search, "MlpTrainer", never)
    assert _compare(words, monkeypatch) == 0
    assert json.loads((tmp_path / "figures.json").read_text()) == found
    assert "validation % with parameters up to" in capsys.readouterr().out


def test_a_twin_has_as_many_parameters(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Within half a hidden neuron of its sparse network, or it is as small as can be."""
    twins = []
    dense_twin = search_comparison._dense_twin

    def noted(trial: search_comparison.TrialRecord, features: int) -> NetworkFile:
        twins.append((trial, dense_twin(trial, features)))
        return twins[-1][1]

    monkeypatch.setattr(search_comparison, "_dense_twin", noted)
    assert _compare(words, monkeypatch) == 0
    assert twins
    for trial, twin in twins:
        network = twin.network
        assert network.out_degree == network.layers[1:]
        neuron = 12 + 3 + 1
        own = network.weights + network.biases
        assert abs(own - trial.figures["parameters"]) <= neuron / 2 or network.layers[1] == 1
