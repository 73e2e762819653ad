"""The network as a PyTorch module: what it computes, what it trains, and its way back."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import presparse
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import edges_of, initial_parameters, initial_weight_values
from software_ref.predictions import Predictions

torch = pytest.importorskip("torch", reason="PyTorch is not installed (the extra torch)")

from presparse.torch import SparseMLP, checkpoint_from_state_dict  # noqa: E402

NETWORKS = {
    "sigmoid": presparse.Network([12, 8, 6], [2, 3], classes=5, training={"seed": 4}),
    "relu": presparse.Network(
        [12, 8, 8, 4],
        [4, 2, 2],
        activation={"hidden": "relu"},
        connections={"kind": "free", "dither": True, "seed": 2},
    ),
    "relu_cap": presparse.Network(
        [12, 8, 4], [4, 2], activation={"hidden": "relu", "relu_cap": 0.25}
    ),
}


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest) -> presparse.Network:
    return NETWORKS[request.param]


def raw_features(count: int = 50) -> Any:
    return np.random.default_rng(1).integers(0, 257, (count, 12))


def values_of(raw: Any) -> Any:
    return torch.tensor(raw / 256)


def double(network: presparse.Network) -> SparseMLP:
    """The module in float64, as the float model computes, with biases that are not 0."""
    model = SparseMLP(network).double()
    rng = np.random.default_rng(2)
    with torch.no_grad():
        values = initial_weight_values(network.file.network, network.file.training.seed)
        for layer, edges, weights in zip(
            model.layers, edges_of(network.file.network), values, strict=True
        ):
            layer.weight.copy_(torch.tensor(edges.matrix(weights)))
            layer.bias.copy_(torch.tensor(rng.normal(0, 0.3, edges.shape.right)))
    return model


def float_trainer(network: presparse.Network, model: SparseMLP) -> FloatTrainer:
    """The float model with the module's parameters."""
    found = checkpoint_from_state_dict(network, model.state_dict())
    return FloatTrainer(network.file.network, *found.values)


def test_it_starts_as_the_golden_model_does(network: presparse.Network) -> None:
    model = SparseMLP(network)
    values = initial_weight_values(network.file.network, network.file.training.seed)
    for layer, edges, weights in zip(
        model.layers, edges_of(network.file.network), values, strict=True
    ):
        assert layer.weight.tolist() == edges.matrix(weights.astype(np.float32)).tolist()
        assert not layer.bias.any()
        assert layer.mask.tolist() == (edges.matrix(np.ones(len(weights))) == 1).tolist()


def test_it_computes_what_the_float_model_does(network: presparse.Network) -> None:
    model, raw = double(network), raw_features()
    shape = network.file.network
    found = checkpoint_from_state_dict(network, model.state_dict())
    activations: Any = raw / 256
    for edges, weights, biases in zip(edges_of(shape), *found.values, strict=True):
        grid = weights.reshape(edges.shape.right, edges.shape.in_degree)
        gathered = activations[:, edges.left].reshape(len(raw), *grid.shape)
        sums = (gathered * grid).sum(axis=2) + biases
        activations = shape.activation_of(edges.shape.index).value(sums)
    outputs = torch.sigmoid(model(values_of(raw))).detach().numpy()
    np.testing.assert_allclose(outputs, activations, rtol=0, atol=1e-12)
    assert (
        model.predict(values_of(raw)).tolist() == float_trainer(network, model).infer(raw).tolist()
    )


@pytest.mark.parametrize("name", ["sigmoid", "relu_cap"])
def test_a_step_of_sgd_is_that_of_the_float_model(name: str) -> None:
    network = NETWORKS[name]
    model, raw = double(network), raw_features(30)
    labels = np.random.default_rng(3).integers(0, network.file.network.competing, 30)
    reference = float_trainer(network, model)
    reference.run(raw, labels, True, 3)
    optimiser = torch.optim.SGD(model.parameters(), lr=2**-3)
    targets = torch.nn.functional.one_hot(
        torch.tensor(labels), network.file.network.layers[-1]
    ).double()
    for row, target in zip(values_of(raw), targets, strict=True):
        optimiser.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(
            model(row[None]), target[None], reduction="sum"
        ).backward()
        optimiser.step()
    weights, biases = checkpoint_from_state_dict(network, model.state_dict()).values
    for mine, its in zip([*weights, *biases], [*reference.weights, *reference.biases], strict=True):
        np.testing.assert_allclose(mine, its, rtol=0, atol=1e-12)


