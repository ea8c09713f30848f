"""Rules of certificates."""
