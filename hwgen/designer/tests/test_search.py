"""The designer: what it says of a network is the network's, in the order asked for."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hwgen.designer import Design, DesignGoal, LayerSizes, find_designs, ranked, sizes_for
from hwgen.designer.network_text import network_text
from hwgen.designer.search import SORTS
from hwgen.estimate.sweep import estimate_file
from hwgen.families import family_of
from software_ref.devices import DEVICES
from software_ref.file_options import TargetOptions
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.schedule import Schedule


def layers(*sizes: int) -> tuple[LayerSizes, ...]:
    return (LayerSizes(layers=sizes),)


@pytest.fixture(scope="module")
def designs() -> list[Design]:
    hidden = [(16,), (24,)]
    return find_designs(DesignGoal(density=0.3, clocks=32, sizes=sizes_for(64, 10, hidden)))


def test_all_are_near_enough_and_fit(designs: list[Design]) -> None:
    assert len(designs) > 10
    assert len({design.network for design in designs}) == len(designs)
    for design in designs:
        assert 0.25 <= design.density <= 0.36
        assert 32 / 1.2 <= design.clocks <= 32 * 1.2
        assert design.fits
        assert design.network.competing == 10
        assert design.padded == (design.network.layers[-1] != 10)


def test_figures_are_those_of_the_network(designs: list[Design], tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("designs") / "chosen.toml"
    for design in designs[::9]:
        path.write_text(network_text(design, "digits"))
        file = read_network_file(path)
        assert file.network == design.network
        assert file.target.device == "xc7a100t"
        assert file.data.name == "digits"
        assert estimate_file(file) == design.estimate
        assert Schedule.from_file(file).period == design.clocks
        assert family_of(DEVICES["xc7a100t"]).fit(design.estimate, file.target.fpga).fits


@pytest.mark.parametrize("order", SORTS)
def test_orders(designs: list[Design], order: str) -> None:
    found = ranked(designs, order)
    assert sorted(map(id, found)) == sorted(map(id, designs))
    keys = {
        "closest": lambda design: round(sum(design.off) / 0.05),
        "density": lambda design: round(design.off[0] / 0.05),
        "clocks": lambda design: design.clocks,
        "weights": lambda design: -design.network.weights,
        "lut": lambda design: design.estimate.lut,
        "ff": lambda design: design.estimate.ff,
        "dsp": lambda design: design.estimate.dsp,
        "bram": lambda design: design.estimate.bram36,
    }
    values = [keys[order](design) for design in found]
    assert values == sorted(values)
    assert len(set(values)) > 1 or order == "bram"


def test_the_smallest_comes_first_among_those_as_near(designs: list[Design]) -> None:
    nearest = round(sum(designs[0].off) / 0.05)
    luts = [each.estimate.lut for each in designs if round(sum(each.off) / 0.05) == nearest]
    assert luts == sorted(luts)


def test_the_target_decides_the_figures_and_is_in_the_file(tmp_path) -> None:
    target = TargetOptions(device="lfe5u-85f", dsp_budget=7, pipeline="medium")
    goal = DesignGoal(
        density=0.5, clocks=16, sizes=layers(16, 12, 4), target=target, training=False, within=1
    )
    first = find_designs(goal)[0]
    assert first.estimate.dsp <= 7
    path = tmp_path / "chosen.toml"
    path.write_text(network_text(first))
    file = read_network_file(path)
    assert file.target == target
    assert file == NetworkFile(network=first.network, target=target, path=path)
    assert estimate_file(file, training=False) == first.estimate


@pytest.mark.parametrize(
    ("sizes", "density", "clocks", "message"),
    [
        (
            layers(784, 112, 10),
            0.005,
            64,
            r"no legal network of the layers 784-112-10 is within 20 % of 0.5 % density and 64 "
            r"clocks; the nearest is 784-112-10 with out_degree 1, 5 and parallelism \d+, \d+ "
            r"\(1.51 %, \d+ clocks\)",
        ),
        (
            layers(64, 16, 8),
            0.5,
            2,
            r"no legal network of the layers 64-16-8 is within 20 % of 50 % density and 2 clocks; "
            r"the nearest is .* \(48.6 %, 9 clocks\)",
        ),
        (
            sizes_for(64, 10, [(16,)]),
            0.3,
            100_000,
            r"no legal network of the layers tried \(4 choices\) is within .*",
        ),
        (
            layers(784, 112, 10),
            0.2,
            44,
            r"no network of 20 % density and 44 clocks fits XC7A100T: 784-112-10 with .* takes "
            r"[\d,]+ of 63,400 LUT; one that does is 784-112-10 with .*, 88 clocks\)",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_nearest(
    sizes: tuple[LayerSizes, ...], density: float, clocks: int, message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        find_designs(DesignGoal(density=density, clocks=clocks, sizes=sizes))
    assert re.fullmatch(message, str(refused.value)), refused.value


@pytest.mark.parametrize(
    ("device", "needs"),
    [
        ("xc7a35t", r"takes [\d,]+ of 20,800 LUT; one that does is 784-112-10 "),
        ("lfe5u-25f", r"takes [\d,]+ of 24,288 FF; one that does is 784-112-10 "),
        (
            "tiny",
            r"takes too much \(does not fit TINY: about .* of 100 LUTs of four inputs.*\); nor ",
        ),
    ],
)
def test_what_a_device_lacks_is_told(
    device: str, needs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All the flip-flops and block RAMs that it may want, and hardly any LUTs.
    tiny = replace(
        DEVICES["lfe5u-85f"], name="tiny", lut=100, lut_memory=100, ff=10**6, block_ram=10**6
    )
    monkeypatch.setitem(DEVICES, "tiny", tiny)
    goal = DesignGoal(
        density=0.2,
        clocks=100,
        sizes=layers(784, 112, 10),
        target=TargetOptions(device=device),
    )
    with pytest.raises(ValueError, match=needs):
        find_designs(goal)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"density": 0.0}, "density must be above 0 and at most 1, not 0"),
        ({"density": 20}, "density must be above 0 and at most 1, not 20"),
        ({"clocks": 0}, "clocks must be at least 1, not 0"),
        ({"within": -1}, "within must be at least 0, not -1"),
        ({"sizes": ()}, "sizes must name at least one choice of layers"),
    ],
)
def test_a_wish_must_be_possible(wish: dict[str, object], message: str) -> None:
    usual = {"density": 0.2, "clocks": 64, "sizes": layers(784, 112, 10)}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        DesignGoal(**{**usual, **wish})
