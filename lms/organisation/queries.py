"""Queries of organisation."""
