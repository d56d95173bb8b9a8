"""galexp: ask an image-based network what it learned about galaxies, and whether it holds somewhere else."""

__version__ = "0.1.0"
