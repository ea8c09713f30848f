"""Obligations, segments and reasons out of the facts, as set SQL that is the same on SQLite and PostgreSQL."""

from lms.plan.derive.run import Derivation, Scope

__all__ = ["Derivation", "Scope"]
