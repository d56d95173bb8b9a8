"""Predictions, baselines and metrics of a run."""
