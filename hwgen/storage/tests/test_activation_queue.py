"""The activation queue on the scheduler's clocks: feedforward and update read their own samples."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.storage.activation_queue import ActivationQueue
from hwgen.testing.rows import finishing
from hwgen.testing.shapes import network, start_clocks
from hwgen.testing.simulation import play, pulses
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule

NETWORKS = {
    "z1": network((4, 6, 3, 1)),
    "one-word": network((8, 4, 2, 8), (4, 4, 2, 4)),
    "straddling": network((12, 4, 2, 4), (4, 5, 5, 2)),
    "deep": network((6, 4, 2, 3), (4, 6, 3, 2), (6, 3, 2, 3)),
    "relu": network((10, 10, 3, 10), (10, 2, 1, 5), hidden="relu", relu_cap=1.5),
    "block-ram": network((300, 4, 1, 5), (4, 2, 1, 2)),
}
CASES = [
    pytest.param(
        net, layer, training, id=f"{name}-{layer}-{'training' if training else 'inference'}"
    )
    for name, net in NETWORKS.items()
    for layer in range(len(net.junctions))
    for training in (True, False)
]


@pytest.mark.parametrize(("net", "layer", "training"), CASES)
def test_feedforward_and_update_read_the_samples_of_their_age(
    net: Network, layer: int, training: bool
) -> None:
    schedule = Schedule(network=net, options=CoreOptions(training=training))
    timing, period = schedule.timing[layer], schedule.period
    shape, lag = timing.shape, schedule.lags[layer]
    z, depth, rows = shape.parallelism, shape.depth, shape.rows
    rng = np.random.default_rng([layer, training, shape.left])
    samples = lag + layer + schedule.activation_queue(layer).banks(period) + 4
    starts = start_clocks(rng, samples + 1, period, first=depth + 1, longest_gap=period)
    reads = [start + schedule.row_read(layer + 1) for start in starts]
    clocks = reads[-1] + rows + timing.row_read + 1

    largest = net.activation_maximum(layer)
    activations = rng.integers(0, largest + 1, (samples, depth, z))  # by word and memory
    enables = np.zeros(clocks, dtype=np.int64)
    write_words = rng.integers(0, depth, (clocks, z))
    values = rng.integers(0, largest + 1, (clocks, z))
    words = rng.integers(0, depth, (clocks, z))
    write_starts = starts
    if layer == 0:
        # The last beat of sample S - 1 is written in the clock of step S's pulse.
        for sample, start in enumerate(starts[:-1]):
            for word in range(depth):
                clock = start - depth + 1 + word
                enables[clock] = 2**z - 1
                write_words[clock] = word
                values[clock] = activations[sample, word]
    else:
        writer = schedule.timing[layer - 1]
        written = schedule.row_read(layer) + writer.activation_latency - 1
        write_starts = [start + written - 1 for start in starts]
        for step, start in enumerate(starts, start=1):
            sample = step - layer
            for row in range(writer.shape.rows):
                clock = start + written + row
                for neuron in finishing(writer.shape, row):
                    if 0 <= sample < samples and clock < clocks:
                        enables[clock] |= 1 << neuron % z
                        write_words[clock, neuron % z] = neuron // z
                        values[clock, neuron % z] = activations[sample, neuron // z, neuron % z]
    for clock in reads:
        for sweep in range(shape.out_degree):
            order = rng.permuted(np.tile(np.arange(depth), (z, 1)), axis=1)
            words[clock + sweep * depth : clock + (sweep + 1) * depth] = order.T

    outputs = ["feed_activations", *(["learn_activations"] if training else [])]
    shown = play(
        ActivationQueue(schedule, layer),
        {
            "write_start": pulses(clocks, [c for c in write_starts if c < clocks]),
            "enables": enables,
            "write_words": write_words,
            "values": values,
            "read_start": pulses(clocks, [clock - 1 for clock in reads]),
            "words": words,
        },
        outputs,
    )
    compared = 0
    memories = np.arange(z)
    for step, clock in enumerate(reads, start=1):
        for output, age in (
            ("feed_activations", layer + 1),
            ("learn_activations", layer + 1 + lag),
        ):
            if output not in shown or not 0 <= step - age < samples:
                continue
            for row in range(rows):
                expected = activations[step - age, words[clock + row], memories]
                got = shown[output][clock + row + timing.row_read]
                assert got.tolist() == expected.tolist()
                compared += 1
    assert compared > 4 * rows
