"""What trainers do with a draft, on pages: lessons from files, editing side by side, publishing."""

import io

import pytest

from lms.catalogue import queries, service
from lms.catalogue.models import CourseVersion
from lms.identity.models import Role
from lms.platform import clock
from lms.platform.db import db
from lms.platform.events import SYSTEM
from tests import factories
from tests.catalogue.documents import a_presentation, a_word_document
from tests.catalogue.packages import LESSON, files, published

COURSE = {"slug": "khoa-thu"}
FIRST = {**COURSE, "key": "01-mo-dau"}


@pytest.fixture
def course(session):
    """A published course."""
    return published()


@pytest.fixture
def draft(course):
    """A course with an open draft."""
    return service.start_draft("khoa-thu", by=SYSTEM, now=clock.now())


def trainer_at(unit):
    return factories.make_account(person=factories.make_person(), role=Role.TRAINER, at=unit)


def send(browse, account, content: bytes, name: str, status: int = 303):
    return browse.as_(account).post(
        "catalogue.document", status, data={"document": (io.BytesIO(content), name)}, **COURSE
    )


def lesson(text: str, seen: int = 1, title: str = "Mở đầu") -> dict[str, str]:
    return {"title": title, "minutes": "9", "text": text, "seen": str(seen)}


def now_in_draft(key: str = "01-mo-dau"):
    found = queries.draft_of("khoa-thu")
    assert found is not None
    return service.lesson_at(found.files, key)


def test_a_trainer_turns_a_word_file_into_lessons_and_publishes_them(browse, cast, course):
    trainer = browse.as_(cast.huy)
    sent = send(browse, cast.huy, a_word_document(), "Tài liệu.docx")
    preview = trainer.follow(sent)
    assert preview.table(0) == [["Mật khẩu mạnh", "22", "1", "1"], ["Thư lừa đảo", "3", "0", "0"]]
    assert "Mô tả hình 1 (đoạn 10)" in preview.text
    assert queries.draft_of("khoa-thu") is None
    added = trainer.post(sent.location, data={"alt-tai-lieu-01.png": "Hình vuông màu đỏ"})
    page = trainer.follow(added)
    assert "Đã đưa 2 bài vào bản nháp." in page.text
    assert "Thêm Mật khẩu mạnh" in page.text
    done = trainer.follow(trainer.post("catalogue.draft", **COURSE))
    assert "Đã phát hành phiên bản 2" in done.text
    assert [one.title for one in queries.lessons_of(queries.course_by_slug("khoa-thu").version_id)] == [
        "Mở đầu", "Kiểm tra hồ sơ", "Mật khẩu mạnh", "Thư lừa đảo",
    ]  # fmt: skip
    assert len(queries.lessons_of(course.id)) == 2
    assert queries.draft_of("khoa-thu") is None


def test_a_picture_without_description_is_asked_for_and_keeps_the_draft_unpublished(browse, cast, course):
    sent = send(browse, cast.huy, a_word_document(), "a.docx")
    trainer = browse.as_(cast.huy)
    trainer.post(sent.location, data={})
    page = trainer.get("catalogue.draft", **COURSE)
    assert "Cần sửa 1 chỗ trước khi phát hành" in page.text
    [place] = page.soup.select('section[aria-labelledby="can-sua"] li a')
    assert place.get_text().startswith("Mật khẩu mạnh, dòng ")
    refused = trainer.post("catalogue.draft", 422, **COURSE)
    assert refused.errors == ["Bản nháp còn chỗ cần sửa nên chưa phát hành được."]
    shown = trainer.get("catalogue.draft_lesson", **COURSE, key="03-mat-khau-manh")
    assert "Hình chưa có mô tả" in shown.text


def test_a_presentation_says_what_was_lost_and_where(browse, cast, course):
    page = browse.as_(cast.huy).follow(send(browse, cast.huy, a_presentation(), "bai.pptx"))
    assert page.table(1) == [
        ["Trang 3", "Trang chưa có tiêu đề nên mang tên “Trang 3”. Hãy đặt tên nói được nội dung."]
    ]


def test_a_refused_file_says_why(browse, cast, course):
    page = send(browse, cast.huy, b"%PDF-1.7", "a.docx", 422)
    assert "nội dung là tệp PDF" in page.errors[0]


def test_a_ticket_serves_only_its_course_and_its_owner(browse, cast, course):
    sent = send(browse, cast.huy, a_word_document(), "a.docx")
    browse.as_(cast.huy).get(sent.location.replace("khoa-thu", "khoa-khac"), 404)
    other = trainer_at(cast.city)
    browse.as_(other).get(sent.location, 404)
    browse.as_(cast.huy).get(sent.location[:-2] + "xx", 404)


