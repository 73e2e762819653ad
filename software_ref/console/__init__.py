"""The ground floor of every command: output, progress, errors and files."""
