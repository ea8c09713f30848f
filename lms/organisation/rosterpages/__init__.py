"""The guided way of a roster: send, columns, changes, wrong rows, apply, take back."""

from lms.organisation.blueprint import bp
from lms.organisation.rosterpages import annotated, arriving, columns, deciding, history, mending, policy, showing

__all__ = ["annotated", "arriving", "bp", "columns", "deciding", "history", "mending", "policy", "showing"]
