"""The host's driver of one board: every command of the link, in the network's own terms."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards.host.link import Link, LinkError
from boards.host.parameters import parameter_runs
from boards.identity import core_identity
from boards.link.commands import Command, ConfigurationFlag, PlayFlag, State, Stop
from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import (
    CONFIGURATION,
    COUNTER,
    HISTORY_ENTRY,
    IDENTITY,
    MAX_ANSWER,
    NEVER,
    PARAMETER_VALUE,
    PLAY,
    PREDICTION,
    PREDICTION_DEPTH,
    PROTOCOL,
    RATE,
    RATES,
    READ_RANGE,
    SEAL,
    STATE,
    STOP,
    STORE_RANGE,
)
from software_ref.core_plan import CorePlan
from software_ref.golden import Parameters, SaturationCounts
from software_ref.golden.samples import Progress, check_features
from software_ref.plan.beats import beats, narrowed
from software_ref.plan.payload import bits_for, bytes_of
from software_ref.plan.ports import SATURATION_COUNTERS

__all__ = [
    "POLL_SECONDS",
    "Board",
    "BoardStatus",
    "Configuration",
    "EpochRecord",
    "Identity",
    "store_seal",
]

POLL_SECONDS = 0.02
"""Between two looks at a board that trains."""
_BATCH = PREDICTION_DEPTH // 2
"""Samples that are played before their predictions are read."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a board says of itself."""

    identity: bytes
    """SHA-256 of its core's description."""
    clock_hz: int
    """Clock of its logic, to the kHz."""
    samples: int
    """Samples that its store has room for."""


@dataclass(frozen=True, kw_only=True)
class BoardStatus:
    """What a board is doing."""

    state: State
    """What is under way."""
    seal: int
    """What the store was sealed with; 0 for nothing."""
    epoch: int
    """Epoch at work, or the next one."""
    end_epoch: int
    """The epoch that the configured run ends before."""
    samples: int
    """Samples taken in by the pass at work."""
    right: int
    """Its correct predictions."""
    predictions: int
    """Predictions since the board's reset."""
    epochs: int
    """Epochs in its history since then."""
    steps: int
    """Steps of its core since then."""
    clocks: int
    """Clocks from the first to the last sample of the last pass with any."""
    timed: int
    """Samples of that pass."""
    saturations: SaturationCounts
    """Values saturated since the reset."""

    @property
    def clocks_per_sample(self) -> float | None:
        """Of the last pass; None where it had fewer than two samples."""
        return self.clocks / (self.timed - 1) if self.timed > 1 else None


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """A run: which samples of the store, for which epochs, at which rates."""

    first_epoch: int
    """Number of its first epoch."""
    end_epoch: int
    """The epoch that it ends before."""
    train_first: int
    """First training sample in the store."""
    train_count: int
    """Training samples."""
    test_first: int
    """First test sample in the store."""
    test_count: int
    """Test samples, 0 or more."""
    rates: Sequence[tuple[int, int]]
    """(first epoch, rate exponent k), in rising order, at most RATES of those that count."""
    ordered: bool = False
    """Whether training samples are taken as the store's order says."""

    def packed(self) -> bytes:
        """The payload of CONFIGURE.

        Raises
        ------
        ValueError
            The schedule has too many entries for the board.
        """
        rates = [
            rate
            for rate, following in zip(self.rates, [*self.rates[1:], (NEVER, 0)], strict=True)
            if rate[0] < self.end_epoch and following[0] > self.first_epoch
        ]
        if len(rates) > RATES:
            raise ValueError(
                f"training rate_exponent must have at most {RATES} entries for the epochs "
                f"{self.first_epoch} to {self.end_epoch - 1}, not {len(rates)}"
            )
        rates += [(NEVER, 0)] * (RATES - len(rates))
        head = CONFIGURATION.pack(
            flags=ConfigurationFlag.ORDERED if self.ordered else 0,
            first_epoch=self.first_epoch,
            end_epoch=self.end_epoch,
            train_first=self.train_first,
            train_count=self.train_count,
            test_first=self.test_first,
            test_count=self.test_count,
        )
        return head + b"".join(RATE.pack(first_epoch=e, rate_exponent=k) for e, k in rates)


@dataclass(frozen=True, kw_only=True)
class EpochRecord:
    """Correct predictions of an epoch."""

    epoch: int
    train: int
    """Of its training samples."""
    tail: int
    """Of the last TAIL of them."""
    test: int
    """Of its test samples."""