@pytest.mark.parametrize("optimiser", ["Adam", "AdamW", "RMSprop", "SGD"])
def test_no_optimiser_makes_weights_where_no_edge_is(optimiser: str) -> None:
    network = NETWORKS["relu"]
    model = SparseMLP(network)
    before = copy.deepcopy(model.state_dict())
    step = getattr(torch.optim, optimiser)(model.parameters(), lr=0.05, weight_decay=0.01)
    features = values_of(raw_features()).float()
    for _ in range(5):
        step.zero_grad()
        torch.nn.functional.cross_entropy(
            model(features), torch.arange(len(features)) % 4
        ).backward()
        step.step()
    for layer in model.layers:
        assert not layer.weight[~layer.mask].any()
    assert any((before[key] != value).any() for key, value in model.state_dict().items())
    found = checkpoint_from_state_dict(network, model.state_dict())
    assert all(each.largest_error <= 2**-9 for each in found.quantised)


def test_a_checkpoint_comes_back_to_the_bit(tmp_path: Path) -> None:
    network = presparse.load(Path(__file__).parents[2] / "examples" / "digits.toml")
    training = network.train(epochs=1, samples=200, float_reference=False)
    path = training.save(tmp_path / "c.npz")
    data = network.samples()
    for source in (training, training.checkpoint.parameters, path):
        model = SparseMLP.from_checkpoint(network, source)
        found = checkpoint_from_state_dict(network, model.state_dict(), lags=(9, 3))
        assert found.parameters == training.checkpoint.parameters
        assert found.checkpoint.lags == (9, 3)
    accuracies = found.accuracies(data.test_features, data.test_labels)
    assert accuracies is not None
    golden = Predictions.of(found.parameters, data.test_features, data.test_labels)
    assert accuracies.after == golden.accuracy
    predicted = model.predict(torch.tensor(data.test_features / 256, dtype=torch.float32))
    assert (predicted.numpy() == data.test_labels).mean() == pytest.approx(
        accuracies.before, abs=0.01
    )


def test_inputs_that_have_no_feature_are_0_and_samples_may_be_images() -> None:
    model = SparseMLP(NETWORKS["sigmoid"])
    raw = raw_features(4)
    raw[:, 9:] = 0
    whole = values_of(raw).float()
    assert torch.equal(model(whole[:, :9].reshape(4, 3, 3)), model(whole))


def test_it_can_be_copied_saved_whole_and_loaded(tmp_path: Path) -> None:
    model = SparseMLP(NETWORKS["relu_cap"])
    torch.save(model, tmp_path / "m.pt")
    back = torch.load(tmp_path / "m.pt", weights_only=False)
    features = values_of(raw_features()).float()
    assert torch.equal(back(features), model(features))
    other = SparseMLP(NETWORKS["relu_cap"])
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(features), model(features))


def test_what_is_not_the_networks_is_refused() -> None:
    network = NETWORKS["sigmoid"]
    state = SparseMLP(network).state_dict()
    mask = SparseMLP(network).layers[1].mask
    right, left = (~mask).nonzero()[0].tolist()
    state["layers.1.weight"][right, left] = 2.5
    with pytest.raises(
        presparse.Error,
        match=r"^layers\.1\.weight must be 0 where junction 2 has no edge, but right neuron "
        rf"{right} has 2\.5 from left neuron {left}$",
    ):
        checkpoint_from_state_dict(network, state)
    with pytest.raises(
        presparse.Error, match=r"^parameters must be those of network, not of another network$"
    ):
        SparseMLP.from_checkpoint(network, initial_parameters(NETWORKS["relu"].file.network, 1))
    with pytest.raises(
        presparse.Error, match=r"^features must be at most the 12 inputs of the network, not 13$"
    ):
        SparseMLP(network)(torch.zeros(2, 13))
