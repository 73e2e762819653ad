"""What the numbers of a training do, and which format they need."""
