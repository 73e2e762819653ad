"""The golden trainer compiled: the same bits as `GoldenTrainer`, many times as fast, with Numba."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.golden import kernel
from software_ref.golden.edges import Pattern
from software_ref.golden.parameters import Parameters
from software_ref.golden.plan import Chunk, make_plan, make_state, storage_dtype
from software_ref.golden.samples import Progress, RunResult, Samples, check_features
from software_ref.golden.trainer import (
    SaturationCounts,
    SequenceTrainer,
    check_exchange,
    check_lags,
    given_edges,
)
from software_ref.network import Network

__all__ = ["CompiledTrainer"]

CHUNK = 256
"""Samples between two calls of `progress`, and between two chances to stop with Ctrl-C."""


class CompiledTrainer(SequenceTrainer):
    """Trains a network bit by bit as the hardware does, in compiled loops over the edges.

    Takes the samples, and gives the results, exactly as `GoldenTrainer` does, which says how; only
    an observer cannot be told of every operation. Making the first one of a process loads Numba
    and the machine code, or compiles it, which takes some seconds.

    Parameters
    ----------
    network : Network
    parameters : Parameters
        Initial weights and biases of that network.
    lags : sequence of int
        m_1 .. m_L in steps; see `check_lags`.
    patterns : sequence of Pattern, optional
        One per junction, of any kind; by default those of `parameters`.

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
    ) -> None:
        self._network = network
        self._given = given_edges(network, parameters, patterns)
        self.lags = check_lags(network, lags)
        self._start(parameters, np.zeros((3, len(network.junctions)), np.int64))
        self._features = np.empty((CHUNK, network.layers[0]), storage_dtype(network))
        self._step = 0
        self._steps_left = 0  # steps that `drain` has to run
        self._results_before = 0
        self._results: list[tuple[NDArray[np.int64], NDArray[np.bool_]]] = []
        nothing = np.empty((0, network.layers[0]), np.int64)
        self._none = Samples.check(network, nothing, np.empty(0, np.int64), False, 0)
        self.drain()  # compiles both kernels before anyone takes their time
        self.infer(nothing)

    engine = "compiled"
    """What its arithmetic runs in."""

    @property
    def network(self) -> Network:
        """See SampleTrainer."""
        return self._network

    def _start(self, parameters: Parameters, saturated: NDArray[np.int64]) -> None:
        """Plan and state of parameters, with no samples in flight and these counters."""
        network = self.network
        self._patterns = parameters.patterns
        edges = self._given or parameters.edges
        self._plan, self._places = make_plan(network, edges, self.lags)
        weights = np.zeros(self._plan.entries[-1], storage_dtype(network))
        weights[self._places] = np.concatenate(parameters.weights)
        biases = np.concatenate((np.zeros(network.layers[0], np.int64), *parameters.biases))
        kept = (weights, biases.astype(weights.dtype), saturated)
        self._state = make_state(network, self._plan, self.lags[0] + 1, kept)

    @property
    def parameters(self) -> Parameters:
        """See SequenceTrainer."""
        state, plan = self._state, self._plan
        weights = state.stored_weights[self._places].astype(np.int64)
        biases = state.stored_biases.astype(np.int64)
        ends = np.cumsum([shape.weights for shape in self.network.junctions])
        return Parameters(
            network=self.network,
            weights=tuple(np.split(weights, ends[:-1])),
            biases=tuple(np.split(biases, plan.neurons[1:-1])[1:]),
            patterns=self._patterns,
        )

    @parameters.setter
    def parameters(self, parameters: Parameters) -> None:
        check_exchange(self.network, parameters, self._steps_left)
        self._start(parameters, self._state.saturated)

    @property
    def saturations(self) -> SaturationCounts:
        """The values saturated so far, since the start or `reset_saturations`."""
        ff, bp, up = self._state.saturated.tolist()
        return SaturationCounts(ff=tuple(ff), bp=tuple(bp), up=tuple(up))

    def reset_saturations(self) -> None:
        """Count saturated values from 0 again."""
        self._state.saturated[:] = 0

    def _submit(self, samples: Samples, progress: Progress | None) -> RunResult:
        for start in range(0, len(samples), CHUNK):
            chunk = slice(start, min(start + CHUNK, len(samples)))
            self._run_steps(samples, chunk, chunk.stop - start)
            self._steps_left = self.lags[0]
            if progress is not None:
                progress(chunk.stop - start)
        return self._take_results()

    def drain(self) -> RunResult:
        """Run the steps that finish all samples in flight, if any: the sequence ends."""
        self._run_steps(self._none, slice(0, 0), self._steps_left)
        self._steps_left = 0
        self._state.generators[:] = self._plan.generators
        return self._take_results()

    def infer(self, features: ArrayLike) -> NDArray[np.int64]:
        """Predict with the weights as they are now; the samples do not enter the sequence."""
        features = check_features(self.network, features)
        predictions = np.empty(len(features), np.int64)
        # Samples in flight stay in their slots: only weights, biases and counters are shared.
        state = self._state
        kept = (state.stored_weights, state.stored_biases, state.saturated)
        apart = make_state(self.network, self._plan, 1, kept)
        for start in range(0, len(features) + 1, CHUNK):
            chunk = slice(start, start + CHUNK)
            raws = np.ascontiguousarray(features[chunk], state.weights.dtype)
            kernel.infer(self._plan, apart, raws, predictions[chunk])
        return predictions

    def _run_steps(self, samples: Samples, chunk: slice, steps: int) -> None:
        """Run `steps` steps, the first ones with the samples of `chunk`."""
        predictions, matches = np.empty(steps, np.int64), np.empty(steps, np.bool_)
        features = self._features[: chunk.stop - chunk.start]
        np.copyto(features, samples.features[chunk], casting="unsafe")  # checked to fit
        columns = (samples.labels[chunk], samples.train[chunk], samples.rate_exponent[chunk])
        found = kernel.run_steps(
            self._plan,
            self._state,
            self._step,
            Chunk(features, *columns),
            predictions,
            matches,
        )
        self._step += steps
        self._results.append((predictions[:found], matches[:found]))

    def _take_results(self) -> RunResult:
        none = (np.empty(0, np.int64), np.empty(0, np.bool_))
        predictions, correct = zip(none, *self._results, strict=True)
        result = RunResult(
            first=self._results_before,
            predictions=np.concatenate(predictions),
            correct=np.concatenate(correct),
        )
        self._results_before += len(result.predictions)
        self._results = []
        return result
