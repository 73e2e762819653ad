"""What a board says of itself and of its runs, and what a run is: the link's payloads by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from boards.link.commands import ConfigurationFlag, KeyState, State
from boards.link.payloads import CONFIGURATION, NEVER, RATE, RATES
from software_ref.golden import SaturationCounts

__all__ = ["BoardStatus", "Configuration", "EpochRecord", "Heard", "Identity"]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What a board says of itself."""

    identity: bytes
    """SHA-256 of its core's description."""
    clock_hz: int
    """Clock of its logic, to the kHz."""
    samples: int
    """Samples that its store has room for, at most."""
    words: int
    """Words of its store's memory."""
    word_bits: int | None
    """Bits of each; None: block RAM."""
    places: int | None = None
    """Places of the order in a memory that can only be read; None: it can be written."""

    @property
    def read_only(self) -> bool:
        """Whether the store's memory can only be read."""
        return self.places is not None


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
    crc: int
    """CRC-32 of the words that the host asked about last."""
    damaged: int
    """Samples whose bytes were not those written, since the board's reset."""
    worked: int
    """Clocks of passes in which its core took a beat, or could not."""
    waited: int
    """Clocks of passes in which it waited for one."""
    saturations: SaturationCounts
    """Values saturated since the reset."""

    @property
    def clocks_per_sample(self) -> float | None:
        """Of the last pass; None where it had fewer than two samples."""
        return self.clocks / (self.timed - 1) if self.timed > 1 else None

    def worked_since(self, before: BoardStatus) -> float | None:
        """Share of the clocks of passes since then in which the core worked; None without any."""
        worked, waited = self.worked - before.worked, self.waited - before.waited
        return worked / (worked + waited) if worked + waited else None


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
    generated: bool = False
    """Whether samples are the frames that the board makes itself, by their numbers."""

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
            flags=(ConfigurationFlag.ORDERED if self.ordered else 0)
            | (ConfigurationFlag.GENERATED if self.generated else 0),
            first_epoch=self.first_epoch,
            end_epoch=self.end_epoch,
            train_first=self.train_first,
            train_count=self.train_count,
            test_first=self.test_first,
            test_count=self.test_count,
        )
        return head + b"".join(RATE.pack(first_epoch=e, rate_exponent=k) for e, k in rates)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a board's Morse key was heard to say."""

    letters: int
    """Letters named since the board's reset."""
    character: int
    """Class of the last one."""
    flags: KeyState
    """What the key is doing."""
    unit: int
    """Its unit, in milliseconds of the board."""


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
