"""The parts of a representation, by name."""

FCAE, VAE, CLASSIFIER = PARTS = ("fcae", "vae", "classifier")
"""The fully convolutional autoencoder, the variational one of its map, and what predicts labels from that map."""
