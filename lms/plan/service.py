"""Service of plan."""
