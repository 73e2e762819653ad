"""One network trained to its end by the golden model, as a task whose figure is its accuracy."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hwgen.search.samples import SearchSamples
from software_ref.file_options import DataOptions
from software_ref.loading import lags_of
from software_ref.network_document import network_document
from software_ref.network_file import NetworkFile, network_file_of
from software_ref.training import golden_training

__all__ = ["AccuracyTask"]


@dataclass(frozen=True, kw_only=True)
class AccuracyTask:
    """A network, and the samples that it is trained and judged with."""

    network: dict[str, Any]
    """Its network file, as TOML holds it."""
    data: DataOptions
    """The data set."""
    checksum: int
    """Of the data set's samples: a file of the same name may hold others another day."""
    hold_out: int | None
    """As `SearchSamples`."""
    seed: int
    """Seed of which samples are held out."""
    tested: bool
    """Whether it trains on all training samples and is judged by the test samples."""
    stop_early: int | None = None
    """Epochs without progress after which training ends."""

    @classmethod
    def of(
        cls,
        files: Iterable[NetworkFile],
        samples: SearchSamples,
        *,
        tested: bool,
        stop_early: int | None = None,
    ) -> list[AccuracyTask]:
        """The tasks of network files, on the samples of a search."""
        checksum = samples.checksum(tested=tested)
        return [
            cls(
                network=network_document(file),
                data=samples.data,
                checksum=checksum,
                hold_out=samples.hold_out,
                seed=samples.seed,
                tested=tested,
                stop_early=stop_early,
            )
            for file in files
        ]

    @property
    def data_key(self) -> str:
        """See Task."""
        return json.dumps([asdict(self.data), self.hold_out, self.seed, self.tested])

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Train: `accuracy` is the share of right predictions after the last epoch."""
        file = network_file_of(self.network)
        samples = SearchSamples(
            data=self.data, data_dir=data_dir, hold_out=self.hold_out, seed=self.seed
        )
        data = samples.encoded_for_test(file) if self.tested else samples.encoded(file)
        training = golden_training(file, data, lags_of(file), stop_early=self.stop_early)
        return {"accuracy": list(training.epochs())[-1].test_accuracy}
