"""The memories that a sample store may lie in, all behind one interface."""
