"""The golden trainer: all junctions of a network, step by step in the exact order of updates."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.golden.edges import Edges, Pattern, edges_of
from software_ref.golden.inference import feedforward_batches
from software_ref.golden.junction import GoldenJunction, exact_dtype
from software_ref.golden.parameters import Parameters
from software_ref.golden.samples import Progress, RunResult, Samples, check_features
from software_ref.network import Network
from software_ref.sample_trainer import SampleTrainer

__all__ = [
    "GoldenTrainer",
    "Observer",
    "SaturationCounts",
    "SequenceTrainer",
    "check_exchange",
    "check_lags",
    "given_edges",
    "minimum_lags",
]

CHUNK = 256
"""Samples between two calls of `progress`."""


@dataclass(frozen=True, kw_only=True)
class SaturationCounts:
    """How many values saturation has changed so far; entry i - 1 counts for junction i."""

    ff: tuple[int, ...]
    """Pre-activations s_i, of training and inference samples."""
    bp: tuple[int, ...]
    """Deltas delta_i of hidden layers; the last entry is always 0."""
    up: tuple[int, ...]
    """Updated weights and biases."""

    @classmethod
    def none(cls, junctions: int) -> SaturationCounts:
        """Counts of 0."""
        zeros = (0,) * junctions
        return cls(ff=zeros, bp=zeros, up=zeros)

    def __add__(self, other: SaturationCounts) -> SaturationCounts:
        """Sums, count by count."""
        return self._combined(other, 1)

    def __sub__(self, other: SaturationCounts) -> SaturationCounts:
        """Differences, count by count."""
        return self._combined(other, -1)

    def counted(self, bits: int) -> SaturationCounts:
        """What counters of so many bits show, which stay at their largest value."""
        most = (1 << bits) - 1
        ff, bp, up = (
            tuple(min(count, most) for count in counts) for counts in (self.ff, self.bp, self.up)
        )
        return SaturationCounts(ff=ff, bp=bp, up=up)

    def _combined(self, other: SaturationCounts, sign: int) -> SaturationCounts:
        ff, bp, up = (
            tuple(a + sign * b for a, b in zip(mine, its, strict=True))
            for mine, its in ((self.ff, other.ff), (self.bp, other.bp), (self.up, other.up))
        )
        return SaturationCounts(ff=ff, bp=bp, up=up)


class Observer(Protocol):
    """Looks at the junctions between operations, and changes nothing."""

    def feedforward(
        self, junctions: Sequence[GoldenJunction], i: int, sample: int, slot: int
    ) -> None:
        """See `junctions[i]` after the FF of a sample, numbered from 0."""

    def update(
        self, junctions: Sequence[GoldenJunction], i: int, sample: int, slot: int, exponent: int
    ) -> None:
        """See `junctions[i]` before the BP and UP of a sample at the rate 2**-exponent."""


def minimum_lags(network: Network) -> tuple[int, ...]:
    """The smallest legal lags, (L - 1, ..., 1, 0): no sample waits for its deltas."""
    return tuple(range(len(network.junctions) - 1, -1, -1))


def check_lags(network: Network, lags: Sequence[int]) -> tuple[int, ...]:
    """Return legal lags m_1 .. m_L in steps, or raise.

    Sample n has its BP and UP in junction i at step n + i + m_i. That must not be before its FF in
    junction L (m_L >= 0), nor before junction i + 1 has computed its delta_i, at the earliest in
    the same step (m_i >= m_{i+1} + 1).

    Raises
    ------
    TypeError
        Some lag is no integer.
    ValueError
        There is not one lag per junction, or a lag is too small.
    """
    junctions = len(network.junctions)
    if len(lags) != junctions:
        raise ValueError(
            f"lags must have one entry for each of the {junctions} junctions, not {len(lags)}"
        )
    for i, lag in enumerate(lags, start=1):
        if not isinstance(lag, int | np.integer) or isinstance(lag, bool):
            raise TypeError(f"lag of junction {i} must be an integer, not {lag!r}")
        if i == junctions and lag < 0:
            raise ValueError(f"lag of junction {i} must be at least 0, not {lag}")
        if i < junctions and lag < lags[i] + 1:
            raise ValueError(
                f"lag of junction {i} must be at least 1 + the lag of junction {i + 1} = "
                f"{lags[i] + 1}, not {lag}"
            )
    return tuple(int(lag) for lag in lags)


def given_edges(
    network: Network, parameters: Parameters, patterns: Sequence[Pattern] | None
) -> tuple[Edges, ...] | None:
    """The edges of patterns that a trainer is given; None where those of `parameters` count.

    Raises
    ------
    ValueError
        `parameters` are another network's, or `patterns` are not legal, or are given where
        connections move.
    """
    if parameters.network != network:
        raise ValueError("parameters must belong to the trainer's network, not to another one")
    if patterns is None:
        return None
    if network.rewire is not None:
        raise ValueError("patterns must be left out where connections move: parameters hold them")
    return edges_of(network, patterns)


def check_exchange(network: Network, parameters: Parameters, steps_left: int) -> None:
    """Raise ValueError unless a trainer may go on from these parameters, RuntimeError in flight."""
    if parameters.network != network:
        raise ValueError("parameters must belong to the trainer's network, not to another one")
    if steps_left:
        raise RuntimeError("parameters must be set after a drain, not with samples in flight")


class SequenceTrainer(SampleTrainer):
    """What the golden trainers share: a run is a submission and, mostly, a drain."""

    def submit(
        self,
        features: ArrayLike,
        labels: ArrayLike,
        train: ArrayLike = True,
        rate_exponent: ArrayLike = 0,
    ) -> RunResult:
        """Run one step for each sample, as `run` without a drain."""
        return self.run(features, labels, train, rate_exponent, drain=False)

    def run_samples(
        self, samples: Samples, *, progress: Progress | None = None, drain: bool = True
    ) -> RunResult:
        """See SampleTrainer."""
        results = [self._submit(samples, progress)]
        if drain:
            results.append(self.drain())
        return RunResult.concatenate(results)

    @property
    @abstractmethod
    def parameters(self) -> Parameters:
        """Weights, biases and connections now; final for the samples so far only after a drain."""

    @parameters.setter
    def parameters(self, parameters: Parameters) -> None:
        """Go on from others of the same network, as a new trainer would; drained alone."""

    def rewire(self, epoch: int, epochs: int) -> None:
        """Move connections between an epoch, from 0, and the next of so many; drained alone."""
        self.parameters = self.parameters.rewired(epoch, epochs)

    @abstractmethod
    def _submit(self, samples: Samples, progress: Progress | None) -> RunResult:
        """Run one step for each sample."""

    @abstractmethod
    def drain(self) -> RunResult:
        """Run the steps that finish all samples in flight, if any: the sequence ends."""


class GoldenTrainer(SequenceTrainer):
    """Trains a network bit by bit as the hardware does (docs/numerics.md).

    `CompiledTrainer` does the same in compiled code; this one is there to be read.

    In step S junction i does FF of sample S - i, and BP and UP of sample S - i - m_i, all with the
    weights it held at the start of the step. Samples enter with `submit`, one step each, and may
    come in chunks of any size: only their sequence counts. After a chunk its last samples are
    still in flight; `drain` runs the steps that finish them, and the next sample then meets the
    drained weights. `run` is `submit`, then `drain`.

    A sample's result comes back from the call whose steps ran its last FF: chunk by chunk, L - 1
    samples late, the rest from `drain`. The results of successive calls, joined, are those of all
    samples in order.

    Parameters
    ----------
    network : Network
    parameters : Parameters
        Initial weights and biases of that network.
    lags : sequence of int
        m_1 .. m_L in steps; see `check_lags`.
    patterns : sequence of Pattern, optional
        One per junction, of any kind; by default those of `parameters`.
    observer : Observer, optional
        Told of every operation.

    Raises
    ------
    ValueError
        `parameters` are another network's, or `lags` or `patterns` are not legal.
    """

    def __init__(
        self,
        network: Network,
        parameters: Parameters,
        lags: Sequence[int],
        patterns: Sequence[Pattern] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._network = network
        self._given = given_edges(network, parameters, patterns)
        self.observer = observer
        self.lags = check_lags(network, lags)
        self.dtype = exact_dtype(network)
        # A sample that enters in step S is in flight until step S + m_1.
        self._slots = self.lags[0] + 1
        self._patterns = parameters.patterns
        self._junctions = self._made_of(parameters)
        self._step = 0
        self._steps_left = 0  # steps that `drain` has to run
        self._results_before = 0
        self._predictions: list[int] = []
        self._matches: list[bool] = []
        # What travels with the sample in each slot.
        self._exists = [False] * self._slots
        self._train = [False] * self._slots
        self._label = [0] * self._slots
        self._exponent = [0] * self._slots
        self._features = [np.zeros(network.layers[0], self.dtype)] * self._slots

    engine = "numpy"
    """What its arithmetic runs in."""

    @property
    def network(self) -> Network:
        """See SampleTrainer."""
        return self._network

    def _made_of(self, parameters: Parameters) -> list[GoldenJunction]:
        edges = self._given or parameters.edges
        values = zip(edges, parameters.weights, parameters.biases, strict=True)
        return [GoldenJunction(self.network, *each, self._slots) for each in values]

    @property
    def parameters(self) -> Parameters:
        """See SequenceTrainer."""
        return Parameters(
            network=self.network,
            patterns=self._patterns,
            weights=tuple(
                junction.stored_weights.reshape(-1).astype(np.int64) for junction in self._junctions
            ),
            biases=tuple(junction.stored_biases.astype(np.int64) for junction in self._junctions),
        )

    @parameters.setter
    def parameters(self, parameters: Parameters) -> None:
        check_exchange(self.network, parameters, self._steps_left)
        counts = self.saturations
        self._patterns, self._junctions = parameters.patterns, self._made_of(parameters)
        for junction, *each in zip(self._junctions, counts.ff, counts.bp, counts.up, strict=True):
            junction.saturated_ff, junction.saturated_bp, junction.saturated_up = each

    @property
    def saturations(self) -> SaturationCounts:
        """The values saturated so far, since the start or `reset_saturations`."""
        return SaturationCounts(
            ff=tuple(junction.saturated_ff for junction in self._junctions),
            bp=tuple(junction.saturated_bp for junction in self._junctions),
            up=tuple(junction.saturated_up for junction in self._junctions),
        )

    def reset_saturations(self) -> None:
        """Count saturated values from 0 again."""
        for junction in self._junctions:
            junction.saturated_ff = junction.saturated_bp = junction.saturated_up = 0

    def _submit(self, samples: Samples, progress: Progress | None) -> RunResult:
        for start in range(0, len(samples), CHUNK):
            chunk = slice(start, start + CHUNK)
            rows = np.ascontiguousarray(samples.features[chunk], self.dtype)
            columns = (samples.labels, samples.train, samples.rate_exponent)
            for row, label, flag, exponent in zip(
                rows, *(column[chunk].tolist() for column in columns), strict=True
            ):
                slot = self._step % self._slots
                self._exists[slot], self._train[slot] = True, flag
                self._features[slot], self._label[slot] = row, label
                self._exponent[slot] = exponent
                self._run_step()
                self._steps_left = self._slots - 1
            if progress is not None:
                progress(len(rows))
        return self._take_results()

    def drain(self) -> RunResult:
        """Run the steps that finish all samples in flight, if any: the sequence ends."""
        for _ in range(self._steps_left):
            slot = self._step % self._slots
            self._exists[slot] = self._train[slot] = False
            self._run_step()
        self._steps_left = 0
        for junction in self._junctions:
            if junction.noise is not None:
                junction.noise.rewind()
        return self._take_results()

    def infer(self, features: ArrayLike) -> NDArray[np.int64]:
        """Predict with the weights as they are now; the samples do not enter the sequence.

        On a drained trainer this equals running them as inference samples, in predictions and in
        saturations counted.

        Parameters
        ----------
        features
            Raw inputs in [0, 2**f]: integers (n, N_0).

        Returns
        -------
        ndarray
            Predicted classes: int64 (n,).
        """
        batches = feedforward_batches(self._junctions, check_features(self.network, features))
        predicted = [each[:, : self.network.competing].argmax(axis=1) for each in batches]
        return np.concatenate([np.empty(0, np.int64), *predicted])

    def _run_step(self) -> None:
        """Run step S = `_step` + 1, in which sample `_step` enters, where it exists.

        No junction's FF reads what another junction's FF of the same step writes, as they work on
        different samples; and BP runs from right to left, so that a delta may be used in its step.
        """
        step = self._step
        junctions, slots = self._junctions, self._slots
        for i, junction in enumerate(junctions):
            slot = (step - i) % slots
            if self._exists[slot]:
                left = junctions[i - 1].activation[slot] if i else self._features[slot]
                junction.feedforward(slot, left)
                if self.observer is not None:
                    self.observer.feedforward(junctions, i, step - i, slot)
                if i == len(junctions) - 1:
                    self._finish_feedforward(slot)
        for i in range(len(junctions) - 1, -1, -1):
            slot = (step - i - self.lags[i]) % slots
            if self._train[slot]:
                if self.observer is not None:
                    sample, exponent = step - i - self.lags[i], self._exponent[slot]
                    self.observer.update(junctions, i, sample, slot, exponent)
                if i:
                    junctions[i].backpropagate(slot, junctions[i - 1])
                junctions[i].update(slot, self._exponent[slot])
        self._step += 1

    def _finish_feedforward(self, slot: int) -> None:
        """Predict a sample's class and compute its delta_L."""
        last, label = self._junctions[-1], self._label[slot]
        outputs, delta = last.activation[slot], last.delta[slot]
        prediction = int(outputs[: self.network.competing].argmax())
        self._predictions.append(prediction)
        self._matches.append(prediction == label)
        np.copyto(delta, outputs)
        delta[label] -= self.network.format.one

    def _take_results(self) -> RunResult:
        result = RunResult(
            first=self._results_before,
            predictions=np.array(self._predictions, np.int64),
            correct=np.array(self._matches, np.bool_),
        )
        self._results_before += len(self._predictions)
        self._predictions, self._matches = [], []
        return result
