"""Courses and their immutable versions, lessons and media."""
