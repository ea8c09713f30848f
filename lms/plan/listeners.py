"""Listeners of plan."""
