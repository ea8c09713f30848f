"""Service of identity."""
