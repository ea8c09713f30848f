"""Labels of reports."""
