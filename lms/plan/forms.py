"""Forms of plan."""
