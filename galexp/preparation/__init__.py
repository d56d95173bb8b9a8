"""From a catalog and its images to prepared data, and back to it when it is needed."""
