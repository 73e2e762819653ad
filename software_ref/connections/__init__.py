"""Connection patterns of every kind: how they are made, counted and measured."""
