"""A network as a PyTorch module of the same edges, and its way back into fixed point.

    from presparse.torch import SparseMLP, checkpoint_from_state_dict

    model = SparseMLP(network)
    ...  # trained as any module
    checkpoint_from_state_dict(network, model.state_dict()).save("trained.npz")

PyTorch must be installed; docs/exchange.md has a whole training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

try:
    import torch
    from torch import Tensor, nn
    from torch.nn import functional
except ImportError as error:
    raise ImportError(
        f"presparse.torch needs PyTorch, which cannot be imported ({error}); "
        "install it with pip install torch"
    ) from error

from presparse.errors import Error, refusing
from presparse.network import Network
from presparse.training import Training
from software_ref.activation_functions import ActivationFunction, Relu, Sigmoid
from software_ref.checkpoint import load_checkpoint
from software_ref.exchange.float_state import arrays_of
from software_ref.exchange.linear_layers import layers_of
from software_ref.exchange.weight_import import WeightImport, import_state
from software_ref.golden.edges import Edges, edges_of
from software_ref.golden.parameters import Parameters, initial_parameters, initial_weight_values
from software_ref.loading import lags_of, load_inputs

__all__ = ["SparseLinear", "SparseMLP", "checkpoint_from_state_dict"]


class SparseLinear(nn.Linear):
    """A linear layer whose weights outside a mask are 0 and stay so.

    Gradients outside the mask are 0, so no optimiser changes what is not there.

    Parameters
    ----------
    mask : Tensor
        Where edges are: bool (N_i, N_{i-1}).
    """

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        right, left = mask.shape
        super().__init__(left, right)
        # Not part of the state: the network file has it, and `nn.Linear` takes the state too.
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """W a + b, over the edges alone."""
        return functional.linear(features, self.weight * self.mask, self.bias)


class SparseMLP(nn.Module):
    """A network in PyTorch: linear layers with its connections, and its hidden activation.

    It computes what the float model does: no rounding, no saturation, and a ReLU is capped only
    where the network names a cap. Weights start as those of the golden model before they are
    quantised, biases at 0.

    Parameters
    ----------
    network : Network
    inputs : int64 (N_0,), optional
        The feature that each input takes, where `[data.inputs]` chooses, as `Network.samples` and a
        checkpoint have it; by default features come in the order of the inputs.

    Raises
    ------
    Error
        The hidden activation has no counterpart here.
    """

    @refusing
    def __init__(self, network: Network, inputs: NDArray[np.int64] | None = None) -> None:
        self._make(network, initial_parameters(network.file.network, 0), inputs)
        shape = network.file.network
        values = initial_weight_values(shape, network.file.training.seed)
        for layer, edges, weights in zip(self.layers, edges_of(shape), values, strict=True):
            self._set(layer, edges.matrix(weights), [0.0] * edges.shape.right)

    def _make(
        self, network: Network, parameters: Parameters, inputs: NDArray[np.int64] | None
    ) -> None:
        """Layers of the connections that the parameters have."""
        super().__init__()
        shape = network.file.network
        chosen = None if inputs is None else torch.from_numpy(np.array(inputs, np.int64))
        self.register_buffer("inputs", chosen, persistent=False)
        self.classes = shape.competing
        """Outputs that compete in a prediction."""
        self.hidden = _hidden(shape.activation.function)
        """The activation of the hidden layers."""
        self.layers = nn.ModuleList(SparseLinear(_mask(edges)) for edges in parameters.edges)
        """A linear layer for each junction."""

    @classmethod
    @refusing
    def from_checkpoint(
        cls, network: Network, parameters: Training | Parameters | str | Path
    ) -> SparseMLP:
        """The module with trained weights and biases.

        Parameters
        ----------
        network : Network
        parameters : Training, Parameters or path
            Trained weights and biases, or a checkpoint's file.

        Raises
        ------
        Error
            The checkpoint cannot be read, or the parameters are another network's.
        """
        inputs = None
        if not isinstance(parameters, Parameters):
            state = (
                parameters.checkpoint
                if isinstance(parameters, Training)
                else load_checkpoint(Path(parameters), network.file.network)
            )
            parameters, inputs = state.parameters, state.inputs
        if parameters.network != network.file.network:
            raise ValueError(f"parameters must be those of {network.name}, not of another network")
        model = cls.__new__(cls)
        model._make(network, parameters, inputs)
        for layer, values in zip(model.layers, layers_of(parameters), strict=True):
            model._set(layer, values.weight, values.bias)
        return model

    def forward(self, features: Tensor) -> Tensor:
        """Sums s_L of the output layer, before its sigmoid: (n, N_L).

        What the hardware minimises is `binary_cross_entropy_with_logits` of them, summed over all
        outputs, against one-hot labels.

        Parameters
        ----------
        features : Tensor
            Values from 0 to 1, (n, ...), a sample's in the order of the inputs; a pixel p of 8 bits
            is p / 256. Inputs that have none are 0.

        Raises
        ------
        Error
            A sample has more values than there are inputs.
        """
        values = features.flatten(1)
        if self.inputs is not None:
            if values.shape[1] <= self.inputs.max():
                raise Error(
                    f"features must be more than the {self.inputs.max()} that inputs take, "
                    f"not {values.shape[1]}"
                )
            values = values[:, self.inputs]
        inputs, given = self.layers[0].in_features, values.shape[1]
        if given > inputs:
            raise Error(f"features must be at most the {inputs} inputs of the network, not {given}")
        values = functional.pad(values, (0, inputs - given))
        for layer in self.layers[:-1]:
            values = self.hidden(layer(values))
        return self.layers[-1](values)

    @torch.no_grad()
    def predict(self, features: Tensor) -> Tensor:
        """Classes: int64 (n,)."""
        return self(features)[:, : self.classes].argmax(1)

    @staticmethod
    @torch.no_grad()
    def _set(layer: nn.Linear, weight: Any, bias: Any) -> None:
        layer.weight.copy_(torch.as_tensor(weight))
        layer.bias.copy_(torch.as_tensor(bias))


@refusing
def checkpoint_from_state_dict(
    network: Network, state_dict: Mapping[str, Any], lags: Sequence[int] | None = None
) -> WeightImport:
    """Quantise the weights of linear layers in PyTorch: `.save(path)` writes the checkpoint.

    Parameters
    ----------
    network : Network
    state_dict : mapping
        Tensors or arrays by name, `NAME.weight` and `NAME.bias` of every layer in order.
    lags : sequence of int, optional
        Update lags in steps, for training to go on; by default those of the hardware.

    Returns
    -------
    WeightImport
        The checkpoint, the errors of quantising, and accuracies before and after.

    Raises
    ------
    Error
        Layers or shapes are not the network's, or there are weights where it has no edge.
    """
    state = arrays_of(state_dict)
    file = network.file
    return import_state(file.network, lags_of(file, lags), state, load_inputs(file))


def _mask(edges: Edges) -> Tensor:
    """Where edges are: bool (N_i, N_{i-1})."""
    return torch.from_numpy(edges.matrix(np.ones(edges.shape.weights)) != 0)


def _hidden(function: ActivationFunction) -> nn.Module:
    """The activation function of tensors."""
    if isinstance(function, Sigmoid):
        return nn.Sigmoid()
    if isinstance(function, Relu):
        return nn.ReLU() if function.cap is None else nn.Hardtanh(0.0, function.cap)
    raise ValueError(f"activation {function.name} has no counterpart in PyTorch")
