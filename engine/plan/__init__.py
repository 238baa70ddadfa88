"""What is written: a plan file as a tree."""
