"""Pages that move one person: to another unit, to a second one, away for a time, out and back."""

from datetime import date
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.models import Posting
from lms.organisation.queries import PersonFacts
from lms.organisation.service import Kind, Wish
from lms.plan import labels as plan_labels
from lms.plan.moves import flow, labels
from lms.plan.moves.blueprint import bp
from lms.plan.moves.forms import THERE, CountForm, EndForm, LeaveForm, MoveForm
from lms.platform import clock, vietnamese
from lms.platform.access import requires
from lms.platform.columns import FOREVER
from lms.platform.pages import page

CHANGE = flow.CHANGE
WAYS = {"chuyen": Kind.MOVE, "biet-phai": Kind.SECONDMENT, "kiem-nhiem": Kind.SECOND}
"""Last part of the address → what is done."""
HINTED = frozenset(plan_labels.KINDS) - {"don_vi_su_nghiep", "thanh_pho"}
"""Kinds of unit whose names are offered while typing; schools are too many."""


def _crumbs(person: PersonFacts) -> list[tuple[Any, str]]:
    return [
        (_("Nhân sự"), url_for("organisation.people")),
        (person.full_name, url_for("organisation.person", person_id=person.id)),
    ]


def _page(template: str, person: PersonFacts, **context: Any) -> Response:
    today = clock.today()
    return page(
        template,
        person=person,
        crumbs=_crumbs(person),
        stretches=organisation.timeline(organisation.postings_of(person.id), today),
        today=today,
        labels=labels,
        **context,
    )


@bp.get("/nhan-su/<int:person_id>/dieu-dong")
@requires(CHANGE)
def choose(person_id: int) -> Response:
    """What can be done with a person, in words."""
    today = clock.today()
    person = organisation.person_for(current_user, CHANGE, person_id, today)
    return _page(
        "plan/move_choose.html",
        person,
        now=organisation.primary_posting_on(person_id, today),
        waiting=organisation.open_proposal_of(person_id),
    )


@bp.route("/nhan-su/<int:person_id>/dieu-dong/<way>", methods=["GET", "POST"])
@requires(CHANGE)
def new(person_id: int, way: str) -> Response:
    """Say where a person goes; look at the effect, then record it or ask the other office."""
    today = clock.today()
    person = organisation.person_for(current_user, CHANGE, person_id, today)
    kind = WAYS.get(way) or abort(404)
    form = MoveForm()
    if flow.is_sent(form) and (unit_id := _unit_meant(form)):
        shown = flow.proceed(_transfer(person, kind, form, unit_id), form)
        if shown:
            return shown
    return _page(
        "plan/move_new.html",
        person,
        form=form,
        kind=kind,
        way=way,
        hints=organisation.unit_hints(today, HINTED),
        now=organisation.primary_posting_on(person_id, today),
    )


def _unit_meant(form: MoveForm) -> int | None:
    """The unit that was typed or picked; None after a sentence was put on the form."""
    day, said = form.on.data or clock.today(), form.unit.data or ""
    found, is_whole = organisation.units_said(said, day)
    if form.chosen.data in {unit.id for unit in found}:
        return int(form.chosen.data)
    if len(found) == 1:
        # The preview names the unit before anything is written.
        return found[0].id
    form.chosen.choices = [SelectChoice(unit.id, f"{unit.name} ({unit.code})") for unit in found]
    words = {"said": said, "day": vietnamese.short_day(day)}
    if not found:
        form.refuse("unit", _("Ngày %(day)s không có đơn vị nào tên hoặc mã là “%(said)s”. Hãy gõ lại.", **words))
    elif is_whole:
        form.refuse("unit", _("Có %(n)s đơn vị cùng tên “%(said)s”. Hãy chọn một.", n=len(found), **words))
    else:
        form.refuse(
            "unit", _("Chưa có đơn vị nào tên đúng là “%(said)s”. Hãy chọn một trong các đơn vị gần giống.", **words)
        )
    return None


def _transfer(person: PersonFacts, kind: Kind, form: MoveForm, unit_id: int) -> flow.Move:
    first = form.on.data or clock.today()
    to_on = FOREVER if kind is Kind.MOVE else form.to_on
    there = kind is Kind.SECONDMENT and form.counts.data == THERE
    paper = form.source.data or ""
    comes_back = kind is Kind.MOVE and organisation.primary_posting_on(person.id, first) is None
    word = str(_("Trở lại làm việc") if comes_back else labels.KINDS[kind])
    wish = Wish(
        kind=kind,
        new_id=unit_id,
        on=first,
        to_on=to_on,
        department=form.department.data or "",
        title=form.title.data or "",
        counts_there=there,
        source=", ".join(part for part in (labels.COMES_BACK if comes_back else labels.SOURCES[kind], paper) if part),
    )
    unit = organisation.name_on(unit_id, first)
    facts = [
        (_("Việc"), word),
        (_("Đơn vị tiếp nhận"), unit),
        (_("Thời gian"), plan_labels.capitalised(labels.days_words(first, to_on))),
        (_("Phòng, ban"), wish.department or "–"),
        (_("Chức danh"), wish.title or _("Giữ nguyên")),
    ]
    if kind is Kind.SECONDMENT:
        facts.append((_("Tính số liệu cho"), unit if there else _("Đơn vị cử đi")))
    facts.append((_("Số quyết định"), paper or "–"))
    return flow.Move(
        person=person,
        crumbs=_crumbs(person),
        title=_("Xem trước: %(what)s", what=word.lower()),
        button=_("Ghi %(what)s", what=word.lower()),
        facts=facts,
        act=lambda: postings.transfer(organisation.person_with(person.id), wish, by=current_user, now=clock.now()),
        message=_("Đã ghi %(what)s của %(name)s.", what=word.lower(), name=person.full_name),
        wish=wish,
    )


