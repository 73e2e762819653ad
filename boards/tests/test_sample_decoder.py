"""The decoder of coded samples against NumPy's encoder: every feature, a beat a clock."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boards.store.sample_decoder import SampleDecoder
from boards.tests.simulation import simulate
from software_ref.coded_samples import CodedSamples, encoded
from software_ref.plan.payload import Field, Payload
from software_ref.plan.sample_code import SampleCode

LABEL_BITS = 4


def decoder_of(features: int, beat: int, bits: int, word: int | None) -> SampleDecoder:
    sample = Payload(
        "sample",
        Field("features", bits + 1, "", count=beat),
        Field("label", LABEL_BITS, ""),
        Field("train", 1, ""),
        Field("rate_exponent", 3, ""),
    )
    ports: Any = SimpleNamespace(beats=features // beat, sample=sample)
    code = SampleCode(
        features=features,
        beat_features=beat,
        value_bits=bits,
        label_bits=LABEL_BITS,
        word_bits=word,
    )
    return SampleDecoder(ports, code)


def lines_of(code: SampleCode, coded: CodedSamples) -> list[dict[str, int]]:
    """Lines as they are gathered from words."""
    lines, size = [], code.line_bits // 8
    for first, length in zip(coded.addresses, coded.lengths, strict=True):
        octets = coded.words[first : first + length].tobytes()
        starts = range(0, len(octets), size)
        for k in starts:
            line = int.from_bytes(octets[k : k + size], "little")
            lines.append({"line": line, "first": k == 0, "last": k == starts[-1]})
    return lines


def play(
    decoder: SampleDecoder, features: np.ndarray, labels: np.ndarray, stalled: float
) -> list[int]:
    """Decode, compare, and return the clocks in which the beats came."""
    code, rng = decoder._code, random.Random(len(labels))
    beats = features.reshape(len(labels), -1, code.beat_features)
    train, exponent = np.random.default_rng(1).integers(0, [[2], [8]], (2, len(labels))).tolist()
    wanted = [
        ([int(value) for value in beat], int(labels[k]), train[k], exponent[k])
        for k in range(len(labels))
        for beat in beats[k]
    ]
    lines = lines_of(code, encoded(code, features, labels))
    found: list[tuple[list[int], int, int, int]] = []
    seen: list[int] = []

    async def bench(ctx) -> None:
        sent = asked = clock = 0
        sample = decoder.samples.payload
        while len(found) < len(wanted):
            valid = sent < len(lines) and rng.random() >= stalled
            ctx.set(decoder.lines.valid, int(valid))
            if valid:
                ctx.set(decoder.lines.payload, lines[sent])
            header = asked < len(labels) and rng.random() >= stalled
            ctx.set(decoder.headers.valid, int(header))
            if header:
                played = {"train": train[asked], "rate_exponent": exponent[asked]}
                ctx.set(decoder.headers.payload, played)
            ready = rng.random() >= stalled
            ctx.set(decoder.samples.ready, int(ready))
            if ready and ctx.get(decoder.samples.valid):
                values = [ctx.get(sample.features[k]) for k in range(code.beat_features)]
                others = (sample.label, sample.train, sample.rate_exponent)
                label, trains, k = (ctx.get(field) for field in others)
                found.append((values, label, trains, k))
                seen.append(clock)
            sent += int(valid and ctx.get(decoder.lines.ready))
            asked += int(header and ctx.get(decoder.headers.ready))
            await ctx.tick()
            clock += 1
            assert clock < 40 * len(wanted) + 500

    simulate(decoder, bench)
    assert found == wanted
    return seen


@pytest.mark.parametrize(
    "sizes",
    [(12, 4, 5, None), (70, 5, 8, None), (104, 8, 8, 16), (7, 7, 1, None), (13, 1, 3, 16)],
)
@pytest.mark.parametrize("stalled", [0.0, 0.3])
def test_samples_are_those_that_were_coded(
    sizes: tuple[int, int, int, int | None], stalled: float
) -> None:
    decoder = decoder_of(*sizes)
    rng = np.random.default_rng(sizes[0])
    count = 6
    values = rng.integers(1, (1 << sizes[2]) + 1, (count, sizes[0]))
    kept = rng.random(values.shape) < np.linspace(0, 1.01, count)[:, None]
    play(decoder, values * kept, rng.integers(0, 16, count), stalled)


@pytest.mark.parametrize("density", [0.2, 1.0])
@pytest.mark.parametrize("sizes", [(196, 4, 8, None), (128, 32, 8, None)])
def test_a_beat_comes_in_every_clock(
    sizes: tuple[int, int, int, int | None], density: float
) -> None:
    """With narrow and with wide beats, and from samples without any 0 too."""
    rng = np.random.default_rng(2)
    values = rng.integers(1, 257, (4, sizes[0])) * (rng.random((4, sizes[0])) < density)
    seen = play(decoder_of(*sizes), values, np.arange(4), 0.0)
    assert seen == list(range(seen[0], seen[0] + len(seen)))


def test_damaged_lines_never_hold_it_up() -> None:
    """Once told, it gives as many beats as samples are asked for."""
    decoder = decoder_of(12, 4, 5, None)
    beats = 0

    async def bench(ctx) -> None:
        nonlocal beats
        ctx.set(decoder.free, 1)
        ctx.set(decoder.headers.valid, 1)
        ctx.set(decoder.samples.ready, 1)
        assert ctx.get(decoder.lines.ready)
        for _ in range(200):
            beats += ctx.get(decoder.samples.valid)
            await ctx.tick()

    simulate(decoder, bench)
    assert beats > 100
