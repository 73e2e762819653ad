"""The last TAIL training samples of an epoch, counted by the board's logic and read by the host."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from boards.design import BoardDesign
from boards.host.messages import EpochRecord
from boards.host.stored_training import StoredTraining
from boards.link.commands import State
from boards.link.payloads import NEVER, TAIL
from boards.run.pass_counters import PassCounters
from boards.run.runner import Runner
from boards.tests.simulation import simulate
from hwgen.core.design import CoreDesign
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData


def test_counters_know_the_last_ones_of_every_pass() -> None:
    rng = np.random.default_rng(1)
    counters, found, wanted = PassCounters(11), [], []

    async def passes(ctx) -> None:
        predictions = 0
        for count in (TAIL + 1, 3, TAIL, TAIL - 1, 1, TAIL + 5):
            certain = max(0, count - TAIL) + 1  # those outside the tail and its first one
            correct = [*[True] * certain, *(rng.random(count - certain) < 0.5).tolist()]
            ctx.set(counters.count, count)
            ctx.set(counters.begin, 1)
            await ctx.tick()
            ctx.set(counters.begin, 0)
            ctx.set(counters.prediction, 1)
            for right in correct:
                ctx.set(counters.correct, right)
                await ctx.tick()
            ctx.set(counters.prediction, 0)
            predictions += count
            outputs = (counters.right, counters.tail_right, counters.all_predictions)
            found.append([ctx.get(signal) for signal in outputs])
            wanted.append([sum(correct), sum(correct[-TAIL:]), predictions])

    simulate(counters, passes)
    assert found == wanted


@pytest.mark.parametrize(("train", "whole"), [(TAIL - 1, TAIL - 1), (TAIL + 2, TAIL)])
def test_the_runner_says_how_many_they_are(network: Network, train: int, whole: int) -> None:
    """Every third prediction is right; the core of this bench answers a clock later."""
    design = BoardDesign(core=CoreDesign(network=network), clock_hz=18_000_000, samples=2048)
    runner, found = Runner(design), []
    settings = {"end_epoch": 1, "train_count": train, "test_first": train, "test_count": 2}

    async def core(ctx) -> None:
        for name, value in settings.items():
            ctx.set(getattr(runner.configuration, name), value)
        ctx.set(runner.rate.first_epoch, NEVER)
        ctx.set(runner.requests.ready, 1)
        ctx.set(runner.start, 1)
        predicted = 0
        while not ctx.get(runner.recorded):
            asked = ctx.get(runner.requests.valid)
            await ctx.tick()
            ctx.set(runner.start, 0)
            ctx.set(runner.taken, asked)
            ctx.set(runner.prediction, asked)
            ctx.set(runner.correct, predicted % 3 == 0)
            predicted += asked
        outputs = (runner.train_right, runner.tail_right, runner.tail, runner.test_right)
        found.extend(ctx.get(signal) for signal in outputs)

    simulate(runner, core)
    right = [number % 3 == 0 for number in range(train + 2)]
    assert found == [sum(right[:train]), sum(right[:train][-TAIL:]), whole, sum(right[train:])]


@pytest.mark.parametrize(("train", "share"), [(TAIL - 1, 500 / (TAIL - 1)), (TAIL + 1, 0.5)])
def test_the_host_takes_its_share_of_as_many(network: Network, train: int, share: float) -> None:
    data = TrainingData(
        train_features=np.zeros((train, 12), int),
        train_labels=np.zeros(train, int),
        test_features=np.zeros((4, 12), int),
        test_labels=np.zeros(4, int),
    )
    record = EpochRecord(epoch=3, train=800, tail=500, test=1)
    board = SimpleNamespace(
        store=SimpleNamespace(read_only=False, image=lambda features, labels: None),
        status=lambda: SimpleNamespace(epochs=1, state=State(0), damaged=0),
        history=lambda first, count: [record],
    )
    (result,) = StoredTraining(board, NetworkFile(network=network), data).follow()
    assert (result.train_accuracy, result.test_accuracy) == (share, 0.25)
