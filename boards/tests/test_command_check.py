"""`presparse check --board`: what fits and how fast, from the data set's own samples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from boards.bitstream.board_build import coded_lengths
from boards.platforms.boards import BOARDS
from boards.store.capacity import block_rams, largest_store, most_samples, store_for
from boards.store.input_plan import stored_code
from presparse.cli import main
from software_ref.core_plan import CorePlan
from software_ref.loading import load_training_data
from software_ref.network_file import read_network_file

DIGITS = Path(__file__).parents[2] / "examples" / "digits.toml"


def test_digits_fit_and_the_core_sets_their_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, picture = tmp_path / "check.json", tmp_path / "roofs.svg"
    options = ["--board", "ulx3s", "--json", str(target), "--picture", str(picture)]
    assert main(["check", str(DIGITS), *options]) == 0
    document = json.loads(target.read_text())
    file = read_network_file(DIGITS)
    core, data = CorePlan.from_file(file), load_training_data(file, None)
    lengths = coded_lengths(core, stored_code(core), data)
    found = document["board"]
    memory, beside = found["memories"]
    assert (memory["memory"], beside["memory"]) == ("block RAM", "32 MB SDRAM")
    assert found["samples_known"] == memory["samples"] == len(lengths) == 1797
    width = stored_code(core).width
    assert found["bytes_per_sample"] == pytest.approx(np.mean(lengths) * width / 8)
    assert memory["limit"] == "core"
    assert memory["from_store"] == 40e6 / core.schedule.period
    assert document["schedule"]["period"] == core.schedule.period
    said = capsys.readouterr().out
    assert f"{found['bytes_per_sample']:.1f} bytes a sample in the mean of 1,797" in said
    assert picture.read_text(encoding="utf-8").count("bytes a sample")


def test_without_the_data_a_sample_is_taken_to_have_no_zeros(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.toml"
    path.write_text(DIGITS.read_text().replace('name = "digits"', 'name = "mnist"'))
    assert main(["check", str(path), "--board", "nexys4"]) == 0
    assert "78.0 bytes a sample at most; the data set is not at hand" in capsys.readouterr().out


def test_options_of_a_board_need_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(DIGITS), "--picture", "roofs.svg"]) == 2
    assert "--picture must stand beside --board" in capsys.readouterr().err
    command = ["check", str(DIGITS), "--board", "basys3", "--memory", "flash"]
    assert main([*command, "--picture", "roofs.svg"]) == 2
    assert "--memory must be block on the Digilent Basys 3, not flash" in capsys.readouterr().err
    assert main(command) == 2
    assert "--memory must stand beside --picture" in capsys.readouterr().err


def test_the_roofs_of_a_flash(tmp_path: Path) -> None:
    picture = tmp_path / "roofs.svg"
    command = ["check", str(DIGITS), "--board", "nexysa7", "--memory", "flash"]
    assert main([*command, "--picture", str(picture)]) == 0
    assert "16 MB quad-SPI flash" in picture.read_text(encoding="utf-8")


def test_a_store_is_as_large_as_its_samples_need() -> None:
    core, device = CorePlan.from_file(read_network_file(DIGITS)), BOARDS["nexys4"].part.device
    code = stored_code(core)
    sure = most_samples(core, device)
    whole = largest_store(core, device)
    rng = np.random.default_rng(1)
    few, many = (rng.integers(2, code.most_words, count) for count in (100, 20 * sure))
    assert largest_store(core, device, sure).room >= sure * code.most_words
    store = store_for(core, device, few)
    assert (store.samples, store.room) == (100, max(few.sum(), code.most_words))
    store = store_for(core, device, many)
    assert sure < store.samples < len(many)
    assert many[: store.samples].sum() <= store.room
    assert store.words == whole.words
    more = code.width * whole.words // 8
    assert block_rams(whole.words, code.width) * 2048 >= more
