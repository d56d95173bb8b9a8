"""Optimizers, their parameter groups and the schedules that PyTorch does not have."""
