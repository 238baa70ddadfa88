"""What all workers of one server share: counters and cursors."""
