"""Losses: a pure function first, the module around it."""
