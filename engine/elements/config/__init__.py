"""Config elements."""
