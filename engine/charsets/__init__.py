"""Charsets as Java has them: their names, and texts as bytes."""
