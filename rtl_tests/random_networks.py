"""Random legal networks: a seeded sampler that covers every kind of shape the generator claims."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import ceil, gcd

from software_ref.activation import Activation
from software_ref.connections.options import KINDS, ConnectionOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.update_rounding import UpdateOptions

__all__ = ["FORMATS", "features_of", "random_network", "sample_networks"]

FORMATS = {(2, 5): 6, (2, 7): 5, (3, 8): 4, (4, 11): 1}
"""Integer and fraction bits that the sampler goes through, and in how many of 16 networks."""
SIZES = (4, 5, 6, 8, 9, 10, 12, 14, 15, 16, 18)
"""Layer sizes: mostly with common factors, or every junction would be fully connected."""


@dataclass(frozen=True)
class _Wish:
    """What one sampled network must be like."""

    junctions: int
    fmt: tuple[int, int]
    kind: str
    dither: bool
    hidden: str
    parallelism: str
    """"one" (z = 1), "all" (z = N), or "any"."""


def sample_networks(count: int, seed: int) -> list[Network]:
    """Draw networks that between them have every wished-for property.

    Each is small (a few hundred edges at most), so that its core builds in seconds.
    """
    rng = random.Random(seed)
    cycles = {
        "junctions": [1, 2, 3, 4],
        # A table of 16 bits takes ten times as long to build as one of 12: once is enough in 16.
        "fmt": [format_ for format_, share in FORMATS.items() for _ in range(share)],
        "pattern": list(product(KINDS, (False, True))),
        "hidden": ["sigmoid", "relu"],
        "parallelism": ["any", "any", "one", "any", "all"],
    }
    for values in cycles.values():
        rng.shuffle(values)
    networks = []
    for index in range(count):
        # Independent strides, so that the properties meet in ever new combinations.
        kind, dither = cycles["pattern"][index % 6]
        wish = _Wish(
            junctions=cycles["junctions"][(index + index // 4) % 4],
            fmt=cycles["fmt"][(index + index // 16) % 16],
            kind=kind,
            dither=dither,
            hidden=cycles["hidden"][(index + index // 8) % 2],
            parallelism=cycles["parallelism"][index % 5],
        )
        networks.append(random_network(rng, wish))
    return [
        _with_options(network, index // 3) if index % 3 == 2 else network
        for index, network in enumerate(networks)
    ]


def _with_options(network: Network, number: int) -> Network:
    """The network with random bits in updates, extra bits in stored weights, or both by turns.

    Every other one has narrow activations, too.
    """
    rng = random.Random(number)
    fraction = network.format.fraction
    extra = rng.randint(1, fraction) if number % 3 else 0
    bits = rng.choice([1, 6, 12, 24]) if number % 3 != 1 else 0
    return replace(
        network,
        format=replace(
            network.format,
            stored_fraction=fraction + extra,
            activation_fraction=rng.randint(1, fraction) if number % 2 else None,
        ),
        update=UpdateOptions(random_bits=bits, seed=number),
    )


def random_network(rng: random.Random, wish: _Wish) -> Network:
    """Draw one network; shapes are drawn again until they are legal."""
    while True:
        layers = [rng.choice(SIZES) for _ in range(wish.junctions + 1)]
        degrees, parallelism = [], []
        for left, right in pairwise(layers):
            unit = right // gcd(left, right)
            degrees.append(unit * min(rng.randint(1, right // unit) for _ in range(2)))
            divisors = [z for z in range(1, left + 1) if left % z == 0]
            chosen = {"one": 1, "all": left, "any": rng.choice(divisors)}[wish.parallelism]
            parallelism.append(chosen)
        integer, fraction = wish.fmt
        relu = wish.hidden == "relu"
        try:
            return Network(
                layers=tuple(layers),
                out_degree=tuple(degrees),
                parallelism=tuple(parallelism),
                classes=rng.randint(1, layers[-1]),
                format=FixedFormat(integer=integer, fraction=fraction),
                activation=Activation(
                    hidden=wish.hidden, relu_cap=rng.choice([None, 1.0]) if relu else None
                ),
                connections=ConnectionOptions(
                    kind=wish.kind, dither=wish.dither, seed=rng.randint(0, 999)
                ),
            )
        except ValueError:
            continue  # parallelism that leaves too few banks for the neurons that finish


def features_of(network: Network) -> set[str]:
    """Name the properties that a set of networks is meant to cover."""
    features = {
        f"L = {len(network.junctions)}",
        f"format {replace(network.format, stored_fraction=None, activation_fraction=None)}",
        network.connections.kind + (" dither" if network.connections.dither else ""),
    }
    if len(network.junctions) > 1:
        features.add(network.activation.hidden)
    if network.format.extra_bits or network.update.random_bits:
        extra = " extra bits" if network.format.extra_bits else ""
        features.add(("random bits" if network.update.random_bits else "") + extra)
    if network.format.activation_shift:
        features.add("narrow activations")
    if any(size & (size - 1) for size in network.layers):
        features.add("no power of two")
    if len({shape.rows for shape in network.junctions}) > 1:
        features.add("unequal rows")
    for shape in network.junctions:
        if shape.parallelism == 1:
            features.add("z = 1")
        if shape.parallelism == shape.left:
            features.add("z = N")
        if shape.depth == 1:
            features.add("one word a memory")
        if shape.in_degree % shape.parallelism and shape.parallelism % shape.in_degree:
            features.add("straddling rows")
        if shape.out_degree == shape.right:
            features.add("fully connected")
        if shape.out_degree == 1:
            features.add("d_out = 1")
        if ceil(shape.parallelism / shape.in_degree) > 1:
            features.add("several neurons finish in a row")
    return features
