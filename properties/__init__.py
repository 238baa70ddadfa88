"""What the user sets: property files, their layers and their defaults."""
