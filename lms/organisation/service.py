"""Service of organisation."""
