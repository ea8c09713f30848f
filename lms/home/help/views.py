"""The pages of the guides; open to all, because somebody who cannot sign in needs one of them most."""

from itertools import groupby
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request, send_file

from lms.home.help import queries, rules
from lms.platform.access import open_to_all
from lms.platform.pages import page

bp = Blueprint("help", __name__, template_folder="../templates")

LONGEST_QUESTION = 100


@bp.app_context_processor
def _guide_here() -> dict[str, object]:
    """For every template: the guide that explains the page shown."""
    return {"guide_here": queries.by_endpoint().get(request.endpoint or "") if request else None}


def folder() -> Path:
    """Where this installation keeps the pictures of the guides."""
    return Path(current_app.instance_path) / "huong-dan"


@bp.get("/huong-dan")
@open_to_all
def index() -> Response:
    """All guides by whom they are for, or those that answer the words typed."""
    asked = request.args.get("tim", "")[:LONGEST_QUESTION].strip()
    groups = [(name, list(them)) for name, them in groupby(queries.guides(), key=lambda one: one.group)]
    hits = rules.found(asked, queries.sections())
    return page("home/help_index.html", asked=asked, hits=hits, groups=groups)


@bp.get("/huong-dan/<slug>")
@open_to_all
def show(slug: str) -> Response:
    """One guide."""
    guide = queries.guide(slug)
    if guide is None:
        abort(404)
    others = [one for one in queries.guides() if one.group == guide.group]
    return page("home/help_page.html", guide=guide, html=queries.html(guide, folder()), others=others)


@bp.get("/huong-dan/hinh/<name>")
@open_to_all
def picture(name: str) -> Response:
    """A picture of the demonstration city; 404 where nobody took it."""
    path = folder() / name
    if name not in queries.shots() or not path.is_file():
        abort(404)
    return send_file(path, mimetype="image/png", max_age=86_400)
