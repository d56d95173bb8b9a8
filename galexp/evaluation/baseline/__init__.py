"""What a network must beat: constants, colors, a forest on the photometry, a forest and neighbors on small pixels."""
