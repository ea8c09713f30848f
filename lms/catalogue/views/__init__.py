"""Pages of catalogue: what learners read about courses, and where trainers publish them."""

from lms.catalogue.views import authoring, courses, drafting
from lms.catalogue.views.blueprint import bp

blueprints = (bp,)

__all__ = ["authoring", "blueprints", "bp", "courses", "drafting"]
