"""`presparse search`: a quick search, its files, and one line for whatever cannot be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hwgen.search.tests.searches import points
from presparse.cli import main
from software_ref.network_file import read_network_file


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a quick search of the digits leaves."""
    folder = tmp_path_factory.mktemp("quick")
    assert main(["search", "digits", "--quick", "--output", str(folder), *figures(folder)]) == 0
    return folder


def figures(folder: Path) -> list[str]:
    return ["--json", str(folder / "figures.json"), "--explain", "--test", "1"]


def test_a_quick_search_leaves_networks_picture_page_and_figures(quick: Path) -> None:
    document = json.loads((quick / "figures.json").read_text())
    assert len(document["trials"]) == 8
    assert not document["interrupted"]
    networks = sorted(quick.glob("digits_*.toml"))
    assert len(networks) == len(document["front"]) == len(document["test"]) >= 1
    by_number = {each["number"]: each for each in document["trials"]}
    for path, number, tested in zip(networks, document["front"], document["test"], strict=True):
        found = read_network_file(path)
        assert list(found.network.layers) == by_number[number]["network"]["network"]["layers"]
        assert tested["trial"] == number
        assert 0 <= tested["test_accuracy"][0] <= 1
    assert max(each["figures"]["accuracy"] for each in document["trials"]) > 0.8
    assert (quick / "digits.png").read_bytes().startswith(b"\x89PNG")
    assert "<!DOCTYPE html>" in (quick / "digits.html").read_text(encoding="utf-8")
    assert document["guidelines"]
    assert document["filter"]


def test_train_gives_a_network_of_the_front_the_same_accuracies(
    quick: Path, tmp_path: Path
) -> None:
    document = json.loads((quick / "figures.json").read_text())
    trial = next(each for each in document["trials"] if each["number"] == document["front"][0])
    held, figures = str(document["plan"]["hold_out"]), tmp_path / "train.json"
    network = str(quick / "digits_01.toml")
    words = ["--hold-out", held, "--no-float", "--json", str(figures)]
    assert main(["train", network, *words]) == 0
    epochs = json.loads(figures.read_text())["epochs"]
    found = [[each["train_accuracy"], each["test_accuracy"]] for each in epochs]
    assert found == trial["epochs"]


def test_the_same_command_goes_on_and_trains_nothing_again(
    quick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = json.loads((quick / "figures.json").read_text())["trials"]
    again = quick / "again.json"
    assert main(["search", "digits", "--quick", "--output", str(quick), "--json", str(again)]) == 0
    assert json.loads(again.read_text())["trials"] == before
    assert f"going on after 8 trials in sqlite:///{quick}/study.db" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "error: .*nowhere.*"),
        (["digits", "--max-weights", "50"], "error: weights must be allowed to be .*"),
        (["digits", "--max-lut", "300"], "error: no network of the space fits: .*"),
        (["digits", "--max-clocks", "3"], "error: clocks a sample must be allowed to .*"),
        (["digits", "--objectives", "fame"], "error: objectives must be of accuracy, .*'fame'"),
        (["digits", "--objectives", "epochs"], "error: --reach names .*: give both, or neither"),
        (["digits", "--storage", "nonsense"], "error: --storage must be a URL such as .*"),
        (["digits", "--storage", "what://nonsense"], "error: .*storage.*"),
        (["digits", "--storage", "sqlite:////none/x.db"], "error: --storage .* no folder /none"),
        (
            ["digits", "--storage", "postgresql://me:secret@127.0.0.1:1/x"],
            r"error: the storage postgresql(\+psycopg)?://me@127\.0\.0\.1:1/x .*",
        ),
        (["digits", "--fix", "rate"], "error: argument --fix: must be NAME=VALUE, .*"),
        (["digits", "--scheduler", "tcp://127.0.0.1:1"], "error: --scheduler must be .*"),
        (["digits", "--hold-out", "99999"], "error: digits: the number of samples held out .*"),
    ],
)
def test_what_cannot_be_is_one_line(
    words: list[str], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import re

    quick = ["--quick", "--output", str(tmp_path / "out")]
    assert main(["search", *words, *quick]) == 2
    error = capfd.readouterr().err
    assert re.fullmatch(f"presparse: {message}\n", error), error
    assert "secret" not in error
    assert not list(tmp_path.rglob("*.toml"))


def test_samples_of_one_class_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = points(tmp_path, classes=1)
    assert main(["search", str(path), "--quick", "--output", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        f"presparse: error: {path.name}: a search needs samples of two classes or more, but all "
        "90 training samples are of one\n"
    )


def test_without_optuna_a_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["search", "digits", "--quick", "--output", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("presparse: error: presparse search needs optuna, which cannot be ")
    assert error.endswith("install it with pip install optuna\n")


def _searching(folder: Path, trials: int) -> subprocess.Popen[bytes]:
    words = ["search", "digits", "--quick", "--trials", str(trials), "--output", str(folder)]
    return subprocess.Popen(
        [sys.executable, "-m", "presparse", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_two_processes_share_a_study_and_one_is_killed(tmp_path: Path) -> None:
    """All that was finished is there, and what the killed one was at is finished by the other."""
    from hwgen.search.storage import load_optuna

    url = f"sqlite:///{tmp_path / 'study.db'}"
    victim, other = _searching(tmp_path, 40), _searching(tmp_path, 40)
    optuna = load_optuna()

    def trials() -> list[object]:
        study = optuna.load_study(study_name="digits", storage=url)
        return study.get_trials(deepcopy=False)

    def of(process: subprocess.Popen[bytes], state: str) -> Iterator[int]:
        for each in trials():
            owner = each.user_attrs.get("owner", {})
            if each.state.name == state and owner.get("process") == process.pid:
                yield each.number

    end = time.monotonic() + 600
    before: list[int] = []
    while len(before) < 3 or not list(of(victim, "RUNNING")):
        assert time.monotonic() < end
        time.sleep(0.05)
        try:
            before = list(of(victim, "COMPLETE"))
        except Exception:  # the study is not there yet
            continue
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    lost = [each for each in trials() if each.state.name == "RUNNING"]
    lost = [each for each in lost if each.user_attrs.get("owner", {}).get("process") == victim.pid]
    done = {each.number for each in trials() if each.state.name == "COMPLETE"}
    assert other.wait(600) == 0
    after = trials()
    complete = {each.number for each in after if each.state.name == "COMPLETE"}
    assert done <= complete
    assert len(complete) >= 40
    assert not [each for each in after if each.state.name == "RUNNING"]
    for each in lost:  # trained by the other, with the same values
        assert any(
            again.params == each.params and again.number in complete
            for again in after
            if again.number != each.number
        )


def test_a_network_file_names_data_and_target(tmp_path: Path) -> None:
    path = points(tmp_path)
    network = tmp_path / "net.toml"
    network.write_text(
        "[network]\nlayers = [12, 4, 3]\nout_degree = [1, 3]\nparallelism = [1, 1]\n"
        f'[data]\nname = "{path.name}"\ntrain = 60\n[target]\ndevice = "xc7a35t"\n'
    )
    words = ["--quick", "--trials", "2", "--output", str(tmp_path / "out"), "--study", "mine"]
    assert main(["search", str(network), *words]) == 0
    found = read_network_file(next((tmp_path / "out").glob("mine_*.toml")))
    assert found.target.device == "xc7a35t"
    assert found.data.train == 60
    assert Path(found.data.name) == path
    assert np.load(found.data.name)["x_train"].shape == (90, 12)
