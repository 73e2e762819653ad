"""The specification in NumPy: network description, data sets and the models of training."""
