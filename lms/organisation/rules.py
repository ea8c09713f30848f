"""Rules of organisation."""
