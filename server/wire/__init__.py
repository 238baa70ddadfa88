"""The contract between controller and server: calls, messages, limits, and the links that carry them.

Both sides import it; it imports nothing of theirs.
"""
