"""The log of everything that changed."""
