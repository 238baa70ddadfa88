"""Pre-processors."""
