"""Service of certificates."""
