"""Vietnamese words of catalogue: one for each enum value, a sentence for each event."""

EVENTS: dict[str, str] = {}
"""Event key → sentence with the event's facts as {names}."""
