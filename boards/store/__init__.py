"""The sample store: a data set in block RAM, played to the core at its full speed."""
