"""The host's driver of one board: its parameters, store and runs, in the network's own terms."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boards.host.link import Link, LinkError
from boards.host.messages import BoardStatus, Configuration, EpochRecord, Heard, Identity
from boards.host.parameters import ParameterRun, parameter_runs, values_by_kind
from boards.host.store import Store
from boards.link.commands import Command, KeyState, PlayFlag, State, Stop
from boards.link.identity import board_identity
from boards.link.payloads import (
    COUNTER,
    HEARD,
    HISTORY_ENTRY,
    IDENTITY,
    KEY_TIME,
    MAX_ANSWER,
    PARAMETER_VALUE,
    PLAY,
    PREDICTION,
    PREDICTION_DEPTH,
    PROTOCOL,
    READ_ONLY,
    READ_RANGE,
    STATE,
    STOP,
    STORE_RANGE,
)
from boards.morse.live import MorseLive
from boards.store.input_plan import stored_code
from boards.store.read_only import read_only_layout
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.stored_words import with_stored_words
from software_ref.core_plan import CorePlan
from software_ref.golden import Parameters, SaturationCounts
from software_ref.golden.samples import Progress
from software_ref.plan.ports import SATURATION_COUNTERS
from software_ref.plan.store_layout import StoreLayout

__all__ = ["POLL_SECONDS", "Board"]

POLL_SECONDS = 0.02
"""Between two looks at a board that trains."""
_BATCH = PREDICTION_DEPTH // 2
"""Samples that are played before their predictions are read."""


class Board:
    """A board that holds the core of a network.

    Parameters
    ----------
    link
        The line to it.
    core
        The network's core.
    morse
        The Morse frames that the board makes itself; None: none.

    Raises
    ------
    LinkError
        Nothing answers, or the board holds another build.
    """

    def __init__(self, link: Link, core: CorePlan, morse: MorseLive | None = None):
        self.link = link
        self.core = core
        self.morse = morse
        self.identity = self._identify()
        """What the board says of itself."""
        # A board that was just switched on still writes its initial parameters.
        self.wait_while(State.RESETTING | State.STARTING)
        # And it looks at a memory that it can only read.
        if self.identity.read_only:
            self.wait_while(State.CHECKING)
        self.store = Store(
            link,
            self._store_layout(),
            core,
            self.checksum,
            read_only=self.identity.read_only,
        )
        """Its store."""

    def _identify(self) -> Identity:
        answer = self.link.identify()
        answer, more = answer[: IDENTITY.size], answer[IDENTITY.size :]
        whole = len(answer) == IDENTITY.size and len(more) in (0, READ_ONLY.size)
        if not whole or answer[0] != PROTOCOL:
            raise LinkError(
                f"the board must speak version {PROTOCOL} of the link's protocol, "
                f"not {answer[0] if answer else 'none'}: program it again"
            )
        found = IDENTITY.unpack(answer)
        wanted = board_identity(self.core, self.morse)
        identity = found.identity.to_bytes(len(wanted), "little")
        if identity != wanted:
            raise LinkError(
                f"the board holds another network (build {identity.hex()[:12]}) than the file "
                f"describes (build {wanted.hex()[:12]}): program it again, or "
                "name the file that it was built from"
            )
        return Identity(
            identity=identity,
            clock_hz=found.clock_khz * 1000,
            samples=found.samples,
            words=found.words,
            word_bits=found.word_bits or None,
            places=READ_ONLY.unpack(more).places if more else None,
        )

    def _store_layout(self) -> StoreLayout:
        """What is where in the store's memory."""
        found = self.identity
        code = stored_code(self.core, found.word_bits)
        if found.read_only:
            return read_only_layout(code, found.words, samples=found.samples, places=found.places)
        return StoreLayout(code=code, words=found.words, samples=found.samples)

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

    def checksum(self, first: int, count: int) -> int:
        """CRC-32 of so many words of the store's memory, as the board reads them."""
        self.link.call(Command.CHECK_STORE, STORE_RANGE.pack(first=first, count=count))
        self.wait_while(State.CHECKING)
        return self.status().crc

    def refuse_damage(self, before: BoardStatus, after: BoardStatus) -> None:
        """Raise LinkError where samples were damaged that the board has played since `before`."""
        if samples := after.damaged - before.damaged:
            raise LinkError(
                f"the board must keep its samples, but {samples} that it has played were damaged: "
                "what came of them is wrong; the next upload puts the store right"
            )

    # Parameters

    def read_parameters(self) -> Parameters:
        """Raw weights and biases, and connections where they move; the core must be idle.

        Raises
        ------
        LinkError
            What the board holds are no clash-free connections: nobody has finished writing them.
        """
        network, ports = self.core.network, self.core.ports
        found = {
            "weights": [np.zeros(shape.weights, np.int64) for shape in network.junctions],
            "biases": [np.zeros(shape.right, np.int64) for shape in network.junctions],
            "addresses": [np.zeros(each.addresses, np.int64) for each in ports.junctions],
        }
        for run in parameter_runs(ports, network):
            found[run.kind][run.junction][run.values] = self.read_run(run)
        return Parameters(
            network=network,
            weights=tuple(found["weights"]),
            biases=tuple(found["biases"]),
            patterns=self._patterns(found["addresses"]),
        )

    def read_run(self, run: ParameterRun) -> NDArray[np.int64]:
        """Raw values of some of the parameters; the core must be idle."""
        size = run.count * PARAMETER_VALUE.size
        answer = self.link.call(Command.READ_PARAMETERS, run.packed(), answer=size)
        return PARAMETER_VALUE.unpack_all(answer).value.astype(np.int64)

    def _patterns(self, addresses: list[NDArray[np.int64]]) -> tuple[ClashFreePattern, ...] | None:
        if self.core.network.rewire is None:
            return None
        pairs = zip(self.core.patterns, addresses, strict=True)
        try:
            return tuple(
                with_stored_words(pattern, words) if len(words) else pattern
                for pattern, words in pairs
            )
        except ValueError as error:
            raise LinkError(
                f"the board's connections must be clash-free, but {error}: a host has left off "
                "writing them; start anew, or from a checkpoint with --resume"
            ) from None

    def write_parameters(self, parameters: Parameters, *, since: Parameters | None = None) -> None:
        """Write all parameters, or those that are others than `since`; the core must be idle."""
        before = None if since is None else values_by_kind(since)
        values = values_by_kind(parameters)
        for run in parameter_runs(self.core.ports, self.core.network):
            new = values[run.kind][run.junction][run.values]
            if before is not None and np.array_equal(
                before[run.kind][run.junction][run.values], new
            ):
                continue
            written = new.astype("<i4").tobytes()
            self.link.call(Command.WRITE_PARAMETERS, run.packed() + written)

    def reset_training(self) -> None:
        """Let the board write its initial parameters, and wait for that."""
        self.link.call(Command.RESET_TRAINING)
        self.wait_while(State.RESETTING)

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

    def play(
        self,
        first: int,
        count: int,
        *,
        train: bool,
        exponent: int,
        drain: bool,
        generated: bool = False,
    ) -> None:
        """Play samples outside any run, and wait until they are taken.

        They are those of the store, or with `generated` the frames that the board makes.
        """
        flags = (PlayFlag.TRAIN if train else 0) | (PlayFlag.DRAIN if drain else 0)
        flags |= PlayFlag.GENERATED if generated else 0
        payload = PLAY.pack(first=first, count=count, flags=flags, rate_exponent=exponent)
        self.link.call(Command.PLAY, payload)
        self.wait_while(State.RUNNING)

    def infer(
        self,
        first: int,
        count: int,
        progress: Progress | None = None,
        *,
        generated: bool = False,
    ) -> NDArray[np.int64]:
        """Predicted classes of samples, those that `play` takes: int64 (n,)."""
        found = []
        for place in range(first, first + count, _BATCH):
            portion = min(_BATCH, first + count - place)
            before = self.status()
            self.play(place, portion, train=False, exponent=0, drain=True, generated=generated)
            self.refuse_damage(before, self.status())
            found.append(self.predictions(before.predictions, portion)[0])
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

    # The key

    def tap(self, times: Sequence[int]) -> None:
        """Hold the key down, up, down ... for these times, in milliseconds of the board.

        The board does so on its own, and refuses others meanwhile.
        """
        self.link.call(Command.KEY, b"".join(KEY_TIME.pack(time=time) for time in times))

    def heard(self) -> Heard:
        """What the key was heard to say."""
        found = HEARD.unpack(self.link.call(Command.READ_HEARD, answer=HEARD.size))._asdict()
        return Heard(**found | {"flags": KeyState(found["flags"])})

    def _records(self, command: Command, first: int, count: int, size: int) -> bytes:
        """Entries of a record, of so many bytes each."""
        most, found = MAX_ANSWER // size, b""
        for place in range(first, first + count, most):
            portion = min(most, first + count - place)
            payload = READ_RANGE.pack(first=place, count=portion)
            found += self.link.call(command, payload, answer=portion * size)
        return found
