"""What the pages of absences and waivers share: whom they concern, what is carried from step to step, the preview."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.organisation.queries import Chosen
from lms.organisation.roster.sheets import UnreadableRoster
from lms.plan import labels, service
from lms.plan.stops.forms import ListForm
from lms.plan.stops.lists import MOST_LINES, Wrong
from lms.platform import clock, files, vietnamese
from lms.platform.access import Permission
from lms.platform.forms import Form, Refused, row_id
from lms.platform.pages import page

MOST_SHOWN = 200
"""Rows of effects on a page; the act concerns all of them."""
NOT_CARRIED = frozenset({"csrf_token", "buoc", "file", "sha256", "file_name"})


def step() -> str:
    """Which button was pressed: "xem" (look), "ghi" (do it) or "sua" (back to the form)."""
    return request.form.get("buoc", "xem")


def chosen(permission: Permission) -> list[Chosen]:
    """The people whom the address or the form names; empty when it names nobody, 404 when one is not the actor's."""
    ids = request.values.getlist("nguoi", type=row_id)[:MOST_LINES]
    return organisation.people_chosen(current_user, permission, ids, clock.today()) if ids else []


def nobody() -> Response:
    """Back to the list of people, with what to do there."""
    flash(_("Hãy đánh dấu ít nhất một người trong danh sách rồi bấm lại."), "soon")
    return redirect(url_for("organisation.people"), 303)


def done(people: Sequence[Chosen] | Mapping[int, Chosen], message: str) -> Response:
    """Say what was done, and go to the one person's page or to the list."""
    flash(message)
    ids = list(people) if isinstance(people, Mapping) else [person.id for person in people]
    if len(ids) == 1:
        return redirect(url_for("organisation.person", person_id=ids[0]), 303)
    return redirect(url_for("organisation.people"), 303)


def withdrawn(act: Callable[[], object], person: Chosen, message: str) -> Response:
    """Take something back and say so; or say that somebody else was quicker."""
    try:
        act()
    except Refused:
        flash(_("Dòng này đã được hủy trước đó."), "soon")
        return redirect(url_for("organisation.person", person_id=person.id), 303)
    return done([person], message)


def preview(
    act: Callable[[], object],
    people: Sequence[Chosen],
    *,
    form: Form,
    title: Any,
    button: Any,
    facts: Sequence[tuple[Any, Any]],
    back: str = "",
    carried: Mapping[str, str] | None = None,
) -> Response:
    """The page that says what `act` would change, with everything that the next step needs."""
    ids = [person.id for person in people]
    effects = service.preview_stops(act, ids, clock.today())
    return page(
        "plan/stops_preview.html",
        form=form,
        title=title,
        button=button,
        facts=facts,
        people=people,
        named={person.id: person for person in people},
        effects=effects,
        touched=len({effect.person_id for effect in effects}),
        most=MOST_SHOWN,
        carried=list(carried.items())
        if carried is not None
        else [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED],
        back=back,
        labels=labels,
    )


def sent(form: ListForm) -> tuple[bytes, str] | None:
    """The list and its name: just sent, or kept from the step before; None after a sentence was put on the form."""
    name = vietnamese.nfc(form.file_name.data or "")
    try:
        if step() == "ghi" and form.sha256.data:
            return files.kept(form.sha256.data), name
    except FileNotFoundError:
        form.refuse("file", _("Không đọc lại được tệp đã xem. Hãy chọn lại tệp."))
        return None
    if not form.file.data:
        form.refuse("file", _("Hãy chọn tệp danh sách."))
        return None
    content = form.file.data.read()
    return content, vietnamese.nfc(form.file.data.filename or _("danh sách"))


def read(form: ListForm, reader: Callable[[bytes, str], Any]) -> Any:
    """What the sent list says and the mark under which it is kept; None after a sentence was put on the form."""
    found = sent(form)
    if found is None:
        return None
    try:
        said = reader(*found)
    except UnreadableRoster as unreadable:
        form.refuse("file", str(unreadable))
        return None
    return said, {"sha256": files.keep(found[0]), "file_name": found[1][:200]}


def list_page(
    form: ListForm, *, title: Any, lead: Any, action: str, columns: Sequence[str], wrong: Sequence[Wrong] = ()
) -> Response:
    """The page on which a list is sent, with the rows that are wrong after it was."""
    if wrong:
        form.refuse("file", _("Có %(n)s dòng cần sửa. Chưa có gì được ghi.", n=len(wrong)))
    return page("plan/stops_list.html", form=form, title=title, lead=lead, action=action, columns=columns, wrong=wrong)
