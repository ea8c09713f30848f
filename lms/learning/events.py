"""Events of learning."""
