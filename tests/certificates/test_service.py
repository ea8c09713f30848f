"""Issuing, renewing, replacing and withdrawing certificates."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from lms.certificates import queries, service
from lms.certificates.models import Certificate, CertificateSeries
from lms.certificates.rules import Ground, Refusal, Replacement
from lms.learning.events import CourseCompleted
from lms.organisation.models import Reform, Succession, Unit
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM, emit
from lms.platform.forms import Refused
from tests.certificates.made import an_certificate, make_certificate, make_completion, make_course, make_department
from tests.conftest import TODAY
from tests.factories import add, make_person, make_unit


def numbers(series_id: int) -> list[int]:
    return list(
        db.session.scalars(
            sa.select(Certificate.number).where(Certificate.series_id == series_id).order_by(Certificate.number)
        )
    )


@pytest.fixture
def course(cast):
    return make_course(organiser=make_department(parent=cast.city))


def announce(completion) -> None:
    emit(
        CourseCompleted(
            completion_id=completion.id, course_id=completion.course_id, version_id=completion.version_id,
            completed_on=completion.completed_on, hours=completion.hours, score=completion.score, title="Khóa",
            unit_id=completion.unit_id, person_id=completion.person_id,
        ),
        by=SYSTEM,
    )  # fmt: skip


def test_a_completion_brings_its_certificate_in_the_same_transaction(cast, course, audited):
    completion = make_completion(person=cast.person("an"), course=course, unit=cast.ward)
    announce(completion)
    certificate = db.session.scalars(sa.select(Certificate)).one()
    assert certificate.full_number == "00001/2026/GCN-SKHCN"
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}", certificate.code)
    assert (certificate.person_id, certificate.unit_id) == (cast.an.person_id, cast.ward.id)
    assert certificate.issued_on == TODAY
    assert "certificates:certificate:issued" in audited()


def test_the_words_of_the_paper_are_frozen(cast, course):
    certificate = make_certificate(person=cast.person("an"), course=course, unit=cast.ward)
    cast.person("an").full_name = "Đặng Thị Ánh"
    db.session.flush()
    db.session.expire(certificate)
    assert certificate.content["holder"] == "Đặng Thị An"
    assert certificate.content["unit"] == "Trường Tiểu học Hoa Sen"
    assert certificate.content["superior"] == "UBND thành phố Hà Nội"
    assert certificate.content["issuer"] == "Sở Khoa học và Công nghệ thành phố Hà Nội"
    assert certificate.content["signer"] == ["GIÁM ĐỐC"]
    assert (certificate.content["from"], certificate.content["to"]) == ("2026-11-02", "2026-11-24")
    assert (certificate.content["hours"], certificate.content["score"]) == ("8.00", "92.50")


def test_the_same_completion_announced_twice_takes_one_number(cast, course):
    completion = make_completion(person=cast.person("an"), course=course, unit=cast.ward)
    announce(completion)
    announce(completion)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == 1
    assert db.session.scalars(sa.select(CertificateSeries.last_number)).one() == 1


@pytest.mark.parametrize("values", [{"source": "recognised"}, {"voided_at": "now"}])
def test_a_recognised_or_voided_result_takes_no_number(cast, course, values):
    values = {key: clock.now() if value == "now" else value for key, value in values.items()}
    completion = make_completion(person=cast.person("an"), course=course, **values)
    assert service.issue(completion.id, by=SYSTEM, today=TODAY) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CertificateSeries)) == 0


def test_numbers_run_on_within_issuer_and_year_and_begin_anew_outside(cast, course):
    other = make_course(organiser=make_department(parent=cast.city, name="Sở Nội vụ", abbreviation="SNV"))
    full = []
    for number in range(3):
        person = make_person(name=f"Nguyễn Văn {'ABC'[number]}", unit=cast.ward)
        full.append(make_certificate(person=person, course=course).full_number)
        full.append(make_certificate(person=person, course=other).full_number)
    late = make_completion(person=cast.person("an"), course=course)
    issued = service.issue(late.id, by=SYSTEM, today=date(2027, 1, 2))
    assert full[::2] == ["00001/2026/GCN-SKHCN", "00002/2026/GCN-SKHCN", "00003/2026/GCN-SKHCN"]
    assert full[1::2] == ["00001/2026/GCN-SNV", "00002/2026/GCN-SNV", "00003/2026/GCN-SNV"]
    assert issued is not None
    assert issued.full_number == "00001/2027/GCN-SKHCN"


def test_a_number_given_back_by_a_rollback_is_given_to_the_next(cast, course):
    first = make_completion(person=cast.person("an"), course=course)
    second = make_completion(person=cast.person("binh"), course=course)
    savepoint = db.session.begin_nested()
    service.issue(first.id, by=SYSTEM, today=TODAY)
    savepoint.rollback()
    certificate = service.issue(second.id, by=SYSTEM, today=TODAY)
    assert certificate is not None
    assert certificate.number == 1


def test_two_bodies_with_one_abbreviation_keep_two_books(cast, course):
    twin = make_course(organiser=make_department(parent=cast.city, code="hai"))
    one = make_certificate(person=cast.person("an"), course=course)
    two = make_certificate(person=cast.person("an"), course=twin)
    assert (one.full_number, two.full_number) == ("00001/2026/GCN-SKHCN", "00001/2026/GCN2-SKHCN")


def test_the_successor_issues_for_a_department_that_was_merged(cast):
    reform_day = date(2025, 3, 1)
    old = make_department(parent=cast.city, name="Sở Thông tin và Truyền thông", abbreviation="STTTT")
    old.valid_to = reform_day
    new = make_unit(
        name="Sở Khoa học và Công nghệ", kind="so", abbreviation="SKHCN", parent=cast.city, valid_from=reform_day
    )
    reform = add(Reform(code="r", title="Sắp xếp", effective_on=reform_day))
    add(Succession(reform_id=reform.id, old_id=old.id, new_id=new.id))
    certificate = make_certificate(person=cast.person("an"), course=make_course(organiser=old))
    assert certificate.full_number == "00001/2026/GCN-SKHCN"
    assert certificate.content["heading"] == "Sở Khoa học và Công nghệ"
    series = db.session.get_one(CertificateSeries, certificate.series_id)
    assert db.session.get_one(Unit, series.issuer_id) is new


def test_completing_again_renews_and_the_old_paper_says_so(cast, course, audited):
    old = make_certificate(person=cast.person("an"), course=course, completed_on=date(2025, 11, 1))
    new = make_certificate(person=cast.person("an"), course=course)
    assert old.replaced_by_id == new.id
    assert old.replaced_ground == Replacement.RENEWED
    assert audited().count("certificates:certificate:replaced") == 1


def test_a_withdrawn_certificate_is_not_renewed_and_stays_withdrawn(cast, course):
    old = make_certificate(person=cast.person("an"), course=course)
    service.revoke(old, ground=Ground.FRAUD, reason="Nhờ người làm bài", by=SYSTEM, today=TODAY)
    new = make_certificate(person=cast.person("an"), course=course)
    assert old.replaced_by_id is None
    assert new.number == 2


def test_withdrawing_keeps_the_number_and_says_why(cast, audited):
    certificate = an_certificate(cast)
    service.revoke(certificate, ground=Ground.LENT, reason="Cho người khác dùng", by=SYSTEM, today=TODAY)
    found = queries.verified(certificate.full_number)
    assert found is not None
    assert (found.status, found.revoked_on) == ("revoked", TODAY)
    assert audited()[-1] == "certificates:certificate:revoked"
    with pytest.raises(Refused) as refused:
        service.revoke(certificate, ground=Ground.LENT, reason="Lần nữa", by=SYSTEM, today=TODAY)
    assert refused.value.reason is Refusal.ALREADY_REVOKED


def test_a_faulty_paper_is_replaced_by_the_next_number_with_the_records_of_today(cast):
    old = an_certificate(cast)
    with pytest.raises(Refused) as refused:
        service.reissue(old, reason="Sai tên", by=SYSTEM, today=TODAY)
    assert refused.value.reason is Refusal.NOTHING_TO_CORRECT
    cast.person("an").full_name = "Đặng Thị Ánh"
    db.session.flush()
    assert service.corrections(old, today=TODAY) == {"holder": ("Đặng Thị An", "Đặng Thị Ánh")}
    new = service.reissue(old, reason="Sai tên", by=SYSTEM, today=TODAY)
    assert (old.number, new.number, new.edition) == (1, 2, 2)
    assert new.content["holder"] == "Đặng Thị Ánh"
    assert (old.replaced_by_id, old.replaced_ground) == (new.id, Replacement.CORRECTED)
    with pytest.raises(Refused) as again:
        service.reissue(old, reason="Lại sai", by=SYSTEM, today=TODAY)
    assert again.value.reason is Refusal.ALREADY_REPLACED


def test_a_history_is_loaded_with_gapless_numbers_in_the_order_of_completion(cast, course):
    other = make_course(organiser=make_department(parent=cast.city, name="Sở Nội vụ", abbreviation="SNV"))
    people = [make_person(unit=cast.ward) for _ in range(5)]
    for number, person in enumerate(people):
        for year in (2024, 2025, 2026):
            day = date(year, 5, 20) - timedelta(days=number)
            make_completion(person=person, course=course, completed_on=day, score=Decimal(80))
        make_completion(person=person, course=other, completed_on=date(2025, 3, 1 + number))
    make_completion(person=people[0], course=other, source="recognised")
    assert service.issue_in_bulk(TODAY) == 20
    assert service.issue_in_bulk(TODAY) == 0
    books = db.session.execute(sa.select(CertificateSeries.id, CertificateSeries.last_number)).all()
    assert len(books) == 4
    for series_id, last in books:
        assert numbers(series_id) == list(range(1, last + 1))
        days = db.session.scalars(
            sa.select(Certificate.issued_on).where(Certificate.series_id == series_id).order_by(Certificate.number)
        ).all()
        assert days == sorted(days)
    newest = queries.certificates_of(people[0].id)
    assert [row.replaced_by_id is None for row in newest] == [True, False, True, False]
    assert len({code for (code,) in db.session.execute(sa.select(Certificate.code))}) == 20


def test_a_loaded_certificate_has_the_same_words_as_an_issued_one(cast, course):
    one = make_certificate(person=cast.person("an"), course=course, unit=cast.ward)
    make_completion(person=cast.person("binh"), course=course, unit=cast.ward)
    service.issue_in_bulk(TODAY)
    two = db.session.scalars(sa.select(Certificate).where(Certificate.person_id == cast.binh.person_id)).one()
    assert two.number == 2
    assert two.content == {**one.content, "holder": "Trần Văn Bình"}


def test_odd_signs_survive_the_loading(cast):
    course = make_course(organiser=make_department(parent=cast.city), title='Ngoặc "kép", \\ gạch chéo và {ngoặc}')
    make_completion(person=cast.person("an"), course=course, department="Phòng\\nA")
    service.issue_in_bulk(TODAY)
    row = queries.certificates_of(cast.an.person_id)[0]
    assert row.course == 'Ngoặc "kép", \\ gạch chéo và {ngoặc}'
    assert row.content["department"] == "Phòng\\nA"
