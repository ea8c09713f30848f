"""Pages of requests between two offices: what waits for an answer, accepting, refusing, taking back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.organisation.queries import Folder, ProposalRow
from lms.plan import labels as plan_labels
from lms.plan import queries
from lms.plan.moves import flow, labels
from lms.plan.moves.blueprint import bp
from lms.plan.moves.forms import AcceptForm, RefuseForm, WithdrawForm
from lms.platform import clock
from lms.platform.access import requires
from lms.platform.forms import Form, Refused
from lms.platform.pages import page, paging

CHANGE = flow.CHANGE


@bp.get("/nhan-su/de-nghi")
@requires(CHANGE)
def proposals() -> Response:
    """Requests to and from the visitor's units."""
    said = request.args.get("muc", "")
    folder = Folder(said) if said in set(Folder) else Folder.RECEIVED
    counts = organisation.proposals_counted(current_user)
    pager = paging(counts[folder])
    today = clock.today()
    return page(
        "plan/proposals.html",
        rows=organisation.proposals_in(current_user, folder, today, offset=pager.offset, limit=pager.size),
        folder=folder,
        counts=counts,
        seconds=organisation.second_postings_counted(current_user, today),
        paging=pager,
        labels=labels,
    )


@bp.get("/nhan-su/kiem-nhiem")
@requires(CHANGE)
def seconds() -> Response:
    """Second postings in the visitor's units, also of people who count elsewhere."""
    today = clock.today()
    pager = paging(organisation.second_postings_counted(current_user, today))
    return page(
        "plan/seconds.html",
        rows=organisation.second_postings_within(current_user, today, offset=pager.offset, limit=pager.size),
        paging=pager,
        labels=labels,
        today=today,
    )


@bp.get("/nhan-su/de-nghi/<int:proposal_id>")
@requires(CHANGE)
def proposal(proposal_id: int) -> Response:
    """One request: what is asked, who asked, how it stands."""
    return _proposal_page(organisation.proposal_for(current_user, proposal_id, clock.today()), RefuseForm())


def _proposal_page(row: ProposalRow, form: Form) -> Response:
    today = clock.today()
    accounts = [account for account in (row.proposed_by, row.decided_by) if account is not None]
    return page(
        "plan/proposal.html",
        row=row,
        facts=_facts(row),
        form=form,
        names=queries.account_names(accounts),
        office=[] if row.is_mine_to_answer or not row.is_open else queries.office_of(row.asked_id, today),
        sees_person=(row.is_mine_to_answer if row.is_ask else row.is_mine) and _sees(row.person_id),
        labels=labels,
        today=today,
    )


def _sees(person_id: int) -> bool:
    return bool(organisation.may_see_person(current_user, CHANGE, person_id, clock.today()))


def _facts(row: ProposalRow) -> list[tuple[Any, Any]]:
    facts = [
        (_("Việc"), labels.KINDS[row.kind]),
        (_("Từ đơn vị"), row.old),
        (_("Đến đơn vị"), row.new),
        (_("Thời gian"), plan_labels.capitalised(labels.days_words(row.on_day, row.to_on))),
    ]
    if row.kind == postings.Kind.SECONDMENT:
        facts.append((_("Tính số liệu cho"), row.new if row.counts_there else row.old))
    if row.department:
        facts.append((_("Phòng, ban"), row.department))
    if row.title:
        facts.append((_("Chức danh"), row.title))
    if row.source not in ("", labels.SOURCES[row.kind], labels.COMES_BACK):
        facts.append((_("Căn cứ"), row.source))
    if row.note:
        facts.append((_("Lời nhắn"), row.note))
    return facts


@bp.post("/nhan-su/de-nghi/<int:proposal_id>/tiep-nhan")
@requires(CHANGE)
def accept(proposal_id: int) -> Response:
    """Look at what taking the person does, then take him."""
    organisation.proposal_to_answer(current_user, proposal_id)
    row = organisation.proposal_for(current_user, proposal_id, clock.today())
    if not row.is_open:
        return _too_late(proposal_id)
    form = AcceptForm()
    if flow.is_sent(form):
        asker = row.new_id if row.is_ask else row.old_id
        move = flow.Move(
            person=organisation.facts_of_person(row.person_id),
            crumbs=[
                (_("Nhân sự"), url_for("organisation.people")),
                (_("Đề nghị điều động"), url_for("moves.proposals")),
                (row.name, url_for("moves.proposal", proposal_id=proposal_id)),
            ],
            title=_("Xem trước: cho %(name)s chuyển đi", name=row.name)
            if row.is_ask
            else _("Xem trước: tiếp nhận %(name)s", name=row.name),
            button=_("Đồng ý cho chuyển") if row.is_ask else _("Tiếp nhận"),
            facts=_facts(row),
            act=lambda: postings.accept(
                organisation.proposal_to_answer(current_user, proposal_id), by=current_user, now=clock.now()
            ),
            message=_("Đã ghi %(name)s về %(unit)s.", name=row.name, unit=row.new)
            if row.is_ask
            else _("Đã tiếp nhận %(name)s về %(unit)s.", name=row.name, unit=row.new),
            # The office that asked has agreed for its unit, or for what that unit has become.
            consenting=frozenset({asker, *(heir.id for heir in organisation.successors(asker, row.on_day))}),
        )
        if shown := flow.proceed(move, form):
            return shown
    return _proposal_page(row, form)


@bp.post("/nhan-su/de-nghi/<int:proposal_id>/tu-choi")
@requires(CHANGE)
def refuse(proposal_id: int) -> Response:
    """Do not take the person, and say why."""
    found = organisation.proposal_to_answer(current_user, proposal_id)
    form = RefuseForm()
    if not form.validate_on_submit():
        row = organisation.proposal_for(current_user, proposal_id, clock.today())
        return _proposal_page(row, form) if row.is_open else _too_late(proposal_id)
    try:
        postings.refuse(found, reason=form.reason.data or "", by=current_user, now=clock.now())
    except Refused:
        return _too_late(proposal_id)
    said = _("Đã trả lời không đồng ý.") if found.is_ask else _("Đã trả lời không tiếp nhận.")
    flash(said + " " + _("Người gửi đề nghị nhận được thư kèm lý do."))
    return redirect(url_for("moves.proposals"), 303)


@bp.post("/nhan-su/de-nghi/<int:proposal_id>/rut")
@requires(CHANGE)
def withdraw(proposal_id: int) -> Response:
    """Take a request back."""
    found = organisation.proposal_of_mine(current_user, proposal_id)
    if WithdrawForm().validate_on_submit():
        try:
            postings.withdraw(found, by=current_user, now=clock.now())
        except Refused:
            return _too_late(proposal_id)
        flash(_("Đã rút đề nghị."))
    return redirect(url_for("moves.proposal", proposal_id=proposal_id), 303)


def _too_late(proposal_id: int) -> Response:
    """Somebody was quicker: say so, and show how it stands."""
    flash(_("Đề nghị này đã được trả lời hoặc đã rút trước đó. Kết quả ghi ở dưới."), "soon")
    return redirect(url_for("moves.proposal", proposal_id=proposal_id), 303)
