"""Service of notifications."""