def test_a_lesson_is_edited_and_shown_as_learners_will_see_it(browse, cast, draft):
    trainer = browse.as_(cast.huy)
    page = trainer.get("catalogue.draft_lesson", **FIRST)
    assert page.soup.select_one("textarea").text.strip() == LESSON.strip()
    assert page.soup.select_one(".lms-reading table")
    trainer.post("catalogue.draft_lesson", data=lesson("Hai  dòng\r\n\r\n- một\r\n- hai"), **FIRST)
    assert now_in_draft() == ("Mở đầu", "9", "Hai  dòng\n\n- một\n- hai\n")
    assert len(trainer.get("catalogue.draft_lesson", **FIRST).soup.select(".lms-reading li")) == 2
    assert queries.course_by_slug("khoa-thu").number == 1


def test_two_who_edit_one_lesson_lose_nothing(browse, cast, draft):
    trainer, other = browse.as_(cast.huy), browse.as_(cast.giang)
    other.post("catalogue.draft_lesson", data=lesson("Bản của Giang."), **FIRST)
    page = trainer.post("catalogue.draft_lesson", 422, data=lesson("Bản của Huy."), **FIRST)
    mine, theirs = (box.text.strip() for box in page.soup.select("textarea"))
    assert (mine, theirs) == ("Bản của Huy.", "Bản của Giang.")
    assert "Có người vừa lưu bài này" in page.errors[0]
    assert now_in_draft()[2] == "Bản của Giang.\n"
    seen = int(page.soup.select_one("[name=seen]")["value"])
    trainer.post("catalogue.draft_lesson", data=lesson("Bản gộp.", seen), **FIRST)
    assert now_in_draft()[2] == "Bản gộp.\n"
    assert [one.revision for one in queries.saves_of(draft.draft_id)] == [3, 2, 1]


def test_two_who_edit_different_lessons_do_not_meet(browse, cast, draft):
    browse.as_(cast.giang).post("catalogue.draft_lesson", data=lesson("Một."), **FIRST)
    second = {**COURSE, "key": "02-kiem-tra"}
    browse.as_(cast.huy).post("catalogue.draft_lesson", data=lesson("Hai.", title="Kiểm tra"), **second)
    assert (now_in_draft()[2], now_in_draft("02-kiem-tra")[2]) == ("Một.\n", "Hai.\n")


def test_lessons_are_moved_with_buttons(browse, cast, draft):
    trainer = browse.as_(cast.huy)
    trainer.post("catalogue.move_lesson", data={"bai": "02-kiem-tra", "huong": "len"}, **COURSE)
    titles = [link.text for link in trainer.get("catalogue.draft", **COURSE).soup.select(".lms-build a")]
    assert ["Kiểm tra hồ sơ" in titles[0], "Mở đầu" in titles[1]] == [True, True]
    trainer.post("catalogue.move_lesson", 404, data={"bai": "khong-co", "huong": "len"}, **COURSE)


def test_a_lesson_is_taken_out_and_its_questions_stay(browse, cast, draft):
    trainer = browse.as_(cast.huy)
    page = trainer.follow(trainer.post("catalogue.remove_lesson", **FIRST))
    assert "Bỏ Mở đầu" in page.text
    trainer.post("catalogue.draft", **COURSE)
    facts = queries.course_by_slug("khoa-thu")
    assert (facts.number, facts.bank_size, len(queries.lessons_of(facts.version_id))) == (2, 6, 1)


def test_an_unchanged_draft_makes_no_version(browse, cast, draft):
    page = browse.as_(cast.huy).post("catalogue.draft", 422, **COURSE)
    assert "không có gì để phát hành" in page.errors[0]


def test_a_draft_that_was_overtaken_cannot_undo_what_was_published(browse, cast, draft):
    published(files(lesson="Bản mới.\n"))
    trainer = browse.as_(cast.huy)
    assert "không phát hành được nữa" in trainer.get("catalogue.draft", **COURSE).text
    trainer.post("catalogue.draft_lesson", data=lesson("Khác."), **FIRST)
    assert "phiên bản khác đã được phát hành" in trainer.post("catalogue.draft", 422, **COURSE).errors[0]
    trainer.post("catalogue.discard_draft", **COURSE)
    assert queries.draft_of("khoa-thu") is None
    trainer.post("catalogue.begin_draft", **COURSE)
    assert queries.draft_of("khoa-thu").base_number == 2
    assert db.session.scalar(db.select(db.func.count()).select_from(CourseVersion)) == 2


def test_the_draft_of_another_units_course_is_not_found(browse, cast, session):
    published(organiser=factories.make_unit(code="noi-khac"))
    service.start_draft("khoa-thu", by=SYSTEM, now=clock.now())
    narrow = trainer_at(factories.make_unit(code="cho-nay"))
    for endpoint in ("catalogue.draft", "catalogue.document"):
        browse.as_(narrow).get(endpoint, 404, **COURSE)
    browse.as_(narrow).post("catalogue.discard_draft", 404, **COURSE)
    browse.as_(narrow).get("catalogue.draft_lesson", 404, **FIRST)
    assert queries.draft_of("khoa-thu") is not None
