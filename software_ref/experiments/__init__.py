"""The slides' claims as experiments: plans of tasks, run side by side, with a report each."""
