"""Listeners of certificates."""
