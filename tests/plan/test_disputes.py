"""Somebody says that a duty stands wrongly; a desk must answer in time, and what it answers changes something."""

import io
import zipfile
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from lms.catalogue.models import Course
from lms.identity.models import Role
from lms.learning.models import Completion
from lms.notifications.models import Letter
from lms.organisation import queries as organisation
from lms.organisation import service as postings
from lms.plan import queries as plan
from lms.plan.disputes import papers, queries, rules, service
from lms.plan.disputes.models import Dispute, DisputeFile, DisputeNote
from lms.plan.disputes.rules import Effect, Kind, Outcome, Refusal
from lms.plan.models import DueGrant, Obligation, Waiver
from lms.plan.periods import service as periods
from lms.plan.periods.models import ErratumLine
from lms.plan.periods.rules import Cause
from lms.plan.rules import FOREVER
from lms.platform import clock
from lms.platform.access import Permission
from lms.platform.db import db
from lms.platform.events import SYSTEM
from lms.platform.files import UnsafeFile
from lms.platform.forms import Refused
from tests.conftest import TODAY
from tests.factories import make_account, make_person
from tests.plan.dispute_access import the_duty
from tests.plan.test_grants import acting

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
SENT = {"kind": "not-counted", "words": "Tôi đã học lớp này tại Trường Lê Hồng Phong ngày 05/03/2026."}


@pytest.fixture
def duty(cast):
    """An's only duty, as its page tells it."""
    return plan.why(acting(cast.an), Permission.PLAN_OBLIGATION_READ, the_duty(cast).id, TODAY)


@pytest.fixture
def dispute(cast, duty):
    """An's open dispute."""
    return send(cast, duty)


def send(cast, duty, paper=None) -> Dispute:
    """Let An say that it was not counted."""
    return service.send(
        duty, kind=Kind.NOT_COUNTED, words="Sai", paper=paper, by=acting(cast.an), today=TODAY, now=clock.now()
    )


def decide(cast, dispute, **said) -> Dispute:
    """Let Bình answer."""
    told = {"outcome": Outcome.ACCEPTED, "effect": Effect.NONE, "answer": "Đã kiểm tra hồ sơ.", **said}
    service.decide(dispute, service.Decision(**told), is_own=False, by=acting(cast.binh), today=TODAY, now=clock.now())
    return dispute


def obligation(cast) -> Obligation:
    """How An's duty stands now."""
    db.session.expire_all()
    return the_duty(cast)


# Rules ----------------------------------------------------------------------------------------------------------------


def test_the_due_day_itself_is_in_time():
    assert not rules.is_late(TODAY, TODAY, is_closed=False)
    assert rules.is_late(TODAY - timedelta(days=1), TODAY, is_closed=False)
    assert not rules.is_late(TODAY - timedelta(days=1), TODAY, is_closed=True)


def test_what_is_late_goes_up_the_line_and_stays_at_its_end():
    assert rules.first_desk([]) is None
    assert rules.next_desk([1, 2, 3], 1) == 2
    assert rules.next_desk([1, 2, 3], 3) is None
    assert rules.next_desk([2, 3], 1) == 2


@pytest.mark.parametrize(
    ("outcome", "effect", "more", "refusal"),
    [
        (Outcome.ACCEPTED, Effect.EXTEND, {}, None),
        (Outcome.PARTLY, Effect.NONE, {}, Refusal.NEEDS_EFFECT),
        (Outcome.REFUSED, Effect.NONE, {}, None),
        (Outcome.REFUSED, Effect.WAIVE, {}, Refusal.NEEDS_NO_EFFECT),
        (Outcome.REFUSED, Effect.NONE, {"is_closed": True}, Refusal.CLOSED),
        (Outcome.REFUSED, Effect.NONE, {"is_own": True}, Refusal.OWN),
    ],
)
def test_what_is_accepted_changes_something_and_what_is_refused_changes_nothing(outcome, effect, more, refusal):
    assert rules.why_not_decide(outcome, effect, **{"is_closed": False, "is_own": False, **more}) is refusal


