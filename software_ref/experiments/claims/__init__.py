"""One module per claim of the slides, each an `Experiment`."""
