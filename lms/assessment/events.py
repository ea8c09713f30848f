"""Events of assessment."""
