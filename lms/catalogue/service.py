"""Service of catalogue."""
