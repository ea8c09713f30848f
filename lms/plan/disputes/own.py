"""Pages on which somebody says that a duty of theirs stands wrongly, and follows what becomes of it."""

from io import BytesIO

from flask import abort, flash, redirect, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.audit import service as log
from lms.audit.rules import Part
from lms.plan import labels as plan_labels
from lms.plan import queries as plan
from lms.plan.disputes import labels, papers, queries, rules, service
from lms.plan.disputes.blueprint import bp
from lms.plan.disputes.forms import CommentForm, DisputeForm
from lms.plan.queries.answered import fact_of
from lms.plan.rules import FOREVER
from lms.platform import clock, files
from lms.platform.access import Permission, signed_in
from lms.platform.forms import Form, Refused
from lms.platform.pages import page


@bp.route("/vi-sao/<int:obligation_id>/ket-qua-nay-sai", methods=["GET", "POST"])
@signed_in
def new(obligation_id: int) -> Response:
    """Say what is wrong about a duty of one's own; while something is open about it, that is shown instead."""
    today = clock.today()
    duty = plan.why(current_user, Permission.PLAN_OBLIGATION_READ, obligation_id, today)
    if duty.person_id != current_user.person_id:
        abort(404)
    open_already = queries.open_dispute(duty.person_id, duty.requirement.id, duty.cycle)
    if open_already is not None:
        return redirect(url_for(".show", dispute_id=open_already), 303)
    form = DisputeForm()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            sent = service.send(
                duty, kind=rules.Kind(form.kind.data), words=form.words.data or "", paper=form.read, by=current_user,
                today=today, now=clock.now(),
            )  # fmt: skip
            flash(_("Đã gửi phản ánh. Bộ phận nhân sự trả lời chậm nhất ngày %(day)s.", day=f"{sent.due_on:%d/%m/%Y}"))
            return redirect(url_for(".show", dispute_id=sent.id), 303)
    return page(
        "plan/disputes/new.html",
        form=form,
        duty=duty,
        due_on=queries.deadline(today),
        labels=plan_labels,
        today=today,
        forever=FOREVER,
    )


@bp.get("/phan-anh")
@signed_in
def mine() -> Response:
    """One's own disputes."""
    rows = queries.disputes_of(current_user.person_id) if current_user.person_id is not None else []
    return page("plan/disputes/mine.html", rows=rows, labels=labels, today=clock.today())


@bp.get("/phan-anh/<int:dispute_id>")
@signed_in
def show(dispute_id: int) -> Response:
    """One dispute: what was said, by whom, until when, and the answer. For its person and for the desks."""
    return _shown(queries.dispute_for(current_user, dispute_id), CommentForm())


def _shown(row: queries.DisputeRow, form: Form) -> Response:
    is_own = row.person_id == current_user.person_id
    log.seen(row.person_id, Part.DISPUTE, by=current_user)
    return page(
        "plan/disputes/show.html",
        row=row,
        fact=fact_of(row.effect, row.fact_id) if row.effect else None,
        form=form,
        notes=queries.notes_of(row.id),
        papers=queries.files_of(row.id),
        is_own=is_own,
        may_decide=row.is_open and queries.may_decide(current_user, row.id),
        periods=queries.closed_periods_with(row) if row.effect and not is_own else [],
        labels=labels,
        plan_labels=plan_labels,
        today=clock.today(),
        forever=FOREVER,
    )


@bp.post("/phan-anh/<int:dispute_id>/trao-doi")
@signed_in
def comment(dispute_id: int) -> Response:
    """Add words or a paper."""
    row = queries.dispute_for(current_user, dispute_id)
    form = CommentForm()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            service.comment(
                queries.dispute_with(dispute_id), words=form.words.data or "", paper=form.read, by=current_user,
                is_own=row.person_id == current_user.person_id, now=clock.now(),
            )  # fmt: skip
            flash(_("Đã ghi trao đổi."))
            return redirect(url_for(".show", dispute_id=dispute_id), 303)
    return _shown(row, form)


@bp.post("/phan-anh/<int:dispute_id>/rut")
@signed_in
def withdraw(dispute_id: int) -> Response:
    """Take one's own dispute back."""
    found = queries.own_dispute(current_user, dispute_id)
    try:
        service.withdraw(found, by=current_user, now=clock.now())
    except Refused as refused:
        flash(str(labels.REFUSALS[refused.reason]), "soon")
    else:
        flash(_("Đã rút phản ánh."))
    return redirect(url_for(".show", dispute_id=dispute_id), 303)


@bp.get("/phan-anh/tep/<int:file_id>")
@signed_in
def paper(file_id: int) -> Response:
    """A paper that was handed in: saved, never shown inside our pages."""
    found, person_id = queries.file_for(current_user, file_id)
    log.seen(person_id, Part.DISPUTE, by=current_user)
    response = send_file(
        BytesIO(files.kept(found.sha256)), mimetype=papers.TYPES[found.kind], as_attachment=True,
        download_name=found.name, etag=False, max_age=0,
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response
