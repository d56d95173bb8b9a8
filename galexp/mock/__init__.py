"""A mock galaxy survey: drawn from published relations, clustered, and rendered in three bands.

Nothing here is a measurement. Scatter and environment effect are chosen, so a run on mock data checks code and splits;
it says nothing about real galaxies, and a network trained on it must not be applied to real images.
"""
