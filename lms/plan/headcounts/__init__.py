"""The denominator, signed off: a unit confirms how many people it has, and everybody sees what changed since."""
