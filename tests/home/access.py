"""The rows of the first pages."""

from tests.access import learner

ROWS = [
    learner("home.today", visitor=302),
    learner("home.me", visitor=302),
    learner("home.looks", visitor=302),
]
