"""Events of identity."""
