"""Listeners of learning."""
