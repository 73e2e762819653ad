"""A classifier with scikit-learn's interface, trained to the bit as the hardware trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from presparse.network import Network
from software_ref.connections.parallelism import nearest_out_degree
from software_ref.connections.sizes import positive_integers
from software_ref.console.progress import ProgressBar
from software_ref.golden.inference import output_activations
from software_ref.loading import encode_inputs, inputs_by, lags_of
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData, golden_training

__all__ = ["SparseClassifier"]


class SparseClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """A pre-defined-sparse network as a scikit-learn classifier.

    Features are brought to [0, 1] by the training samples' extremes (others are clipped), classes
    are numbered, the connections are drawn, and the golden model trains: what is learnt is what
    the hardware would learn.

    Parameters
    ----------
    hidden : sequence of int
        Neurons of the hidden layers.
    density : float or sequence of float
        Share of the possible edges that exist, one for all junctions or one each; the nearest legal
        out-degrees are taken.
    epochs : int
        Passes over the training samples.
    rate_exponent : int or sequence of (int, int)
        k of the learning rate 2**-k, or pairs (first epoch, k).
    clocks : int
        Clocks a sample that the hardware's parallelism is chosen for; it decides the update lags.
    tables : mapping, optional
        Tables of the network file for all else: {"format": {...}, "activation": {...}, ...}.
    engine : str
        "compiled" (needs Numba), "numpy", or "auto": the bits are the same.
    random_state : int, RandomState or None
        Seed of weights, connections and the order of samples. None draws one.

    Attributes
    ----------
    classes_ : ndarray
        The labels of `y`, in rising order.
    n_features_in_ : int
        Features of a sample.
    network_ : Network
        The network, for everything else that presparse can do with it.
    parameters_ : Parameters
        Raw weights and biases.
    history_ : tuple of EpochResult
        Figures of every epoch.
    """

    def __init__(
        self,
        hidden: Sequence[int] = (40,),
        density: float | Sequence[float] = 0.5,
        *,
        epochs: int = 40,
        rate_exponent: int | Sequence[tuple[int, int]] = 3,
        clocks: int = 64,
        tables: dict[str, Any] | None = None,
        engine: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.density = density
        self.epochs = epochs
        self.rate_exponent = rate_exponent
        self.clocks = clocks
        self.tables = tables
        self.engine = engine
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> SparseClassifier:
        """Train.

        Parameters
        ----------
        X
            Samples: numbers (n, features).
        y
            Their classes: (n,).

        Raises
        ------
        ValueError
            For samples that are no numbers, labels that are no classes, a network that is not
            legal, or one class alone.
        """
        samples, targets = validate_data(self, X, y)
        check_classification_targets(targets)
        self.classes_, labels = np.unique(targets, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y must have at least 2 classes, not {len(self.classes_)} class")
        self._lowest = samples.min(axis=0)
        self._span = np.maximum(samples.max(axis=0) - self._lowest, np.finfo(float).tiny)
        self.network_ = self._network(samples.shape[1])
        file = self.network_.file
        self._inputs = inputs_by(file, self._shares(samples), where="X")
        features = self._encoded(file, samples)
        training = golden_training(
            file,
            TrainingData(
                train_features=features,
                train_labels=labels.astype(np.int64),
                test_features=features[:0],
                test_labels=labels[:0].astype(np.int64),
                inputs=self._inputs,
            ),
            lags_of(file),
            engine=self.engine,
        )
        work = len(labels) * file.training.epochs
        with ProgressBar(work, unit="sample", description="training") as bar:
            self.history_ = tuple(training.epochs(bar.update))
        self.parameters_ = training.parameters
        return self

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Output activations in [0, 1]: (n, classes); of two classes the second less the first."""
        check_is_fitted(self)
        samples = validate_data(self, X, reset=False)
        file = self.network_.file
        raw = output_activations(self.parameters_, self._encoded(file, samples))
        values = raw[:, : len(self.classes_)] / file.network.format.one
        return values[:, 1] - values[:, 0] if len(self.classes_) == 2 else values

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Classes of samples: (n,), of equal outputs the first, as the hardware decides."""
        outputs = self.decision_function(X)
        best = (outputs > 0).astype(int) if outputs.ndim == 1 else outputs.argmax(axis=1)
        return np.asarray(self.classes_[best])

    def _network(self, features: int) -> Network:
        layers = positive_integers("layers", [features, *self.hidden, len(self.classes_)])
        junctions = len(layers) - 1
        densities = np.broadcast_to(self.density, (junctions,)).tolist()
        pairs = zip(layers, layers[1:], densities, strict=False)
        degrees = [nearest_out_degree(left, right, share) for left, right, share in pairs]
        seed = self._seed()
        rates = self.rate_exponent
        usual: dict[str, dict[str, Any]] = {
            "connections": {"seed": seed},
            "training": {
                "epochs": self.epochs,
                "seed": seed,
                "shuffle": True,
                "rate_exponent": [[0, rates]] if isinstance(rates, int) else list(map(list, rates)),
            },
        }
        given = self.tables or {}
        tables = {key: usual.get(key, {}) | given.get(key, {}) for key in usual.keys() | given}
        return Network(layers, degrees, clocks=self.clocks, **tables)

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        if self.random_state is None:
            return int(np.random.default_rng().integers(1 << 31))
        return int(self.random_state.randint(1 << 31))

    def _shares(self, samples: NDArray[Any]) -> NDArray[Any]:
        """Features in [0, 1], by their ranges in training."""
        shares: NDArray[Any] = np.clip((samples - self._lowest) / self._span, 0, 1)
        return shares

    def _encoded(self, file: NetworkFile, samples: NDArray[Any]) -> NDArray[np.integer]:
        return encode_inputs(self._shares(samples), file.network, self._inputs, where="X")
