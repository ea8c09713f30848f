"""Events of plan."""
