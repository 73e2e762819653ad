"""The manifest: all that a host or a bench reads from it, and what it says of different cores."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from software_ref.activation import Activation
from software_ref.checkpoint import Checkpoint
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.core_plan import CorePlan
from software_ref.devices import DEVICES
from software_ref.file_options import TargetOptions, TrainingOptions
from software_ref.fixed_point import FixedFormat
from software_ref.golden import initial_parameters, minimum_lags
from software_ref.manifest import manifest
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.plan.core_options import CoreOptions
from software_ref.update_rounding import UpdateOptions

# Rows of junction 1 hold one and a third neurons; junction 2 finishes two neurons in its one row.
NETWORK = Network(
    layers=(12, 8, 2),
    out_degree=(2, 1),
    parallelism=(4, 8),
    classes=2,
    format=FixedFormat(integer=2, fraction=6, stored_fraction=8, activation_fraction=5),
    activation=Activation(hidden="relu", relu_cap=1.5),
    connections=ConnectionOptions(kind="seed_per_sweep", seed=5),
)
PLAN = CorePlan(network=NETWORK, name="core", seed=7, options=CoreOptions(max_rate_exponent=9))
RANDOM = replace(NETWORK, update=UpdateOptions(random_bits=4, seed=6))


def described(plan: CorePlan) -> dict[str, Any]:
    """A plan's manifest as it comes back from the file."""
    text = json.dumps(manifest(plan))
    found: dict[str, Any] = json.loads(text)
    assert json.dumps(found) == text
    return found


