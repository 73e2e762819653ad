"""Weights, biases, addresses: the host's access to them, and their way back to the initial ones."""
