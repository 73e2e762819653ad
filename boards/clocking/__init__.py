"""What makes a board's clock out of its oscillator's: a module for each family of FPGAs."""
