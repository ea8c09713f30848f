"""Service of assessment."""
