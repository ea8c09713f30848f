"""The page of terms: how many working days desks have, and on which days offices are closed."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from lms.organisation import queries as organisation
from lms.plan.disputes import labels, queries, service
from lms.plan.disputes.blueprint import bp
from lms.plan.disputes.forms import DaysForm, TermForm
from lms.plan.workdays import queries as workdays
from lms.plan.workdays import rules
from lms.plan.workdays import service as calendar
from lms.platform import clock
from lms.platform.access import Permission, requires
from lms.platform.forms import Refused, row_id
from lms.platform.pages import page

SET = Permission.PLAN_CALENDAR_SET
AHEAD = 3
"""Years that are shown: the last one, this one, and so many more."""


def _needs_root() -> None:
    """Terms hold for everybody: only whoever administers the whole sets them."""
    root = organisation.root_on(clock.today())
    if root is None or root.id not in current_user.roots(SET):
        abort(403)


@bp.get("/nhan-su/phan-anh/thoi-han")
@requires(SET)
def terms() -> Response:
    """The terms of desks, and the days off of a year."""
    _needs_root()
    return _page(_term_form(), DaysForm(formdata=None))


def _term_form() -> TermForm:
    return TermForm(formdata=None, from_on=clock.today(), days=queries.term_on(clock.today()))


def _page(term: TermForm, days: DaysForm) -> Response:
    today = clock.today()
    years = range(today.year - 1, today.year + AHEAD)
    asked = request.args.get("nam", today.year, type=int)
    year = asked if asked in years else today.year
    decided = workdays.stretches()
    return page(
        "plan/disputes/terms.html",
        status=422 if term.errors or days.errors or days.form_errors or term.form_errors else 200,
        term=term,
        form=days,
        present=queries.term_on(today),
        terms=queries.terms(),
        years=years,
        year=year,
        lawful=rules.lawful(year),
        decided=[row for row in decided if year in (row.first.year, row.last.year)],
        is_announced=year in workdays.years_decided(),
        labels=labels,
        today=today,
    )


@bp.post("/nhan-su/phan-anh/thoi-han")
@requires(SET)
def set_term() -> Response:
    """Say how many working days desks have from a day on."""
    _needs_root()
    form = TermForm()
    if form.validate_on_submit():
        from_on, days = form.from_on.data, form.days.data
        assert from_on is not None
        assert days is not None
        if from_on < clock.today():
            form.refuse("from_on", str(labels.DAY_REFUSALS[rules.Refusal.TERM_IN_THE_PAST]))
        else:
            service.set_term(from_on, days, by=current_user, now=clock.now())
            flash(
                _("Từ ngày %(day)s: trả lời phản ánh trong %(n)s ngày làm việc. Phản ánh đã gửi giữ hạn cũ.",
                  day=f"{from_on:%d/%m/%Y}", n=days)
            )  # fmt: skip
            return redirect(url_for(".terms"), 303)
    return _page(form, DaysForm(formdata=None))


@bp.post("/nhan-su/phan-anh/ngay-nghi")
@requires(SET)
def set_days() -> Response:
    """Write down days off, or working days, that were announced."""
    _needs_root()
    form = DaysForm()
    if form.validate_on_submit():
        first = form.first.data
        assert first is not None
        said: dict[str, Any] = {"is_off": form.kind.data == "nghi", "name": form.name.data or ""}
        with form.refusals(labels.DAY_REFUSALS):
            days = calendar.decide(
                first, form.last.data or first, **said, document=form.document.data or "", by=current_user,
                now=clock.now(),
            )  # fmt: skip
            flash(_("Đã ghi %(n)s ngày. Hạn trả lời của phản ánh đang chờ được lùi nếu cần.", n=days))
            return redirect(url_for(".terms", nam=first.year), 303)
    return _page(_term_form(), form)


@bp.post("/nhan-su/phan-anh/ngay-nghi/bo")
@requires(SET)
def unset_days() -> Response:
    """Take back what was announced for some days."""
    _needs_root()
    try:
        ids = [row_id(number) for number in request.form.getlist("ngay")]
    except ValueError:
        abort(422)
    try:
        calendar.withdraw(ids, by=current_user, now=clock.now())
        flash(_("Đã bỏ; những ngày này tính lại theo luật. Hạn đã lùi của phản ánh giữ nguyên."))
    except Refused as refused:
        flash(str(labels.DAY_REFUSALS[rules.Refusal(refused.reason.value)]), "soon")
    return redirect(url_for(".terms"), 303)
