"""Reforms as files: reading one, checking it against the units that stand, and the list of who goes where."""
