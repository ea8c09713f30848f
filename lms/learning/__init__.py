"""Enrolment, the player, progress and completion."""
