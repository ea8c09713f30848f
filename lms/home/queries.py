"""Queries of home."""
