"""What computes: one unit for each operation of a junction."""
