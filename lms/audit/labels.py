"""The sentences of every logged event, collected from the domains that announce them."""

SENTENCES: dict[str, str] = {}
"""Event key → Vietnamese sentence with the event's facts as {names}; filled by `app.py` from each domain's labels."""
