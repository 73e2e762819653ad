"""The core's instances, and that each of them has its cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from amaranth.hdl import Fragment

from hwgen.core.design import CoreDesign
from hwgen.core.network import NetworkCore
from hwgen.testing.shapes import network
from software_ref.connections.rewire_options import RewireOptions
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.ports import TAG_BITS

PLAIN = network((12, 8, 2, 4), (8, 4, 4, 8))
NETWORKS = {
    "plain": PLAIN,
    "dither": network((12, 8, 2, 4), (8, 4, 4, 8), dither=True, hidden="relu"),
    "random_rounding": network((12, 8, 2, 4), (8, 4, 4, 8), random_bits=3, kind="free"),
    "rewired": replace(
        network((12, 8, 2, 4), (8, 4, 2, 4), kind="free", dither=True), rewire=RewireOptions()
    ),
    "one_junction": network((8, 4, 2, 8)),
}


def instances(core: NetworkCore) -> set[str]:
    """Names of the core's instances, and of those in its junctions."""
    names = set()
    for inside, name, _ in Fragment.get(core, None).subfragments:
        names.add(name)
        if name.startswith("junction_"):
            names |= {f"{name}.{each}" for _, each, _ in Fragment.get(inside, None).subfragments}
    return names


@pytest.mark.parametrize(
    "options",
    [CoreOptions(), CoreOptions(training=False), CoreOptions(training=False, constant=True)],
    ids=["training", "inference", "constant"],
)
@pytest.mark.parametrize("net", NETWORKS.values(), ids=NETWORKS)
def test_every_instance_has_a_cost_and_every_cost_an_instance(
    net: Network, options: CoreOptions
) -> None:
    design = CoreDesign(network=net, options=options)
    assert NetworkCore.costs(design.schedule, design.dsp).keys() == instances(design.core)


def test_the_output_queue_holds_a_result_for_all_that_have_credit() -> None:
    design = CoreDesign(network=PLAIN)
    costs = NetworkCore.costs(design.schedule, design.dsp)
    payload = design.ports.prediction
    assert payload.bits == TAG_BITS + 2 + 1
    assert costs["output_queue"]["memory"].ff == payload.bits
    assert design.schedule.credit == design.schedule.result_steps + 2
