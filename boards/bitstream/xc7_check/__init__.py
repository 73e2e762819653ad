"""A 7-series bitstream held against the design that it was made from."""
