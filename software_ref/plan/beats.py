"""From raw features to the beats that a core takes: what every sender of samples shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from software_ref.network import Network

__all__ = ["beats", "narrowed"]


def narrowed(network: Network, features: NDArray[np.integer]) -> NDArray[np.integer]:
    """Raw features, rounded where activations are narrow, without their low bits that are 0.

    Parameters
    ----------
    network
        The network.
    features
        Raw inputs in [0, 2**f] as `Samples` has them: integers (n, N_0).
    """
    return features >> network.format.activation_shift


def beats(
    features: NDArray[np.integer], *, beat_features: int, feature_width: int
) -> NDArray[np.uint8]:
    """The bytes of consecutive beats: uint8 (n beats, bytes of a beat), lowest first.

    Parameters
    ----------
    features
        Narrowed features, below 2**feature_width: integers (n, N_0).
    beat_features
        Features of a beat; feature 0 is lowest. A last beat that they do not fill has zeros on top.
    feature_width
        Bits of a feature, up to 32.
    """
    count, width = features.shape
    whole = -(-width // beat_features)
    lanes = np.zeros((count, whole * beat_features), "<u4")
    lanes[:, :width] = features
    octets = lanes.reshape(count * whole, beat_features, 1).view(np.uint8)
    bits = np.unpackbits(octets, axis=2, bitorder="little")[:, :, :feature_width]
    return np.packbits(bits.reshape(count * whole, -1), axis=1, bitorder="little")
