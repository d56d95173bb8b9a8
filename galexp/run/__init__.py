"""One run on disk: where it lies, what it holds, where it came from."""
