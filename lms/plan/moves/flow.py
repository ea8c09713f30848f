"""What the pages of moves share: weighing a change against whose units it touches, the preview, doing it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.service import Wish
from lms.plan import labels as plan_labels
from lms.plan import queries, service
from lms.plan.moves import labels
from lms.plan.service import MoveEffect
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.forms import Form, Refused
from lms.platform.pages import page

CHANGE = Permission.ORGANISATION_POSTING_CHANGE
NOT_CARRIED = frozenset({"csrf_token", "buoc", "shown", "note"})


@dataclass(frozen=True)
class Move:
    """A change of one person's postings that somebody is about to make."""

    person: organisation.PersonFacts
    crumbs: Sequence[tuple[Any, str]]
    title: Any
    button: Any
    facts: Sequence[tuple[Any, Any]]
    """What will be written: label and value."""
    act: Callable[[], object]
    message: Any
    """What to say when it is done."""
    wish: Wish | None = None
    """What another office is asked for where the unit is not the visitor's; None: nobody can be asked."""
    consenting: frozenset[int] = frozenset()
    """Units besides the visitor's own that the change may touch."""


def step() -> str:
    """Which button was pressed: "xem" (look), "ghi" (do it) or "sua" (back to the form)."""
    return request.form.get("buoc", "xem")


def is_sent(form: Form) -> bool:
    """Whether the form came in, is in order, and is not to be changed again."""
    return request.method == "POST" and step() != "sua" and bool(form.validate())


def proceed(move: Move, form: Form) -> Response | None:
    """Show what the change does, or make it, or ask the other office; None after a sentence was put on the form."""
    try:
        effect = service.preview_move(move.act, move.person.id)
    except Refused as refusal:
        form.form_errors = [*form.form_errors, str(labels.REFUSALS[refusal.reason])]
        return None
    barred = effect.touched - organisation.units_to_change(current_user, effect.touched) - move.consenting
    asks = move.wish is not None and barred == {move.wish.new_id}
    objection = ""
    if barred and not asks:
        objection = _beyond(barred)
    elif asks and organisation.open_proposal_of(move.person.id) is not None:
        objection = str(labels.REFUSALS["already_proposed"])
    if objection:
        form.form_errors = [*form.form_errors, objection]
        return None
    is_same = form["shown"].data == effect.digest()
    if step() == "ghi" and is_same:
        return _ask(move) if asks else _done(move)
    return _preview(move, form, effect, asks=asks, is_changed=step() == "ghi")


def _beyond(unit_ids: Iterable[int]) -> str:
    names = organisation.names_on(unit_ids, clock.today()).values()
    return _(
        "Thay đổi này đụng đến vị trí công tác tại %(units)s, ngoài phạm vi của anh/chị, nên chưa ghi được. "
        "Hãy chọn ngày khác, hoặc nhờ nhân sự nơi đó ghi.",
        units=plan_labels.listed(sorted(names)),
    )


def _done(move: Move) -> Response:
    move.act()
    flash(move.message)
    return redirect(url_for("organisation.person", person_id=move.person.id, _anchor="vi-tri"), 303)


def _ask(move: Move) -> Response:
    assert move.wish is not None
    proposal = postings.propose(
        organisation.person_with(move.person.id),
        move.wish,
        note=request.form.get("note", ""),
        by=current_user,
        now=clock.now(),
    )
    flash(_("Đã gửi đề nghị. Khi đơn vị tiếp nhận trả lời, anh/chị nhận được thư."))
    return redirect(url_for("moves.proposal", proposal_id=proposal.id), 303)


def _preview(move: Move, form: Form, effect: MoveEffect, *, asks: bool, is_changed: bool) -> Response:
    today = clock.today()
    office = queries.office_of(move.wish.new_id, today) if asks and move.wish else []
    units = {unit_id for moved in effect.units for unit_id in (moved.old_id, moved.new_id)}
    return page(
        "plan/move_preview.html",
        form=form,
        move=move,
        effect=effect,
        asks=asks,
        unit_asked=organisation.unit_row(move.wish.new_id, today) if asks and move.wish else None,
        office=office,
        is_changed=is_changed,
        timeline=marked(effect),
        unit_lines=_unit_lines(effect, organisation.names_on(units, today)),
        past=labels.past_words(effect, today),
        carried=[(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED],
        labels=labels,
        today=today,
    )


def _unit_lines(effect: MoveEffect, names: dict[int, str]) -> list[str]:
    return [labels.unit_words(moved, names) for moved in effect.units]


@dataclass(frozen=True)
class Marked:
    """A piece of a person's time after a change, and how it stood before."""

    stretch: organisation.Stretch
    mark: str
    """new, gone, changed or same."""
    was: organisation.Stretch | None = None


def marked(effect: MoveEffect) -> list[Marked]:
    """The timeline after the change, what is no longer so included, newest first."""
    today = clock.today()
    before, after = organisation.timeline(effect.before, today), organisation.timeline(effect.after, today)
    held, holds = {_said(stretch) for stretch in before}, {_said(stretch) for stretch in after}
    lost = [stretch for stretch in before if _said(stretch) not in holds]
    marks = {_said(stretch): Marked(stretch, "same" if _said(stretch) in held else "new") for stretch in after}
    # A posting that only ends or begins on another day is one line, its old days crossed out.
    for keeps in (lambda stretch: stretch.from_on, lambda stretch: stretch.to_on):
        for stretch in after:
            was = next((s for s in lost if (_job(s), keeps(s)) == (_job(stretch), keeps(stretch))), None)
            if was and marks[_said(stretch)].mark == "new":
                marks[_said(stretch)] = Marked(stretch, "changed", was)
                lost.remove(was)
    # Days that are no longer without a posting need no line of their own.
    gone = [Marked(stretch, "gone") for stretch in lost if stretch.posting]
    return sorted([*marks.values(), *gone], key=lambda line: line.stretch.from_on, reverse=True)


def _job(stretch: organisation.Stretch) -> tuple[Any, ...]:
    p = stretch.posting
    return (p.unit_id, p.department, p.title, p.is_primary) if p else ()


def _said(stretch: organisation.Stretch) -> tuple[Any, ...]:
    return (*_job(stretch), stretch.from_on, stretch.to_on)
