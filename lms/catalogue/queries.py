"""Queries of catalogue."""
