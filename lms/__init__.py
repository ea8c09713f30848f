"""Bồi dưỡng số: an LMS that turns a city's training plan into obligations, courses, certificates and reports."""
