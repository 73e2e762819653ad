"""Whatever a trial chooses is a legal network that fits; what cannot be is refused in a line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hwgen.estimate.sweep import estimate_file
from hwgen.families import family_of
from hwgen.search.guidelines import first_guesses
from hwgen.search.limits import Limits
from hwgen.search.shapes import fewest_weights, out_degrees
from hwgen.search.space import SearchSpace, rate_schedule
from software_ref.connections.clash_free import generate_pattern
from software_ref.file_options import DataOptions, TargetOptions
from software_ref.network_document import network_document
from software_ref.network_file import network_file_of

LIMITS = {
    "weights": (784, 10, Limits(weights=2000)),
    "clocks": (39, 39, Limits(clocks=41, target=TargetOptions(device="xc7a35t"))),
    "tight": (64, 10, Limits(lut=7000, dsp=40, clocks=60, weights=5000)),
    "placement tells": (13, 3, Limits(target=TargetOptions(device="lfe5u-25f"))),
}


def space_of(name: str, **settings: object) -> SearchSpace:
    features, classes, limits = LIMITS[name]
    return SearchSpace(
        data=DataOptions(), features=features, classes=classes, limits=limits, **settings
    )


@pytest.mark.parametrize("name", LIMITS)
def test_every_choice_is_legal_and_fits(name: str) -> None:
    """By the estimate itself, not by what the space says of it."""
    space, rng = space_of(name), np.random.default_rng(5)
    choices = [space.draw(rng) for _ in range(8)]
    choices += [values for _, values in first_guesses(space)[:2]]
    shapes = set()
    for values in choices:
        proposal = space.propose(values)
        file = network_file_of(network_document(proposal.file))  # checks every rule again
        assert file == replace(proposal.file, path=None)
        estimate, limits = estimate_file(file), space.limits
        assert estimate == proposal.estimate
        assert family_of(file.target.fpga).fit(estimate, file.target.fpga).fits is not False
        assert estimate.clocks_per_sample <= (limits.clocks or 10**9)
        assert file.network.weights <= (limits.weights or 10**9)
        assert estimate.lut <= (limits.lut or 10**9)
        assert estimate.dsp <= (limits.dsp or 10**9)
        assert file.network.competing == space.classes
        for shape in file.network.junctions:
            generate_pattern(shape, file.network.connections)
        shapes.add((file.network.layers, file.network.out_degree))
    assert len(shapes) >= len(choices) / 2  # not always the same one that fits


def test_degrees_are_filled_up_and_later_ones_are_denser() -> None:
    layers = (784, 112, 56, 10)
    even, later = (out_degrees(layers, 16_000, ratio, None) for ratio in (1.0, 8.0))
    assert even is not None
    assert later is not None
    for degrees in (even, later):
        weights = sum(left * degree for left, degree in zip(layers, degrees, strict=False))
        assert 15_000 < weights <= 16_000
    assert later[0] < even[0]
    assert later[1] > even[1]
    assert out_degrees(layers, fewest_weights(layers), 1.0, None) is not None
    assert out_degrees(layers, fewest_weights(layers) - 1, 1.0, None) is None


def test_rates_are_halved_at_equal_distances() -> None:
    assert rate_schedule(12, 3, 2) == ((0, 3), (4, 4), (8, 5))
    assert rate_schedule(2, 3, 0) == ((0, 3),)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"limits": Limits(weights=50)},
            "weights must be allowed to be 72 or more, not 50 at most: that many has 48-24-12 "
            "with the least legal degrees, the smallest network from 64 features to 12 classes",
        ),
        (
            {"limits": Limits(lut=600)},
            "no network of the space fits: the smallest, .* takes [0-9,]+ LUT, and at most 600 "
            "are allowed",
        ),
        (
            {"limits": Limits(clocks=2)},
            "no network of the space fits: .* takes 9 clocks a sample, and at most 2 are allowed",
        ),
        (
            {"limits": Limits(clocks=10), "features": 13, "classes": 11, "width": (16, 16)},
            "clocks a sample must be allowed to be more than 10: 16-16-11, the smallest network, "
            "has out-degrees 1, 11, and takes as many",
        ),
        ({"layers": (1, 5)}, "hidden layers must be 1 to 4, not 1 to 5"),
        ({"width": (2, 9)}, "neurons of a hidden layer must be at least 4, not 2 to 9"),
        ({"fixed": {"kind": "free"}}, "no parameter is called 'kind'; there are hidden_layers, .*"),
        ({"fixed": {"rate": "9"}}, "rate must be one number, or two .* within 1 to 7, not '9'"),
        (
            {"fixed": {"activation": "tanh"}},
            r"activation must be of sigmoid, relu \(.*\), not 'tanh'",
        ),
    ],
)
def test_what_cannot_be_is_refused(settings: dict[str, object], message: str) -> None:
    given = {"data": DataOptions(), "features": 64, "classes": 12, "limits": Limits()} | settings
    with pytest.raises(ValueError, match=f"^{message}$") as refusal:
        SearchSpace(**given)
    assert "\n" not in str(refusal.value)


def test_parameters_may_be_left_few_values() -> None:
    space = space_of(
        "weights", fixed={"connections": "free:rewired 0.3", "rate": "2:3", "epochs": "12"}
    )
    rng = np.random.default_rng(1)
    files = [space.propose(space.draw(rng)).file for _ in range(6)]
    assert {each.network.connections.kind for each in files} == {"free"}
    assert {each.training.rate_exponent[0][1] for each in files} <= {2, 3}
    assert {each.training.epochs for each in files} == {12}
    assert any(each.network.rewire is not None for each in files)
