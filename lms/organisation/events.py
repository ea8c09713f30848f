"""Events of organisation."""
