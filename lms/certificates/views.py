"""Pages of certificates: one's own papers, the register, and the public check."""

import io
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user

from lms.certificates import labels, paper, queries, register, rules, service
from lms.certificates.forms import ReissueForm, RevokeForm
from lms.certificates.queries import Filter, Row
from lms.certificates.rules import Status
from lms.platform import clock, vietnamese
from lms.platform.access import Permission, open_to_all, requires, signed_in
from lms.platform.forms import row_id
from lms.platform.pages import page, paging
from lms.platform.rates import limiter

bp = Blueprint("certificates", __name__, template_folder="templates")
blueprints = (bp,)

CHECKS = limiter.shared_limit("30/minute", scope="certificates.verify", exempt_when=lambda: not _asked())


def _asked() -> str:
    """What is to be checked: in the address (a scanned code) or typed into the form."""
    return str((request.view_args or {}).get("code") or request.args.get("so", "")).strip()


# One's own ------------------------------------------------------------------------------------------------------------


@bp.get("/chung-nhan")
@signed_in
def mine() -> Response:
    """One's own certificates."""
    rows = queries.certificates_of(current_user.person_id) if current_user.person_id else []
    return page("certificates/mine.html", rows=rows, labels=labels)


@bp.get("/chung-nhan/ket-qua/<int:completion_id>")
@signed_in
def of_completion(completion_id: int) -> Any:
    """Lead from a result to its certificate; 404 for another person's result."""
    found = queries.certificate_of_completion(current_user.person_id or 0, completion_id)
    if found is None:
        abort(404)
    return redirect(url_for(".mine", _anchor=f"gcn-{found}"))


@bp.get("/chung-nhan/<int:certificate_id>.pdf")
@signed_in
def pdf(certificate_id: int) -> Response:
    """The paper, for its holder and for those who may read the register of the holder's unit."""
    row = queries.paper_for(current_user, certificate_id)
    if row is None:
        abort(404)
    if (reason := paper.why_not(row)) is not None:
        status = 410 if row.status is not Status.VALID else 422
        return page("certificates/not_printed.html", status, row=row, sentence=labels.NOT_PRINTED[reason])
    name = f"giay-chung-nhan-{vietnamese.slug(row.full_number)}.pdf"
    return send_file(io.BytesIO(paper.written(row)), mimetype="application/pdf", download_name=name)


# The public check -----------------------------------------------------------------------------------------------------


@bp.get("/xac-minh")
@open_to_all
@CHECKS
def verify_form() -> Any:
    """Ask for a number or a code; a number is answered here, a code has an address of its own."""
    asked = _asked()
    if not asked:
        return page("certificates/verify.html", row=None, asked="")
    if (code := rules.read_code(asked)) is not None:
        return redirect(url_for(".verify", code=code))
    return _verdict(asked)


@bp.get("/xac-minh/<code>")
@open_to_all
@CHECKS
def verify(code: str) -> Response:
    """What the register says of a certificate: name, course, days and status, nothing else."""
    return _verdict(code)


def _verdict(asked: str) -> Response:
    row = queries.verified(asked)
    return page(
        "certificates/verify.html",
        404 if row is None else 200,
        row=row,
        asked=asked,
        by_code=rules.read_code(asked) is not None,
        now=clock.now(),
    )


# The register ---------------------------------------------------------------------------------------------------------


def _filter() -> Filter:
    status = request.args.get("tinh-trang", "")
    return Filter(
        book=request.args.get("so-quyen", None, type=row_id),
        words=vietnamese.nfc(request.args.get("tim", ""))[:120],
        status=Status(status) if status in list(Status) else None,
    )


@bp.get("/so-cap", endpoint="register")
@requires(Permission.CERTIFICATES_CERTIFICATE_READ)
def show_register() -> Response:
    """The register, as far as holders worked in the account's units."""
    wanted = _filter()
    counts = queries.register_counts(current_user, wanted)
    where = paging(counts.get(wanted.status, 0) if wanted.status else sum(counts.values()))
    rows = queries.register_page(current_user, wanted, offset=where.offset, limit=where.size)
    return page(
        "certificates/register.html",
        rows=rows, counts=counts, paging=where, wanted=wanted, books=queries.books(), labels=labels, statuses=Status,
    )  # fmt: skip


@bp.get("/so-cap.xlsx")
@requires(Permission.CERTIFICATES_CERTIFICATE_READ)
def register_file() -> Any:
    """The register as a workbook, with the filter of the screen."""
    wanted = _filter()
    counts = queries.register_counts(current_user, wanted)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    if total > register.MOST_ROWS:
        flash(
            _(
                "Bộ lọc có %(total)s giấy, nhiều hơn %(most)s dòng của một tệp. Hãy chọn một quyển sổ rồi xuất lại.",
                total=vietnamese.number(total, 0),
                most=vietnamese.number(register.MOST_ROWS, 0),
            ),
            "soon",
        )
        return redirect(url_for(".register") + "?" + request.query_string.decode("ascii", "replace"))
    content = register.workbook(queries.register_book(current_user, wanted), total=total, today=clock.today())
    return send_file(
        io.BytesIO(content),
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_attachment=True,
        download_name="so-cap-giay-chung-nhan.xlsx",
    )


def _in_units(certificate_id: int, permission: Permission) -> Row:
    row = queries.certificate_for(current_user, permission, certificate_id)
    if row is None:
        abort(404)
    return row


@bp.get("/so-cap/<int:certificate_id>")
@requires(Permission.CERTIFICATES_CERTIFICATE_READ)
def show(certificate_id: int) -> Response:
    """One row of the register."""
    row = _in_units(certificate_id, Permission.CERTIFICATES_CERTIFICATE_READ)
    return page(
        "certificates/show.html", row=row, labels=labels, why_not=paper.why_not(row), result=register.result_of(row)
    )


@bp.route("/so-cap/<int:certificate_id>/thu-hoi", methods=["GET", "POST"])
@requires(Permission.CERTIFICATES_CERTIFICATE_REVOKE)
def revoke(certificate_id: int) -> Any:
    """Withdraw a certificate on one of the five grounds."""
    row = _in_units(certificate_id, Permission.CERTIFICATES_CERTIFICATE_REVOKE)
    form = RevokeForm()
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            service.revoke(
                queries.entity(row.id),
                ground=form.chosen,
                reason=form.reason.data,
                by=current_user,
                today=clock.today(),
            )
            flash(_("Đã thu hồi giấy chứng nhận số %(number)s.", number=row.full_number))
            return redirect(url_for(".show", certificate_id=row.id))
    return page("certificates/revoke.html", row=row, form=form, labels=labels)


@bp.route("/so-cap/<int:certificate_id>/cap-lai", methods=["GET", "POST"])
@requires(Permission.CERTIFICATES_CERTIFICATE_REVOKE)
def reissue(certificate_id: int) -> Any:
    """Replace a faulty paper by a new one with a new number."""
    row = _in_units(certificate_id, Permission.CERTIFICATES_CERTIFICATE_REVOKE)
    form = ReissueForm()
    certificate = queries.entity(row.id)
    if form.validate_on_submit():
        with form.refusals(labels.REFUSALS):
            new = service.reissue(certificate, reason=form.reason.data, by=current_user, today=clock.today())
            flash(_("Đã cấp giấy số %(new)s thay giấy số %(old)s.", new=new.full_number, old=row.full_number))
            return redirect(url_for(".show", certificate_id=new.id))
    changes = service.corrections(certificate, today=clock.today())
    return page("certificates/reissue.html", row=row, form=form, labels=labels, changes=register.readable(changes))
