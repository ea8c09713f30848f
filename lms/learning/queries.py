"""Queries of learning."""
