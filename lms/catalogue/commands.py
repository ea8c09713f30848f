"""Commands of catalogue."""