def differing(one: Any, other: Any, path: str = "") -> set[str]:
    """Dotted names of what two manifests do not have alike; lists are taken as a whole."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return set() if one == other else {path}
    names = one.keys() | other.keys()
    return {
        found
        for name in names
        for found in differing(one.get(name), other.get(name), f"{path}.{name}".lstrip("."))
    }


def test_it_has_the_parts_that_the_documentation_promises() -> None:
    assert list(described(PLAN)) == [
        *("schema_version", "top", "core", "network", "format", "update", "seeds"),
        *("initial_parameters", "connections", "schedule", "latencies", "ports", "parameters"),
        *("memories", "multipliers"),
    ]


def test_it_says_which_network_the_core_holds() -> None:
    found = described(PLAN)
    assert (found["top"], found["core"]) == ("core", "training")
    assert found["network"] == {
        "layers": [12, 8, 2],
        "out_degree": [2, 1],
        "in_degree": [3, 4],
        "parallelism": [4, 8],
        "classes": 2,
        "hidden": "relu",
        "relu_cap_raw": 96,  # 1.5 with six fraction bits
    }
    assert found["format"] == {
        "sign": 1,
        "integer": 2,
        "fraction": 6,
        "stored_fraction": 8,
        "activation_fraction": 5,
    }
    assert found["seeds"] == {"connections": 5, "weights": 7, "update": 1}


def test_it_says_where_the_parameters_come_from() -> None:
    own = described(PLAN)["initial_parameters"]
    assert own == {
        "source": "seed",
        "epoch": 0,
        "samples": 0,
        "sha256": initial_parameters(NETWORK, 7).sha256,
        "constant": False,
    }
    trained = initial_parameters(NETWORK, 99)
    start = Checkpoint(parameters=trained, lags=minimum_lags(NETWORK), epoch=3, samples=120)
    for plan in (replace(PLAN, start=start), replace(PLAN, start=start, seed=8)):
        found = described(plan)
        assert found["initial_parameters"] == {
            "source": "checkpoint",
            "epoch": 3,
            "samples": 120,
            "sha256": trained.sha256,
            "constant": False,
        }
        assert found["seeds"]["weights"] is None
        names = {f"initial_parameters.{name}" for name in ("source", "epoch", "samples", "sha256")}
        assert differing(described(PLAN), found) == names | {"seeds.weights"}
    assert trained.sha256 != own["sha256"]


def test_a_core_of_constants_has_no_port_to_tell_places_of() -> None:
    inference, constant = (
        described(replace(PLAN, options=CoreOptions(training=False, constant=constant)))
        for constant in (False, True)
    )
    assert constant["parameters"] is None
    assert constant["initial_parameters"]["constant"] is True
    assert differing(inference, constant) == {
        "parameters",
        "initial_parameters.constant",
        "ports.streams.parameter_requests",
        "ports.streams.parameter_values",
    }


def test_first_states_are_those_of_a_core_that_rounds_at_random() -> None:
    assert described(PLAN)["update"] == {"random_bits": 0, "first_states": [None, None]}
    states = [RANDOM.update.first_state(junction) for junction in (1, 2)]
    found = described(replace(PLAN, network=RANDOM))
    assert found["update"] == {"random_bits": 4, "first_states": states}
    assert found["seeds"]["update"] == 6
    assert states[0] != states[1]


def test_it_says_which_addresses_can_be_written_and_what_they_begin_with() -> None:
    network = replace(NETWORK, connections=ConnectionOptions(kind="free"), rewire=RewireOptions())
    plan = replace(PLAN, network=network)
    found = described(plan)
    # A row of junction 2 has a word of each memory, so there is nothing to address.
    assert [places.get("addresses") for places in found["parameters"]["junctions"]] == [
        {"rows": 6, "lanes": 4, "words": 3},
        None,
    ]
    assert found["connections"]["words"] == [pattern.words.tolist() for pattern in plan.patterns]
    assert found["ports"]["streams"]["parameter_requests"]["fields"]["address"][1:] == [1, False]
    plain = described(replace(plan, network=replace(network, rewire=None)))
    assert differing(found, plain) == {
        "initial_parameters.sha256",
        "parameters.junctions",
        "ports.streams.parameter_requests.bits",
        *(
            f"ports.streams.parameter_requests.fields.{n}"
            for n in ("address", "row", "lane", "data")
        ),
    }


@pytest.mark.parametrize("dither", [True, False])
def test_connections_follow_from_its_memories_and_seeds(dither: bool) -> None:
    options = ConnectionOptions(kind="seed_per_sweep", dither=dither, seed=5)
    plan = replace(PLAN, network=replace(NETWORK, connections=options))
    found = described(plan)["connections"]
    assert (found["kind"], found["dither"]) == ("seed_per_sweep", dither)
    for place, (shape, pattern) in enumerate(zip(NETWORK.junctions, plan.patterns, strict=True)):
        edges = [
            (seeds[memory] + cycle) % shape.depth * shape.parallelism + memory
            for memories, seeds in zip(found["memory"][place], found["seeds"][place], strict=True)
            for cycle in range(shape.depth)
            for memory in memories
        ]
        assert edges == pattern.left_neurons.tolist()


def test_its_schedule_is_the_plans() -> None:
    schedule = PLAN.schedule
    assert described(PLAN)["schedule"] == {
        "block_cycle": 6,
        "period": schedule.period,
        "lead": schedule.lead,
        "offsets": list(schedule.offsets),
        "lags": list(schedule.lags),
        "settle": schedule.settle,
        "result_steps": schedule.result_steps,
        "max_rate_exponent": 9,
    }


def test_a_host_finds_every_port_and_field() -> None:
    ports = described(PLAN)["ports"]
    # Narrow inputs: 0 to 2**5, so six bits each.
    features = ports["beat_features"]
    assert features * ports["beats"] == 12
    assert ports["streams"] == {
        "samples": {
            "direction": "in",
            "payload": "samples__payload",
            "valid": "samples__valid",
            "ready": "samples__ready",
            "bits": 6 * features + 1 + 1 + 4,
            "fields": {
                "features": [0, 6 * features, False],
                "label": [6 * features, 1, False],
                "train": [6 * features + 1, 1, False],
                "rate_exponent": [6 * features + 2, 4, False],
            },
        },
        "predictions": {
            "direction": "out",
            "payload": "predictions__payload",
            "valid": "predictions__valid",
            "ready": "predictions__ready",
            "bits": 16 + 1 + 1,
            "fields": {
                "tag": [0, 16, False],
                "prediction": [16, 1, False],
                "correct": [17, 1, False],
            },
        },
        "parameter_requests": {
            "direction": "in",
            "payload": "parameter_requests__payload",
            "valid": "parameter_requests__valid",
            "ready": "parameter_requests__ready",
            "bits": 1 + 1 + 1 + 3 + 3 + 11,
            "fields": {
                "write": [0, 1, False],
                "junction": [1, 1, False],
                "bias": [2, 1, False],
                "row": [3, 3, False],
                "lane": [6, 3, False],
                "data": [9, 11, True],
            },
        },
        "parameter_values": {
            "direction": "out",
            "payload": "parameter_values__payload",
            "valid": "parameter_values__valid",
            "ready": "parameter_values__ready",
            "bits": 12,
            "fields": {"value": [0, 11, True], "error": [11, 1, False]},
        },
    }
    assert ports["feature_bits"] == 6
    assert ports["clock"] == {"name": "clk", "edge": "rising"}
    assert ports["reset"] == {
        "name": "rst",
        "active": "high",
        "synchronous": True,
        "clocks": 1,
    }
    assert ports["signals"] == {
        "clk": {"direction": "in", "bits": 1},
        "rst": {"direction": "in", "bits": 1},
        "drain": {"direction": "in", "bits": 1},
        "busy": {"direction": "out", "bits": 1},
        "steps": {"direction": "out", "bits": 32},
        "saturations": {"direction": "out", "bits": 2 * 3 * 32},
    }


@pytest.mark.parametrize(
    ("layers", "out_degree", "parallelism"),
    [((12, 8, 2), (2, 1), (4, 8)), ((10, 10, 4), (3, 2), (10, 5)), ((12, 4, 3), (1, 3), (3, 2))],
)
def test_its_numbers_say_where_parameters_lie(
    layers: tuple[int, ...], out_degree: tuple[int, ...], parallelism: tuple[int, ...]
) -> None:
    plan = CorePlan(network=Network(layers=layers, out_degree=out_degree, parallelism=parallelism))
    places = described(plan)["parameters"]["junctions"]
    assert len(places) == len(plan.schedule.timing)
    for timing, place in zip(plan.schedule.timing, places, strict=True):
        shape = timing.shape
        assert place["weights"] == {
            "count": shape.weights,
            "rows": shape.rows,
            "lanes": shape.parallelism,
        }
        biases = place["biases"]
        assert biases["count"] == shape.right
        found = list(zip(biases["rows"], biases["lanes"], strict=True))
        assert found == [timing.layout.finish_place(neuron) for neuron in range(shape.right)]


def test_it_says_which_bits_are_which_counter() -> None:
    counters = described(PLAN)["ports"]["saturations"]
    assert counters[0] == {"junction": 1, "counts": "feedforward", "bits": [0, 32, False]}
    assert counters[5] == {"junction": 2, "counts": "update", "bits": [160, 32, False]}
    assert len(counters) == 6


def test_it_says_after_how_many_clocks_a_parameter_request_is_answered() -> None:
    assert described(PLAN)["parameters"]["answer_clocks"] == PLAN.schedule.answer_clocks


def test_its_memories_hold_every_parameter_and_are_told_with_their_bits() -> None:
    memories = described(PLAN)["memories"]
    for memory in memories:
        assert memory["bits"] == memory["count"] * memory["depth"] * memory["width"]
        assert memory["kind"] == "distributed"  # none is as deep as a block RAM
    words = {
        (memory["junction"], memory["holds"]): (memory["depth"], memory["width"])
        for memory in memories
    }
    assert words[1, "weights"] == (6, 4 * 11)
    assert words[2, "weights"] == (1, 8 * 11)
    assert {holds for _, holds in words} == {
        *("weights", "biases", "activations", "derivatives", "output deltas", "errors"),
        *("addresses", "sigmoid"),
    }


def test_an_inference_core_lacks_what_only_training_needs() -> None:
    inference = replace(PLAN, options=replace(PLAN.options, training=False))
    one, other = described(PLAN), described(inference)
    assert other["core"] == "inference"
    assert other["schedule"]["lags"] == [0, 0]
    assert min(one["schedule"]["lags"]) > 0
    training_only = [{"delta_fetch", "update"}, {"delta_fetch", "update", "error"}]
    kept = {"operands", "products", "linear", "activation"}
    assert [latencies.keys() - kept for latencies in one["latencies"]] == training_only
    assert [set(latencies) for latencies in other["latencies"]] == [kept, kept]
    assert {memory["holds"] for memory in other["memories"]} == {
        *("weights", "biases", "activations", "addresses", "sigmoid")
    }
    assert [set(each["dsp"]) for each in other["multipliers"]] == [{"feedforward"}] * 2
    # What a host sends and reads is the same.
    assert differing(one["ports"], other["ports"]) == set()
    for same in ("network", "format", "update", "seeds", "connections", "parameters"):
        assert one[same] == other[same]


def test_a_device_decides_the_multipliers_alone() -> None:
    def found(target: TargetOptions) -> dict[str, Any]:
        return described(CorePlan.from_file(NetworkFile(network=NETWORK, target=target)))

    all_dsp, none = found(TargetOptions()), found(TargetOptions(dsp_budget=0))
    assert all_dsp["multipliers"] == [
        {"lanes": 4, "dsp": {"feedforward": 4, "update": 4}},
        {"lanes": 8, "dsp": {"backprop": 8, "feedforward": 8, "update": 8}},
    ]
    assert none["multipliers"] == [{"lanes": 4, "dsp": {}}, {"lanes": 8, "dsp": {}}]
    assert differing(all_dsp, none) == {"multipliers"}
    for device in DEVICES:
        assert differing(none, found(TargetOptions(device=device, dsp_budget=0))) == set()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"name": "other"}, {"top"}),
        ({"seed": 8}, {"seeds.weights", "initial_parameters.sha256"}),
        (
            {"network": replace(NETWORK, connections=ConnectionOptions(seed=6))},
            {"seeds.connections", "connections.seeds"},
        ),
        ({"network": replace(NETWORK, classes=1)}, {"network.classes"}),
    ],
)
def test_what_differs_between_two_cores_is_told(change: dict[str, Any], names: set[str]) -> None:
    assert differing(described(PLAN), described(replace(PLAN, **change))) == names


def test_a_files_own_rates_and_seed_reach_it() -> None:
    training = TrainingOptions(seed=11, rate_exponent=((0, 2), (3, 13)))
    found = described(CorePlan.from_file(NetworkFile(network=NETWORK, training=training)))
    assert found["seeds"]["weights"] == 11
    assert found["schedule"]["max_rate_exponent"] == 13
