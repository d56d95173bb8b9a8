"""Metrics: pure functions first, the torchmetrics classes around those that need the whole sample."""
