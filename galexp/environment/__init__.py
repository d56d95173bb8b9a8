"""Galaxy environment: neighbors on the sky, surface density, and its excess over the local median."""
