"""Queries of certificates."""
