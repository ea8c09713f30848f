"""Commands of plan."""
