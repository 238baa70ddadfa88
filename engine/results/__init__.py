"""Hot path: sample to row to batch, and the running figures."""
