"""What happens to a batch of images between the cache and the network, on whatever device it lies."""
