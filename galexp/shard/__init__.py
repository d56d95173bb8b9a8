"""The data contract: WebDataset shards, a catalog with offsets, a manifest."""
