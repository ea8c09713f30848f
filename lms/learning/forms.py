"""Forms of learning."""
