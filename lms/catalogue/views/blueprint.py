"""The blueprint that all pages of catalogue hang on."""

from flask import Blueprint

from lms.catalogue import labels

bp = Blueprint("catalogue", __name__, template_folder="../templates")


@bp.app_context_processor
def _words() -> dict[str, object]:
    """Vietnamese names of levels, groups, kinds and skills for every template that speaks of courses."""
    return {
        "course_levels": labels.LEVELS,
        "content_groups": labels.CONTENT_GROUPS,
        "question_kinds": labels.KINDS,
        "skill_names": labels.SKILLS,
    }
