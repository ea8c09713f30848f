"""Service of learning."""
