"""Queries of plan."""
