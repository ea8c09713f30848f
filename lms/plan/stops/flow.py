"""What the pages of clock stops share: whom they concern, and the steps form → look → record, for a form or a list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.changes import jobs
from lms.organisation import queries as organisation
from lms.organisation.queries import Chosen
from lms.organisation.roster.sheets import UnreadableRoster
from lms.plan import kinds, labels, service
from lms.plan.rules.stops import StopRefusal
from lms.plan.stops.forms import ListForm, WithdrawForm
from lms.plan.stops.lists import MOST_LINES, Wrong
from lms.platform import clock, files, vietnamese
from lms.platform.access import Permission
from lms.platform.forms import Form, Refused, row_id
from lms.platform.pages import page

FEW = 100
"""Acts on more people than this are looked at on a page of their own."""
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


def known(permission: Permission) -> Callable[[list[str]], Mapping[str, Chosen]]:
    """Personal numbers → those of them whom the visitor may act on."""
    return lambda numbers: organisation.people_numbered(current_user, permission, numbers, clock.today())


def nobody() -> Response:
    """Back to the list of people, with what to do there."""
    flash(_("Hãy đánh dấu ít nhất một người trong danh sách rồi bấm lại."), "soon")
    return redirect(url_for("organisation.people"), 303)


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a form or a list asks for: how to do it, how it is called before it is done, what is said afterwards."""

    do: Callable[[], int] | None = None
    """Does it and returns how much of it was new; None where `stops` say everything."""
    stops: dict[str, Any] | None = None
    """What a change set keeps of it."""
    told: Callable[[int], str]
    title: Any
    button: Any
    facts: Sequence[tuple[Any, Any]]
    left_out: Sequence[tuple[str, str]] = ()
    """Who was named but is not concerned, and why."""
    of: Sequence[Chosen] = ()
    """Whom it concerns, if not all who were chosen."""
    to: str = ""
    """Where to go afterwards; else to the one person, or to the list of people."""

    def record(self) -> int:
        """Do it."""
        if self.do is not None:
            return self.do()
        assert self.stops is not None, "one of the two says what to do"
        return kinds.record(self.stops, None, current_user, clock.now())


def stepped(form: Form, people: Sequence[Chosen], act_of: Callable[[], Act | None]) -> Response | None:
    """Look at what the form asks for, or do it; None while the form must be shown, for the first time or again.

    `act_of` is called when the form is valid; it returns None after it put a sentence on the form.
    """
    if request.method != "POST" or step() == "sua" or not form.validate() or (act := act_of()) is None:
        return None
    if step() == "ghi":
        return do(act, [person.id for person in people])
    return preview(act, act.of or people)


def do(act: Act, person_ids: Sequence[int]) -> Response:
    """Do it, say what was done and go on; or say what has come in between since it was looked at."""
    if is_seen_apart(act, len(person_ids)):
        return submit(act)
    try:
        if len(person_ids) == 1 or act.stops is None:
            new = act.record()
        else:
            new = kinds.stop_many(
                act.stops, title=str(act.button), actor=current_user, now=clock.now(), today=clock.today()
            )
        flash(act.told(new))
    except Refused as refused:
        why = labels.STOP_REFUSALS.get(refused.reason, labels.STOP_REFUSALS[StopRefusal.NOT_BELIEVED])
        flash(_("Chưa ghi gì. %(why)s", why=why), "late")
    if act.to:
        return redirect(act.to, 303)
    if len(person_ids) == 1:
        return redirect(url_for("organisation.person", person_id=person_ids[0]), 303)
    return redirect(url_for("organisation.people"), 303)


def is_seen_apart(act: Act, people: int) -> bool:
    """Whether the act is looked at, approved and done on a page of its own, as a proposed change set."""
    return act.stops is not None and (people > FEW or (people > 1 and jobs.needs_approval(kinds.STOPS.name)))


def submit(act: Act) -> Response:
    """Propose it, and show whom it meets."""
    assert act.stops is not None, "only such acts are proposed"
    title, now, today = str(act.button), clock.now(), clock.today()
    change = kinds.submit_stops(act.stops, title=title, actor=current_user, now=now, today=today)
    return redirect(url_for("changes.show", change_id=change.id), 303)


def withdrawal(
    act: Callable[[str], object], person: Chosen, *, title: Any, preview_title: Any, told: str, facts: Any
) -> Response:
    """Take something back for a reason, after a look at what follows."""
    form = WithdrawForm()

    def take() -> int:
        act(form.reason.data or "")
        return 1

    taking = Act(do=take, told=lambda new: told, title=preview_title, button=title, facts=facts)
    answer = stepped(form, [person], lambda: taking)
    return answer or page("plan/stops_withdraw.html", form=form, person=person, facts=facts, title=title)


def preview(
    act: Act, people: Sequence[Chosen], *, back: str = "", carried: Mapping[str, str] | None = None
) -> Response:
    """The page that says what an act would change, with everything that the next step needs."""
    if is_seen_apart(act, len(people)):
        return submit(act)
    effects = service.preview_stops(act.record, [person.id for person in people], clock.today())
    return page(
        "plan/stops_preview.html",
        act=act,
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


Said = tuple[list[Any], list[Wrong], dict[int, Chosen]]
"""Lines of a list, rows that cannot be used, the people."""


def listed(
    reader: Callable[[bytes, str], Said],
    act_of: Callable[[list[Any], str], Act],
    *,
    title: Any,
    lead: Any,
    columns: Sequence[str],
    hint: Any,
) -> Response:
    """A list: send it, look at what it would change, then record all of it or nothing."""
    form, here = ListForm(), url_for(request.endpoint or "")
    wrong: list[Wrong] = []
    if form.validate_on_submit() and (found := _sent(form)) and (said := _read(form, reader, found)):
        lines, wrong, people = said
        if not wrong:
            act = act_of(lines, found[1])
            if step() == "ghi":
                return do(act, list(people))
            carried = {"sha256": files.keep(found[0]), "file_name": found[1][:200]}
            return preview(act, list(people.values()), carried=carried, back=here)
        form.refuse("file", _("Có %(n)s dòng cần sửa. Chưa có gì được ghi.", n=len(wrong)))
    return page(
        "plan/stops_list.html", form=form, title=title, lead=lead, action=here, columns=columns, hint=hint, wrong=wrong
    )


def _sent(form: ListForm) -> tuple[bytes, str] | None:
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


def _read(form: ListForm, reader: Callable[[bytes, str], Said], found: tuple[bytes, str]) -> Said | None:
    """What the list says; None after a sentence was put on the form."""
    try:
        return reader(*found)
    except UnreadableRoster as unreadable:
        form.refuse("file", str(unreadable))
        return None
