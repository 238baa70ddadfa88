"""Post-processors."""
