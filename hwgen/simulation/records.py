"""The binary records between Python and the harness: beats, sample lists, parameter requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hwgen.simulation.job import AccessParameters, Parameters, Play
from software_ref.plan.beats import beats
from software_ref.plan.payload import bytes_of
from software_ref.plan.ports import CorePorts

__all__ = [
    "access_records",
    "address_places",
    "feature_records",
    "join_parameters",
    "parameter_addresses",
    "read_words",
    "sample_records",
    "split_parameters",
    "write_records",
]

Integers = npt.NDArray[np.int64]
Records = npt.NDArray[np.uint8]

_CHUNK_BITS = 1 << 24
_LARGEST_FILE = 1 << 31  # $fseek takes a signed 32-bit offset


def feature_records(features: npt.NDArray[np.integer], ports: CorePorts) -> Iterator[Records]:
    """Pack a data set into beats, a chunk of samples at a time.

    Parameters
    ----------
    features
        `integer raw (n, N_0)`.
    ports
        The core's ports.

    Yields
    ------
    `uint8 (beats, bytes)`, each row one beat, most significant byte first.

    Raises
    ------
    ValueError
        For a wrong number of features, a feature out of range, or a data set beyond 2 GiB.
    """
    count, width = features.shape
    if width != ports.features:
        raise ValueError(f"features must have {ports.features} columns, not {width}")
    if count * ports.beats * bytes_of(ports.beat_width) >= _LARGEST_FILE:
        raise ValueError(f"features must pack into less than 2 GiB, not {count} samples")
    largest = (1 << ports.feature_width) - 1
    if count and not 0 <= int(features.min()) <= int(features.max()) <= largest:
        raise ValueError(
            f"features must be raws from 0 to {largest}, "
            f"not {int(features.min())} to {int(features.max())}"
        )
    chunk = max(1, _CHUNK_BITS // (ports.beats * ports.beat_features * 32))
    for first in range(0, count, chunk):
        part = features[first : first + chunk]
        words = beats(part, beat_features=ports.beat_features, feature_width=ports.feature_width)
        yield words[:, ::-1]


def sample_records(play: Play, labels: npt.NDArray[np.integer], ports: CorePorts) -> Records:
    """Pack the list of samples to play: place in the data set and header, 8 bytes each.

    Raises
    ------
    ValueError
        For a place outside the data set, or a label or rate exponent that its width cannot hold.
    """
    places = np.asarray(play.samples, dtype=np.int64)
    if places.size and not 0 <= int(places.min()) <= int(places.max()) < len(labels):
        raise ValueError(
            f"samples must be 0 to {len(labels) - 1}, not {places.min()} to {places.max()}"
        )
    chosen = np.asarray(labels[places], dtype=np.int64)
    train = np.broadcast_to(np.asarray(play.train, dtype=np.int64), places.shape)
    exponent = np.broadcast_to(np.asarray(play.rate_exponent, dtype=np.int64), places.shape)
    header = ports.header.words(label=chosen, train=train, rate_exponent=exponent)
    return np.stack([places, header.astype(np.int64)], axis=1).astype(">u4").view(np.uint8)


def parameter_addresses(ports: CorePorts) -> Integers:
    """Return junction, bias, row and lane of every parameter, `int64 (parameters, 4)`.

    Junction by junction, each with its weights in natural edge order first, then its biases.
    """
    parts = []
    for number, junction in enumerate(ports.junctions):
        edges = np.arange(junction.weights)
        rows = np.concatenate([edges // junction.parallelism, junction.bias_rows])
        lanes = np.concatenate([edges % junction.parallelism, junction.bias_lanes])
        bias = np.arange(len(rows)) >= junction.weights
        parts.append(np.stack([np.full(len(rows), number), bias, rows, lanes], axis=1))
    return np.concatenate(parts).astype(np.int64)


def address_places(ports: CorePorts) -> Integers:
    """Return junction, row and left memory of every address that can be written, `int64 (n, 3)`.

    Junction by junction, row by row.
    """
    parts = []
    for number, junction in enumerate(ports.junctions):
        row, memory = np.divmod(np.arange(junction.addresses), junction.parallelism)
        parts.append(np.stack([np.full(len(row), number), row, memory], axis=1))
    return np.concatenate(parts).astype(np.int64)


def access_records(access: AccessParameters, ports: CorePorts) -> Records:
    """Pack parameter requests, most significant byte first.

    Raises
    ------
    ValueError
        For a field that its width cannot hold, or sequences of different lengths.
    """
    columns = {field.name: getattr(access, field.name) for field in ports.request.fields}
    if "address" in columns:
        columns["address"] = np.broadcast_to(columns["address"], len(access.write))
    words = ports.request.words(**columns)
    octets = words.astype(">u8").view(np.uint8).reshape(-1, 8)
    return octets[:, 8 - bytes_of(ports.request.bits) :]


def join_parameters(parameters: Parameters, ports: CorePorts) -> Integers:
    """Put weights and biases in the order of `parameter_addresses`, then addresses if given.

    Raises
    ------
    ValueError
        Where their number or lengths are not the core's.
    """
    wanted = [[j.weights for j in ports.junctions], [j.right for j in ports.junctions]]
    found = [[len(part) for part in kind] for kind in (parameters.weights, parameters.biases)]
    if found != wanted:
        raise ValueError(
            f"parameters must have {wanted[0]} weights and {wanted[1]} biases per junction, "
            f"not {found[0]} and {found[1]}"
        )
    addresses = [len(part) for part in parameters.addresses]
    if addresses not in ([], [junction.addresses for junction in ports.junctions]):
        raise ValueError(
            f"parameters must have {[junction.addresses for junction in ports.junctions]} "
            f"addresses per junction, or none, not {addresses}"
        )
    pairs = zip(parameters.weights, parameters.biases, strict=True)
    parts = [*(part for pair in pairs for part in pair), *parameters.addresses]
    return np.concatenate([np.asarray(part, dtype=np.int64) for part in parts])


def split_parameters(values: Integers, ports: CorePorts) -> Parameters:
    """Undo `join_parameters`, of a core that can tell its addresses with these."""
    counts = [count for junction in ports.junctions for count in (junction.weights, junction.right)]
    pairs, addresses = np.split(values, [ports.parameters])
    parts = np.split(pairs, np.cumsum(counts)[:-1])
    ends = np.cumsum([junction.addresses for junction in ports.junctions])
    return Parameters(
        weights=parts[0::2],
        biases=parts[1::2],
        addresses=np.split(addresses, ends[:-1]) if ports.rewritable else (),
    )


def write_records(path: Path, records: Sequence[Records] | Iterator[Records]) -> None:
    """Write records to a file, one after another."""
    with path.open("wb") as file:
        for part in records:
            file.write(np.ascontiguousarray(part).tobytes())


def read_words(path: Path, columns: int) -> npt.NDArray[np.uint64]:
    """Read the harness's records: `uint64 (n, columns)`."""
    words = np.fromfile(path, dtype="<u8")
    return words[: len(words) // columns * columns].reshape(-1, columns)
