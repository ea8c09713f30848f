"""The rows of the first pages."""

from tests.access import learner, public

ROWS = [
    learner("home.today", visitor=302),
    learner("home.me", visitor=302),
    learner("home.looks", visitor=302),
    public("help.index"),
    public("help.show", values=lambda cast: {"slug": "hoc-va-lam-bai"}),
    public("help.picture", 404, values=lambda cast: {"name": "hom-nay.png"}, note="taken by nobody here"),
]
