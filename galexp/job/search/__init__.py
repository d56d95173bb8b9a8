"""Search a dataset by one run's network: sides, queries, methods beside each other, files."""
