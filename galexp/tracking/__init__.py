"""Weights & Biases as a mirror of the run directory, never the source of truth."""
