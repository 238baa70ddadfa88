"""Thread groups."""
