"""Rules of assessment."""