class Board:
    """A board that holds the core of a network.

    Parameters
    ----------
    link
        The line to it.
    core
        The network's core.

    Raises
    ------
    LinkError
        Nothing answers, or the board holds another build.
    """

    def __init__(self, link: Link, core: CorePlan):
        self.link = link
        self.core = core
        self.identity = self._identify()
        """What the board says of itself."""

    def _identify(self) -> Identity:
        answer = self.link.identify()
        if len(answer) != IDENTITY.size or answer[0] != PROTOCOL:
            raise LinkError(
                f"the board must speak version {PROTOCOL} of the link's protocol, "
                f"not {answer[0] if answer else 'none'}: program it again"
            )
        found = IDENTITY.unpack(answer)
        identity = found.identity.to_bytes(len(core_identity(self.core)), "little")
        if identity != core_identity(self.core):
            raise LinkError(
                f"the board holds another network (build {identity.hex()[:12]}) than the file "
                f"describes (build {core_identity(self.core).hex()[:12]}): program it again, or "
                "name the file that it was built from"
            )
        return Identity(identity=identity, clock_hz=found.clock_khz * 1000, samples=found.samples)

    def status(self) -> BoardStatus:
        """What the board is doing."""
        answer = self.link.call(
            Command.STATUS, answer=STATE.size + COUNTER.size * self.core.ports.counters
        )
        figures = STATE.unpack(answer[: STATE.size])._asdict()
        counts = COUNTER.unpack_all(answer[STATE.size :]).count
        ff, bp, up = map(tuple, counts.reshape(-1, len(SATURATION_COUNTERS)).T.tolist())
        return BoardStatus(
            **figures | {"state": State(figures["state"])},
            saturations=SaturationCounts(ff=ff, bp=bp, up=up),
        )

    def wait_while(self, state: State, seconds: float = 0.0) -> None:
        """Wait while any of these flags is up, so many seconds between two looks."""
        while self.status().state & state:
            time.sleep(seconds)

    # Parameters

    def read_parameters(self) -> Parameters:
        """Raw weights and biases; the core must be idle."""
        network = self.core.network
        weights = [np.zeros(shape.weights, np.int64) for shape in network.junctions]
        biases = [np.zeros(shape.right, np.int64) for shape in network.junctions]
        for run in parameter_runs(network):
            size = run.count * PARAMETER_VALUE.size
            answer = self.link.call(Command.READ_PARAMETERS, run.packed(), answer=size)
            target = (biases if run.bias else weights)[run.junction]
            target[run.first : run.first + run.count] = PARAMETER_VALUE.unpack_all(answer).value
        return Parameters(network=network, weights=tuple(weights), biases=tuple(biases))

    def write_parameters(self, parameters: Parameters) -> None:
        """Write all weights and biases; the core must be idle."""
        for run in parameter_runs(self.core.network):
            source = (parameters.biases if run.bias else parameters.weights)[run.junction]
            values = source[run.first : run.first + run.count].astype("<i4")
            self.link.call(Command.WRITE_PARAMETERS, run.packed() + values.tobytes())

    def reset_training(self) -> None:
        """Let the board write its initial parameters, and wait for that."""
        self.link.call(Command.RESET_TRAINING)
        self.wait_while(State.RESETTING)

    # Store

    def fill(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        *,
        first: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Write samples to the store, and take its seal off.

        Parameters
        ----------
        features
            Raw inputs in [0, 2**f]: integers (n, N_0), rounded where activations are narrower.
        labels
            Classes: integers (n,).
        first
            Where the first one goes.
        progress
            Told how many samples were written since the last call.

        Raises
        ------
        ValueError
            The store has no room for them, or a feature is out of range.
        """
        self.check_room(first + len(labels))
        each = self.core.ports.beats
        words = self._beats(features)
        written = 0
        self._write(Command.WRITE_LABELS, first, _words(labels, bytes_of(self._label_bits)))
        for place, part in _portions(words):
            self._write(Command.WRITE_FEATURES, first * each + place, part)
            whole = (place + len(part)) // each
            if progress is not None:
                progress(whole - written)
            written = whole

    def check_room(self, samples: int) -> None:
        """Raise ValueError where the store has no room for so many samples."""
        if samples > self.identity.samples:
            raise ValueError(
                f"the board's store has room for {self.identity.samples} samples, "
                f"not for {samples}: build it with more, or take fewer with --samples"
            )

    def write_order(self, order: NDArray[np.integer]) -> None:
        """Write the order in which training samples are taken: numbers of samples (n,)."""
        bits = bits_for(self.identity.samples - 1)
        self._write(Command.WRITE_ORDER, 0, _words(order, bytes_of(bits)))

    def seal(self, number: int) -> None:
        """Seal the store with a number, 1 to 2**32 - 1, that says what is in it."""
        self.link.call(Command.SEAL_STORE, SEAL.pack(seal=number))

    def _write(self, command: Command, first: int, words: NDArray[np.uint8]) -> None:
        for place, part in _portions(words):
            head = STORE_RANGE.pack(first=first + place, count=len(part))
            self.link.call(command, head + part.tobytes())

    @property
    def _label_bits(self) -> int:
        return self.core.ports.label_width

    def _beats(self, features: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Beats as the store has them: uint8 (beats in all, bytes of a beat)."""
        ports, network = self.core.ports, self.core.network
        return beats(
            narrowed(network, check_features(network, features)),
            beat_features=ports.beat_features,
            feature_width=ports.feature_width,
        )

    # Runs

    def configure(self, configuration: Configuration) -> None:
        """Set what START, and the run button, do."""
        self.link.call(Command.CONFIGURE, configuration.packed())

    def start(self) -> None:
        """Start the configured run."""
        self.link.call(Command.START)

    def pause(self) -> None:
        """Let a run wait."""
        self.link.call(Command.PAUSE)

    def resume(self) -> None:
        """Go on after a pause."""
        self.link.call(Command.RESUME)

    def stop(self, when: Stop = Stop.AFTER_EPOCH) -> None:
        """End a run."""
        self.link.call(Command.STOP, STOP.pack(when=when))

    def play(self, first: int, count: int, *, train: bool, exponent: int, drain: bool) -> None:
        """Play samples of the store outside any run, and wait until they are taken."""
        flags = (PlayFlag.TRAIN if train else 0) | (PlayFlag.DRAIN if drain else 0)
        payload = PLAY.pack(first=first, count=count, flags=flags, rate_exponent=exponent)
        self.link.call(Command.PLAY, payload)
        self.wait_while(State.RUNNING)

    def infer(self, first: int, count: int, progress: Progress | None = None) -> NDArray[np.int64]:
        """Predicted classes of samples of the store: int64 (n,)."""
        found = []
        for place in range(first, first + count, _BATCH):
            portion = min(_BATCH, first + count - place)
            made = self.status().predictions
            self.play(place, portion, train=False, exponent=0, drain=True)
            found.append(self.predictions(made, portion)[0])
            if progress is not None:
                progress(portion)
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def predictions(self, first: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Predictions, counted from the board's reset: classes and whether they were right."""
        words = self._records(Command.READ_PREDICTIONS, first, count, PREDICTION.size)
        found = PREDICTION.unpack_all(words)
        return found.prediction, found.correct != 0

    def history(self, first: int, count: int) -> list[EpochRecord]:
        """Records of epochs, counted from the board's reset."""
        words = self._records(Command.READ_HISTORY, first, count, HISTORY_ENTRY.size)
        columns = HISTORY_ENTRY.unpack_all(words)
        return [
            EpochRecord(**dict(zip(columns._fields, values, strict=True)))
            for values in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def _records(self, command: Command, first: int, count: int, size: int) -> bytes:
        """Entries of a record, of so many bytes each."""
        most, found = MAX_ANSWER // size, b""
        for place in range(first, first + count, most):
            portion = min(most, first + count - place)
            payload = READ_RANGE.pack(first=place, count=portion)
            found += self.link.call(command, payload, answer=portion * size)
        return found


def store_seal(features: NDArray[np.integer], labels: NDArray[np.integer]) -> int:
    """The number that a host seals a store with: 32 bits that tell data sets apart, never 0."""
    text = np.asarray(features, "<i8").tobytes() + np.asarray(labels, "<i8").tobytes()
    return zlib.crc32(text) or 1


def _words(values: NDArray[np.integer], size: int) -> NDArray[np.uint8]:
    """Numbers as `size` bytes each, lowest first: uint8 (n, size)."""
    return np.asarray(values, "<u4").reshape(-1, 1).view(np.uint8)[:, :size]


def _portions(words: NDArray[np.uint8]):
    """Places and words, as many at a time as a frame takes."""
    most = (MAX_PAYLOAD - STORE_RANGE.size) // words.shape[1]
    for place in range(0, len(words), most):
        yield place, np.ascontiguousarray(words[place : place + most])
