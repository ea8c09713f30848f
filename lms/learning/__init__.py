"""Enrolments, the player, progress, completions."""
