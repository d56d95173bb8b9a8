"""Which galaxies look alike: features of images, their neighbors, the graph of these, and how good all that is."""
