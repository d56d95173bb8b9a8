"""Figures, each drawn from arrays by one function in one file."""
