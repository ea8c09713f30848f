"""Labels of home."""