@bp.route("/nhan-su/<int:person_id>/thoi-viec", methods=["GET", "POST"])
@requires(CHANGE)
def leave(person_id: int) -> Response:
    """Say from when a person no longer works; look at the effect, then record it."""
    person = organisation.person_for(current_user, CHANGE, person_id, clock.today())
    form = LeaveForm()
    if flow.is_sent(form) and (on := form.on.data):
        move = flow.Move(
            person=person,
            crumbs=_crumbs(person),
            title=_("Xem trước: thôi việc, nghỉ hưu"),
            button=_("Ghi thôi việc"),
            facts=[(_("Nghỉ từ ngày"), vietnamese.short_day(on)), (_("Lý do, số quyết định"), form.reason.data)],
            act=lambda: postings.dismiss(
                organisation.person_with(person_id), on=on, reason=form.reason.data or "", by=current_user,
                now=clock.now(),
            ),
            message=_("Đã ghi %(name)s nghỉ từ ngày %(day)s.", name=person.full_name, day=vietnamese.short_day(on)),
            # Second postings end with the first, wherever they are.
            consenting=frozenset(row.unit_id for row in organisation.postings_of(person_id) if not row.is_primary),
        )  # fmt: skip
        if shown := flow.proceed(move, form):
            return shown
    return _page("plan/move_leave.html", person, form=form)


@bp.route("/nhan-su/vi-tri/<int:posting_id>/ket-thuc", methods=["GET", "POST"])
@requires(CHANGE)
def end(posting_id: int) -> Response:
    """End a second posting or a secondment in one of the visitor's units, after a look at what follows."""
    posting = organisation.posting_for(current_user, posting_id)
    person, _own = organisation.person_seen(current_user, CHANGE, posting.person_id, clock.today())
    unit = organisation.name_on(posting.unit_id, posting.from_on)
    form = EndForm()
    if flow.is_sent(form) and (on := form.on.data):
        beside = postings.posting_beside(posting, max(on, posting.from_on)) if posting.is_primary else None
        move = flow.Move(
            person=person,
            crumbs=_crumbs(person),
            title=_("Xem trước: kết thúc kiêm nhiệm, biệt phái"),
            button=_("Ghi kết thúc"),
            facts=[
                (_("Đơn vị"), unit),
                (_("Kết thúc từ ngày"), vietnamese.short_day(on)),
                (_("Lý do, số quyết định"), form.reason.data or "–"),
            ],
            act=lambda: postings.end_posting(
                organisation.posting_for(current_user, posting_id), on=on, reason=form.reason.data or "",
                by=current_user, now=clock.now(),
            ),
            message=_("Đã ghi kết thúc tại %(unit)s.", unit=unit),
            # Whoever lent the person gets him back.
            consenting=frozenset({beside.unit_id} if beside else ()),
        )  # fmt: skip
        if shown := flow.proceed(move, form):
            return shown
    return _page("plan/move_end.html", person, form=form, posting=posting, unit=unit)


@bp.route("/nhan-su/vi-tri/<int:posting_id>/tinh-so-lieu", methods=["GET", "POST"])
@requires(CHANGE)
def count(posting_id: int) -> Response:
    """Say from when a person counts for the unit of another posting; look, then record it or ask that office."""
    posting = organisation.second_posting(posting_id)
    person = organisation.person_for(current_user, CHANGE, posting.person_id, clock.today())
    unit = organisation.name_on(posting.unit_id, posting.from_on)
    form = CountForm()
    if flow.is_sent(form) and (on := form.on.data):
        shown = flow.proceed(_counting(person, posting, unit, on, form.to_on), form)
        if shown:
            return shown
    return _page("plan/move_count.html", person, form=form, posting=posting, unit=unit)


def _counting(person: PersonFacts, posting: Posting, unit: str, on: date, to_on: date) -> flow.Move:
    wish = Wish(
        kind=Kind.COUNTS, new_id=posting.unit_id, on=on, to_on=to_on, department=posting.department, title=posting.title
    )
    return flow.Move(
        person=person,
        crumbs=_crumbs(person),
        title=_("Xem trước: đổi đơn vị tính số liệu"),
        button=_("Ghi thay đổi"),
        facts=[
            (_("Tính số liệu cho"), unit),
            (_("Thời gian"), plan_labels.capitalised(labels.days_words(on, to_on))),
        ],
        act=lambda: postings.transfer(organisation.person_with(person.id), wish, by=current_user, now=clock.now()),
        message=_("Đã ghi: %(name)s được tính cho %(unit)s.", name=person.full_name, unit=unit),
        wish=wish,
    )
