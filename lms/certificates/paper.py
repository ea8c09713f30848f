"""The paper: a certificate's frozen words as a PDF."""

from decimal import Decimal

import segno
from flask import current_app, render_template
from markupsafe import Markup

from lms.certificates import rules
from lms.certificates.queries import Row
from lms.certificates.rules import NotPrinted
from lms.platform import vietnamese
from lms.platform.documents import pdf

FRAME = ("khung.svg", "297mm 210mm")


def why_not(row: Row) -> NotPrinted | None:
    """Say why the paper is not printed, or None."""
    return rules.why_not_print(
        revoked=row.revoked_on is not None,
        corrected=row.replaced_ground == rules.Replacement.CORRECTED,
        holder=row.holder,
        where=row.workplace,
        course=row.course,
    )


def verification_address(code: str) -> str:
    """The public address that the QR code opens."""
    return f"{current_app.config['LMS'].public_url}/xac-minh/{code}"


def html(row: Row) -> str:
    """The paper before it is set."""
    address = verification_address(row.code)
    score = row.content["score"]
    return render_template(
        "certificates/paper.html",
        row=row,
        long=rules.is_long(
            holder=row.holder, where=row.workplace, course=row.course, heading=str(row.content["heading"])
        ),
        paper_day=rules.paper_day,
        hours=vietnamese.number(Decimal(row.content["hours"])),
        result=rules.result_text(None if score is None else Decimal(score)),
        address=address,
        line=Markup("<br>"),
        qr=segno.make(address, error="m", micro=False).png_data_uri(scale=4, border=2),
    )


def written(row: Row) -> bytes:
    """The paper as PDF, A4 landscape; the place for signature and seal is left empty."""
    return pdf.render(html(row), stylesheet="certificate.css", behind=FRAME)