def zipped(*names: str) -> bytes:
    """A zip archive with these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


WORD = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (PDF, "giấy chứng nhận.PDF", "giấy chứng nhận.pdf"),
        (b"\xff\xd8\xff\xe0rest", "anh.jpeg", "anh.jpg"),
        (b"\x89PNG\r\n\x1a\nrest", "..\\..\\C:\\anh.png", "anh.png"),
        (zipped(*WORD), "../../etc/passwd.docx", "passwd.docx"),
        (PDF, "chay.exe", "chay.exe.pdf"),
        (PDF, "a\x00b\n\u202egpj.pdf", "abgpj.pdf"),
        (PDF, "....", "minh-chung.pdf"),
        (PDF, "", "minh-chung.pdf"),
        (PDF, "d" * 400 + ".pdf", "d" * 110 + ".pdf"),
    ],
)
def test_a_paper_is_what_its_content_says_under_a_harmless_name(content, name, kept):
    assert papers.read(content, name).name == kept


@pytest.mark.parametrize(
    "content",
    [
        b"", b"MZ\x90\x00", b"<html><script>alert(1)</script>", b"GIF89a", b"<svg xmlns='x'/>", zipped("a.txt"),
        zipped(*WORD, "word/vbaProject.bin"), zipped(*WORD, "../../x"), b"PK\x03\x04broken",
        PDF + b"0" * rules.MOST_BYTES,
    ],
    ids=["empty", "exe", "html", "gif", "svg", "zip", "macros", "climbing", "broken", "big"],
)  # fmt: skip
def test_a_paper_of_another_kind_is_refused_in_words(content):
    with pytest.raises(UnsafeFile, match="Hãy"):
        papers.read(content, "giay.pdf")


@given(st.binary(max_size=300), st.text(max_size=200))
def test_nothing_that_is_sent_breaks_the_reading(content, name):
    try:
        paper = papers.read(content, name)
    except UnsafeFile:
        return
    assert len(paper.name) <= 120
    assert not set(paper.name) & set('/\\\x00\r\n"')
    assert paper.name.endswith(f".{paper.kind}")


# Sending and talking --------------------------------------------------------------------------------------------------


def test_the_nearest_hr_must_answer_in_ten_working_days_and_learns_by_letter(cast, duty, audited):
    dispute = send(cast, duty)
    assert dispute.due_on == date(2026, 12, 8)
    assert dispute.desk_id == queries.lines_of({cast.ward.id}, TODAY)[cast.ward.id][0]
    assert cast.binh.email in {letter.recipient for letter in db.session.scalars(sa.select(Letter))}
    assert audited()[-1] == "plan:dispute:opened"


def test_only_one_dispute_of_a_duty_is_open_at_a_time(cast, duty, dispute):
    with pytest.raises(Refused) as refused:
        send(cast, duty)
    assert refused.value.reason is Refusal.OPEN_ALREADY
    service.withdraw(dispute, by=acting(cast.an), now=clock.now())
    assert send(cast, duty).id != dispute.id


def test_the_database_itself_holds_one_open_dispute_of_a_duty(dispute):
    same = {c.name: getattr(dispute, c.name) for c in Dispute.__table__.columns if c.name != "id"}
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(sa.insert(Dispute).values(**same))


def test_a_term_counts_from_its_day_for_what_is_sent_then(cast, duty):
    service.set_term(TODAY, 3, by=SYSTEM, now=clock.now())
    service.set_term(TODAY + timedelta(days=1), 20, by=SYSTEM, now=clock.now())
    assert send(cast, duty).due_on == date(2026, 11, 27)
    assert queries.term_on(TODAY - timedelta(days=1)) == rules.DAYS


def test_whoever_asked_learns_by_letter_of_what_the_desk_adds(cast, dispute):
    before = db.session.scalar(sa.select(sa.func.count(Letter.id)))
    service.comment(dispute, words="Xin gửi bản chụp", paper=None, by=acting(cast.binh), is_own=False, now=clock.now())
    letters = db.session.scalars(sa.select(Letter).order_by(Letter.id)).all()[before:]
    assert [letter.recipient for letter in letters] == [cast.an.email]
    service.comment(dispute, words="Đã gửi", paper=None, by=acting(cast.an), is_own=True, now=clock.now())
    assert db.session.scalar(sa.select(sa.func.count(Letter.id))) == before + 1


def test_nothing_is_added_to_what_is_closed(cast, dispute):
    service.withdraw(dispute, by=acting(cast.an), now=clock.now())
    with pytest.raises(Refused) as refused:
        service.comment(dispute, words="Thêm", paper=None, by=acting(cast.an), is_own=True, now=clock.now())
    assert refused.value.reason is Refusal.CLOSED


# Going up the line ----------------------------------------------------------------------------------------------------


def test_what_is_late_goes_to_the_next_desk_once_and_its_days_begin_anew(cast, duty):
    make_account(person=make_person(name="Ngô Thị Thành", unit=cast.city), role=Role.HR, at=cast.city)
    line = queries.lines_of({cast.ward.id}, TODAY)[cast.ward.id]
    dispute = send(cast, duty)
    later = dispute.due_on + timedelta(days=1)
    assert service.escalate(today=dispute.due_on, now=clock.now()) == 0
    assert service.escalate(today=later, now=clock.now()) == 1
    assert (dispute.desk_id, dispute.steps, dispute.due_on) == (line[1], 1, queries.deadline(later))
    assert service.escalate(today=later, now=clock.now()) == 0
    last = db.session.scalars(sa.select(DisputeNote).order_by(DisputeNote.id.desc())).first()
    assert "Quá hạn trả lời ngày 08/12/2026" in last.words
    assert last.kind == "late"


def test_at_the_end_of_the_line_it_stays_and_is_late(cast, dispute):
    line = queries.lines_of({cast.ward.id}, TODAY)[cast.ward.id]
    dispute.desk_id = line[-1]
    db.session.flush()
    later = dispute.due_on + timedelta(days=3)
    assert service.escalate(today=later, now=clock.now()) == 0
    assert queries.counted(acting(cast.binh), later)[queries.Folder.LATE] == 1


# Deciding -------------------------------------------------------------------------------------------------------------


def test_a_recognised_result_fulfils_the_duty_and_the_dispute_keeps_its_key(cast, duty, dispute, audited):
    course = queries.courses_for(dispute.requirement_id)[0][0]
    decide(cast, dispute, effect=Effect.COMPLETION, course_id=course, on=date(2026, 3, 5), decision="Chứng chỉ 12/CC")
    completion = db.session.get_one(Completion, dispute.fact_id)
    assert (completion.source, completion.completed_on) == ("recognised", date(2026, 3, 5))
    assert "Chứng chỉ 12/CC" in completion.evidence
    assert obligation(cast).fulfilled_on < FOREVER
    assert audited()[-1] == "plan:dispute:decided"


def test_a_voided_result_no_longer_fulfils_the_duty(cast, duty, dispute):
    course = queries.courses_for(dispute.requirement_id)[0][0]
    decide(cast, dispute, effect=Effect.COMPLETION, course_id=course, on=date(2026, 3, 5))
    second = send(cast, plan.why(acting(cast.an), Permission.PLAN_OBLIGATION_READ, obligation(cast).id, TODAY))
    decide(cast, second, effect=Effect.VOID, completion_id=dispute.fact_id)
    assert second.fact_id == dispute.fact_id
    assert obligation(cast).fulfilled_on == FOREVER


def test_more_time_is_a_granted_day_tied_to_the_answer(cast, dispute):
    decide(cast, dispute, outcome=Outcome.PARTLY, effect=Effect.EXTEND, on=date(2027, 2, 26), decision="12/QĐ")
    assert db.session.get_one(DueGrant, dispute.fact_id).due_on == date(2027, 2, 26)
    assert obligation(cast).due_on == date(2027, 2, 26)


def test_an_exemption_is_a_waiver_tied_to_the_answer(cast, dispute):
    decide(cast, dispute, effect=Effect.WAIVE, on=TODAY, decision="12/QĐ", approver="Chủ tịch")
    waiver = db.session.get_one(Waiver, dispute.fact_id)
    assert (waiver.person_id, waiver.from_on, waiver.to_on) == (cast.an.person_id, TODAY, FOREVER)


def test_a_posting_put_right_since_is_tied_to_the_answer_and_none_before(cast, dispute):
    dispute.opened_at = clock.now() + timedelta(hours=1)
    db.session.flush()
    with pytest.raises(Refused) as refused:
        decide(cast, dispute, effect=Effect.POSTING)
    assert refused.value.reason is Refusal.NO_POSTING
    assert dispute.closed_at is None
    wish = postings.Wish(
        kind=postings.Kind.MOVE, new_id=cast.other.id, on=TODAY, to_on=FOREVER, department="", title="Chuyên viên"
    )
    person = organisation.person_with(cast.an.person_id)
    posting = postings.transfer(person, wish, by=SYSTEM, now=clock.now() + timedelta(hours=2))
    decide(cast, dispute, effect=Effect.POSTING)
    assert dispute.fact_id == posting.id


def test_what_the_keeper_of_the_fact_refuses_leaves_the_dispute_open(cast, dispute):
    with pytest.raises(Refused):
        decide(cast, dispute, effect=Effect.EXTEND, on=TODAY - timedelta(days=1), decision="12/QĐ")
    db.session.refresh(dispute)
    assert dispute.closed_at is None
    with pytest.raises(Refused) as refused:
        decide(cast, dispute, effect=Effect.VOID, completion_id=987654)
    assert refused.value.reason is Refusal.NO_RESULT


def test_what_is_decided_is_not_decided_again(cast, dispute):
    decide(cast, dispute, outcome=Outcome.REFUSED)
    with pytest.raises(Refused) as refused:
        decide(cast, dispute, outcome=Outcome.REFUSED)
    assert refused.value.reason is Refusal.CLOSED


# Pages ----------------------------------------------------------------------------------------------------------------


def test_from_the_duty_to_the_answer_on_the_first_page(browse, cast, duty):
    an, binh = browse.as_(cast.an), browse.as_(cast.binh)
    why = an.get("plan.why", obligation_id=duty.obligation_id)
    form = an.get(why.links()["Kết quả này sai"])
    assert "chậm nhất ngày 08/12/2026" in form.text
    sent = an.post(
        "disputes.new", obligation_id=duty.obligation_id,
        data={**SENT, "paper": (io.BytesIO(PDF), "../giay chung nhan.pdf")},
    )  # fmt: skip
    shown = an.follow(sent)
    assert "Đang giải quyết" in shown.text
    assert "giay chung nhan.pdf" in shown.links()
    dispute = db.session.scalars(sa.select(Dispute)).one()
    assert "đang chờ anh/chị trả lời" in binh.get("home.today").text
    assert [row[0].startswith(cast.person("an").full_name) for row in binh.get("disputes.desk").table()] == [True]
    course = queries.courses_for(dispute.requirement_id)[0][0]
    missing = binh.post(
        "disputes.decide", 422, dispute_id=dispute.id,
        data={"outcome": "accepted", "effect": "completion", "answer": "Đúng", "course": course},
    )  # fmt: skip
    assert "Hãy ghi ngày hoàn thành" in missing.text
    answered = binh.post(
        "disputes.decide", dispute_id=dispute.id,
        data={
            "outcome": "accepted", "effect": "completion", "answer": "Đúng, có chứng chỉ.", "course": course,
            "completed_on": "05/03/2026", "decision": "12/CC",
        },
    )  # fmt: skip
    assert "Đã ghi nhận kết quả khóa" in binh.follow(answered).text
    assert "Phản ánh đúng" in an.get("home.today").text
    assert obligation(cast).fulfilled_on < FOREVER
    assert "Phản ánh đúng" in an.get("disputes.mine").text


def test_a_file_of_the_wrong_kind_is_named_beside_its_field_and_nothing_is_sent(browse, cast, duty):
    shown = browse.as_(cast.an).post(
        "disputes.new", 422, obligation_id=duty.obligation_id, data={**SENT, "paper": (io.BytesIO(b"MZ"), "giay.pdf")}
    )
    assert "không phải PDF" in shown.text
    assert db.session.scalars(sa.select(Dispute)).all() == []


def test_a_paper_is_saved_not_shown(browse, cast, duty):
    send(cast, duty, papers.read(PDF, "giấy.pdf"))
    file_id = db.session.scalars(sa.select(DisputeFile.id)).one()
    response = browse.as_(cast.binh).get("disputes.paper", file_id=file_id).response
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.data == PDF


def test_a_second_page_of_the_same_duty_leads_to_the_open_dispute(browse, cast, duty, dispute):
    shown = browse.as_(cast.an).get("disputes.new", 303, obligation_id=duty.obligation_id)
    assert shown.response.headers["Location"].endswith(f"/phan-anh/{dispute.id}")


def test_a_desk_hands_it_up_for_a_stated_reason(browse, cast, dispute):
    make_account(person=make_person(name="Ngô Thị Thành", unit=cast.city), role=Role.HR, at=cast.city)
    seen = browse.as_(cast.binh)
    handed = seen.post("disputes.hand_over", dispute_id=dispute.id, data={"desk": cast.city.id, "reason": "Thuộc Sở"})
    assert "Đã chuyển phản ánh đến" in seen.follow(handed).text
    db.session.expire_all()
    assert dispute.desk_id == cast.city.id
    # The desk that gave it away reads on and decides no more.
    browse.as_(cast.binh).get("disputes.show", dispute_id=dispute.id)
    browse.as_(cast.binh).get("disputes.decide", 404, dispute_id=dispute.id)


@pytest.mark.parametrize(
    ("effect", "more", "words"),
    [
        (Effect.EXTEND, {"on": date(2027, 2, 26)}, "; gia hạn: 12/QĐ, đến ngày 26/02/2027, ghi ngày "),
        (Effect.WAIVE, {"on": date(2026, 1, 1), "approver": "Hiệu trưởng"}, "; được miễn: 12/QĐ, từ ngày 01/01/2026"),
        (Effect.COMPLETION, {"on": date(2026, 11, 2)}, "; kết quả ghi nhận muộn: “Khóa thử nghiệm” hoàn thành ngày"),
    ],
)
def test_an_erratum_names_the_dispute_whose_answer_made_the_difference(cast, dispute, effect, more, words):
    period = periods.close(
        plan_code="KH-THU", as_of=TODAY, name="Tháng 11/2026", unit_id=None, by=SYSTEM, now=clock.now(), today=TODAY
    )
    course_id = db.session.scalars(sa.select(Course.id)).one() if effect is Effect.COMPLETION else None
    decide(cast, dispute, effect=effect, decision="12/QĐ", course_id=course_id, **more)
    assert periods.compare(period, now=clock.now()) == 1
    periods.issue(period, reason="Theo trả lời phản ánh", by=SYSTEM, now=clock.now())
    line = db.session.scalars(sa.select(ErratumLine)).one()
    assert line.cause == Cause.DISPUTED
    said = f"Giải quyết phản ánh số {dispute.id}, trả lời ngày {TODAY:%d/%m/%Y} theo 12/QĐ"
    assert line.words.startswith(said + words)


def test_an_answer_names_the_closed_periods_that_hold_the_duty(browse, cast, dispute):
    with_it = periods.close(
        plan_code="KH-THU", as_of=TODAY, name="Tháng 11/2026", unit_id=None, by=SYSTEM, now=clock.now(), today=TODAY
    )
    decide(cast, dispute, effect=Effect.EXTEND, on=date(2027, 2, 26), decision="12/QĐ")
    links = browse.as_(cast.binh).get("disputes.show", dispute_id=dispute.id).links()
    assert links["Tháng 11/2026"] == f"/chot-so-lieu/{with_it.id}"
    assert "Tháng 11/2026" not in browse.as_(cast.an).get("disputes.show", dispute_id=dispute.id).text


@pytest.mark.parametrize(
    ("effect", "more", "said"),
    [
        (
            Effect.COMPLETION,
            {"on": date(2026, 3, 5)},
            "Đã ghi nhận kết quả khóa “Khóa thử nghiệm”, hoàn thành ngày 05/03/2026.",
        ),
        (Effect.EXTEND, {"on": date(2027, 2, 26)}, "Đã gia hạn đến ngày 26/02/2027."),
        (Effect.WAIVE, {"on": TODAY, "approver": "Chủ tịch"}, "Đã miễn từ 24/11/2026, không thời hạn."),
    ],
)
def test_an_answer_names_what_it_did_and_its_day_and_writes_one_letter(cast, dispute, browse, effect, more, said):
    course = queries.courses_for(dispute.requirement_id)[0][0]
    db.session.execute(sa.delete(Letter))
    decide(cast, dispute, effect=effect, decision="12/QĐ", course_id=course, **more)
    assert said in browse.as_(cast.an).get("disputes.show", dispute_id=dispute.id).text
    recipients = list(db.session.scalars(sa.select(Letter.recipient)))
    assert len(recipients) == len(set(recipients)) == 1
