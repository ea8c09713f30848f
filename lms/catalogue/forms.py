"""Forms of catalogue."""
