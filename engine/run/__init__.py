"""The life of a test: groups, arrivals, workers."""
