"""Service of reports."""
