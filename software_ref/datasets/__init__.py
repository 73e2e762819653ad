"""Data sets: generated, bundled with scikit-learn, or read from files of the user's."""

from software_ref.datasets.dataset import Dataset, hold_out, take_test, take_train
from software_ref.datasets.encode import encode_features
from software_ref.datasets.registry import load_dataset

__all__ = ["Dataset", "encode_features", "hold_out", "load_dataset", "take_test", "take_train"]
