"""Queries of assessment."""
