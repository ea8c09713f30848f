"""Forms of organisation."""
