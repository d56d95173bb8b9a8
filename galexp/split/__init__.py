"""Which galaxies train, validate, test: pure, hashed, audited."""
