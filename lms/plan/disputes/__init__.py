"""The dispute desk: "Kết quả này sai", from the person who says it to the decision that changes something."""

from lms.plan.disputes import deciding, desk, own, terms
from lms.plan.disputes.blueprint import bp

__all__ = ["bp", "deciding", "desk", "own", "terms"]
