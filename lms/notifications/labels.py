"""Vietnamese words of notifications; it announces nothing of its own."""

EVENTS: dict[str, str] = {}
"""Event key → sentence with the event's facts as {names}."""
