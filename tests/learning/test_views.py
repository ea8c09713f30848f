"""The pages of learning, as An sees them."""

from datetime import timedelta

import pytest

from lms.assessment import queries as papers
from lms.catalogue.models import Course
from lms.learning.models import Completion, Enrolment, LessonProgress
from lms.platform.db import db
from tests.conftest import NOW, TODAY
from tests.learning.making import make_course, make_enrolment, right_form, slug_of, start

MINUTE = timedelta(minutes=1)


@pytest.fixture
def version(cast):
    return make_course(organiser=cast.city, title="An toàn thông tin")


@pytest.fixture
def slug(version):
    return slug_of(version)


@pytest.fixture
def an(browse, cast):
    return browse.as_(cast.an).with_budget(8)


@pytest.fixture
def paper(cast, version):
    """An has read everything and has an open paper."""
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    return start(cast.an.person_id, version, NOW)


def course_of(version):
    """The course of a version."""
    return db.session.get_one(Course, version.course_id)


def place_of(attempt_id, kind):
    """Where a paper asks a question of a kind."""
    return next(shown.place for shown in papers.paper_in_full(attempt_id) if shown.kind == kind)


def answer_all(an, slug, attempt_id, kinds=None):
    """Answer rightly through the form."""
    for shown in papers.paper_in_full(attempt_id):
        if kinds is None or shown.kind in kinds:
            data = right_form(shown.kind, shown.body, shown.shuffle)
            an.post("learning.answer", slug=slug, attempt_id=attempt_id, place=shown.place, data={**data, "den": "nop"})


# The course and its lessons


def test_a_course_not_begun_offers_to_begin_and_writes_nothing(an, slug):
    page = an.get("learning.study", slug=slug)
    assert page.heading == "An toàn thông tin"
    assert [button.get_text(strip=True) for button in page.soup.select(".btn-primary")] == ["Bắt đầu học"]
    assert db.session.query(Enrolment).count() == 0


def test_beginning_enrols_notes_the_day_and_opens_the_first_lesson(an, cast, slug, version, audited):
    page = an.follow(an.post("learning.begin", slug=slug))
    assert page.heading == "Bài về việc số 1"
    enrolment = db.session.query(Enrolment).one()
    assert (enrolment.version_id, enrolment.source, enrolment.started_on) == (version.id, "chosen", TODAY)
    assert audited() == ["learning:enrolment:created", "learning:course:started"]


def test_a_lesson_is_shown_only_to_who_has_begun(an, slug):
    assert an.get("learning.lesson", 303, slug=slug, key="01-bai").location == f"/hoc/{slug}"


def test_an_unknown_course_or_lesson_is_not_found(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    an.get("learning.study", 404, slug="khong-co")
    an.get("learning.lesson", 404, slug=slug, key="khong-co")


def test_a_retired_course_is_gone_for_who_has_not_begun(an, cast):
    an.get("learning.study", 404, slug=slug_of(make_course(organiser=cast.city, retired=True)))


def test_the_place_is_kept_and_found_again(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    for percent in (40, 35):
        an.post("learning.progress", 204, slug=slug, key="02-bai", data={"percent": percent})
    text = an.get("learning.lesson", slug=slug, key="02-bai").soup.select_one("[data-place]")
    assert text["data-place"] == "35"
    assert "Bài 2: Bài về việc số 2" in an.get("learning.study", slug=slug).text


def test_a_place_outside_the_page_is_brought_inside_and_nonsense_refused(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    an.post("learning.progress", 204, slug=slug, key="01-bai", data={"percent": 4000})
    assert db.session.query(LessonProgress).one().percent == 100
    an.post("learning.progress", 400, slug=slug, key="01-bai", data={"percent": "x"})


def test_a_finished_lesson_leads_to_the_next_and_the_last_to_the_quiz(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    onward = an.post("learning.finish_lesson", slug=slug, key="01-bai")
    assert an.follow(onward).heading == "Bài về việc số 2"
    onward = an.post("learning.finish_lesson", slug=slug, key="02-bai")
    assert an.follow(onward).heading == "Bài kiểm tra cuối khóa"


def test_a_lesson_stays_done_when_it_is_read_again(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    an.post("learning.progress", 204, slug=slug, key="01-bai", data={"percent": 10})
    page = an.get("learning.lesson", slug=slug, key="01-bai")
    assert page.soup.select_one("[data-place]")["data-place"] == "0"
    assert "đã học xong" in page.text


def test_learners_under_way_stay_on_their_version(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    make_course(organiser=cast.city, course=course_of(version), lessons=5)
    page = an.get("learning.study", slug=slug)
    assert "Xong 0/2 bài" in page.text
    assert "Khóa học đã có phiên bản mới" in page.text


def test_who_was_enrolled_but_had_not_begun_gets_the_current_version(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version, started_on=None)
    newer = make_course(organiser=cast.city, course=course_of(version), lessons=3)
    an.post("learning.begin", slug=slug)
    assert db.session.query(Enrolment).one().version_id == newer.id


def test_an_account_without_a_person_has_nothing_to_study(browse, cast, slug):
    cast.giang.person_id = None
    browse.as_(cast.giang).get("learning.study", 403, slug=slug)


# The quiz


def test_the_quiz_waits_for_every_lesson_and_says_which(an, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version)
    an.post("learning.finish_lesson", slug=slug, key="01-bai")
    page = an.get("learning.quiz", slug=slug)
    assert "Còn 1 bài chưa xong" in page.text
    assert "Bài 2. Bài về việc số 2" in page.links()
    assert an.follow(an.post("learning.start_attempt", slug=slug)).text.count("Còn bài chưa học xong") == 1


def test_the_quiz_page_takes_six_statements_at_most(browse, cast, slug, version):
    make_enrolment(person_id=cast.an.person_id, version=version, done=True)
    page = browse.as_(cast.an).with_budget(6).get("learning.quiz", slug=slug)
    assert "Anh/chị còn 2 lần làm bài trong năm nay" in page.text


def test_a_paper_shows_each_kind_of_question_with_its_saved_answer(an, slug, paper):
    answer_all(an, slug, paper)
    for shown in papers.paper_in_full(paper):
        page = an.get("learning.attempt", slug=slug, attempt_id=paper, place=shown.place)
        assert page.heading == f"Bài kiểm tra cuối khóa: câu {shown.place} trên 6"
        assert page.soup.select_one("[data-answered]").get_text() == "6"
        form = page.soup.select_one("form[data-answer]")
        given = len(form.select("input[name=tra_loi][checked], option[selected]"))
        expected = {"single": 1, "multiple": 2, "true_false": 1, "matching": 2, "ordering": 3, "numeric": 0}
        assert given == expected[shown.kind], shown.kind
        if shown.kind == "numeric":
            assert form.select_one("#dap-so")["value"] == "84"


def test_the_page_does_not_give_the_solution_away(an, slug, paper):
    for shown in papers.paper_in_full(paper):
        page = an.get("learning.attempt", slug=slug, attempt_id=paper, place=shown.place)
        assert "Vì lẽ" not in page.text
        values = [tag.get("value") for tag in page.soup.select("form[data-answer] input[name=tra_loi][type!=text]")]
        assert values in ([], ["0", "1", "2"], ["dung", "sai"])


def test_a_form_without_script_saves_and_goes_on(an, slug, paper):
    answer = an.post(
        "learning.answer",
        slug=slug,
        attempt_id=paper,
        place=place_of(paper, "single"),
        data={"tra_loi": "1", "den": "2"},
    )
    assert answer.location.endswith(f"/{paper}/2")
    assert an.follow(answer).soup.select_one("[data-answered]").get_text() == "1"


def test_a_script_is_told_when_the_answer_was_saved(an, slug, paper):
    answer = by_script(an, f"/hoc/{slug}/bai-kiem-tra/{paper}/{place_of(paper, 'single')}", {"tra_loi": "1"})
    assert (answer.status_code, answer.json) == (200, {"saved_at": "08:00:00", "answered": True, "complete": True})


def test_an_answer_by_script_takes_three_statements(an, slug, paper):
    page = an.post("learning.answer", slug=slug, attempt_id=paper, place=1, data={"tra_loi": ""})
    assert len(page.queries) <= 3, page.queries


def by_script(an, path, data):
    """A POST as attempt.js sends it."""
    with an.app.app_context():
        return an.client.post(path, data=data, headers={"X-Requested-With": "fetch"})


def test_a_number_that_is_none_is_refused_and_stays_in_the_field(an, slug, paper):
    where = {"slug": slug, "attempt_id": paper, "place": place_of(paper, "numeric")}
    page = an.post("learning.answer", 422, **where, data={"tra_loi": "84,0.5", "den": "1"})
    assert page.soup.select_one("#dap-so")["value"] == "84,0.5"
    assert page.errors[0].startswith("Đáp số cần là một số")
    told = by_script(an, f"/hoc/{slug}/bai-kiem-tra/{paper}/{where['place']}", {"tra_loi": "84,0.5"})
    assert (told.status_code, told.json["over"]) == (422, False)


def test_what_no_page_of_ours_sends_is_refused_with_a_sentence(an, slug, paper):
    where = {"slug": slug, "attempt_id": paper, "place": place_of(paper, "matching")}
    page = an.post("learning.answer", 422, **where, data={"ve_0": "99"})
    assert "không khớp với câu hỏi" in page.text


def test_an_answer_after_the_end_says_so(an, slug, paper, at_eight_in_the_morning):
    at_eight_in_the_morning(NOW + 21 * MINUTE)
    told = by_script(an, f"/hoc/{slug}/bai-kiem-tra/{paper}/1", {"tra_loi": ""})
    assert (told.status_code, told.json["over"]) == (409, True)
    answer = an.post("learning.answer", slug=slug, attempt_id=paper, place=1, data={})
    assert "không lưu được nữa" in an.follow(answer).text


def test_a_paper_whose_time_ran_out_shows_it_and_ends_at_its_deadline(an, cast, slug, paper, at_eight_in_the_morning):
    at_eight_in_the_morning(NOW + 25 * MINUTE)
    page = an.get("learning.attempt", slug=slug, attempt_id=paper, place=1)
    assert "Bài làm kết thúc lúc 08:20:00" in page.text
    for endpoint in ("learning.study", "learning.quiz"):
        assert "Hết giờ, chờ xem kết quả" in an.get(endpoint, slug=slug).text
    assert "Đã hết giờ" in an.get("learning.review_attempt", slug=slug, attempt_id=paper).text
    result = an.follow(an.post("learning.submit_attempt", slug=slug, attempt_id=paper))
    assert "Nộp lúc 08:20" in result.text


def test_before_handing_in_the_open_questions_are_listed(an, slug, paper):
    answer_all(an, slug, paper, {"single", "multiple", "true_false"})
    place = place_of(paper, "ordering")
    an.post("learning.answer", slug=slug, attempt_id=paper, place=place, data={"ve_0": "1", "xem_lai": "1"})
    page = an.get("learning.review_attempt", slug=slug, attempt_id=paper)
    assert "Còn 3 câu chưa trả lời hoặc trả lời chưa đủ" in page.text
    assert "trả lời chưa đủ" in page.soup.select_one("main ul").get_text()
    assert "Câu đã đánh dấu để xem lại" in page.text


def test_a_full_paper_passes_completes_the_course_and_explains_every_answer(an, cast, slug, version, paper, audited):
    answer_all(an, slug, paper)
    assert "Đã trả lời đủ 6 câu" in an.get("learning.review_attempt", slug=slug, attempt_id=paper).text
    page = an.follow(an.post("learning.submit_attempt", slug=slug, attempt_id=paper))
    assert "Được 100,00%, đạt từ 70%" in page.text
    assert page.text.count("Vì sao: Vì lẽ") == 6
    assert "Câu đúng trọn 6/6" in page.text
    completion = db.session.query(Completion).one()
    assert (completion.attempt_id, completion.completed_on, completion.hours) == (paper, TODAY, 4)
    assert (completion.unit_id, completion.department, completion.source) == (cast.ward.id, "Văn phòng", "online")
    assert "learning:course:completed" in audited()
    assert "Đã hoàn thành ngày 24/11/2026" in an.get("learning.study", slug=slug).text
    assert "Anh/chị đã hoàn thành khóa học này" in an.get("learning.quiz", slug=slug).text


def test_a_failed_paper_shows_own_and_right_answers_and_the_attempts_left(an, cast, slug, paper):
    wrong = {
        "single": {"tra_loi": "2"},
        "multiple": {"tra_loi": ["0", "1", "2"]},
        "true_false": {"tra_loi": "sai"},
        "matching": {"ve_0": "0", "ve_1": "0"},
        "ordering": {"ve_0": "3", "ve_1": "3"},
        "numeric": {"tra_loi": "8,4"},
    }
    for shown in papers.paper_in_full(paper):
        an.post("learning.answer", slug=slug, attempt_id=paper, place=shown.place, data=wrong[shown.kind])
    page = an.follow(an.post("learning.submit_attempt", slug=slug, attempt_id=paper))
    assert "Chưa đạt" in page.text
    assert "Còn 1 lần trong năm nay" in page.text
    for words in (
        "anh/chị chọn, không đúng", "Anh/chị trả lời: Sai . Đáp án: Đúng", "anh/chị ghép:", "anh/chị đánh số 3",
        "Anh/chị trả lời: 8,4 . Đáp án: 84 % (chấp nhận sai lệch 0,5)", "Đúng một phần",
    ):  # fmt: skip
        assert words in page.text, words
    assert db.session.query(Completion).count() == 0


def test_when_no_attempt_is_left_the_pages_say_whom_to_ask(an, cast, slug, version, paper):
    an.post("learning.submit_attempt", slug=slug, attempt_id=paper)
    an.post("learning.start_attempt", slug=slug)
    last = papers.attempts_of(cast.an.person_id, version.id)[-1]
    page = an.follow(an.post("learning.submit_attempt", slug=slug, attempt_id=last.id))
    assert "liên hệ cán bộ nhân sự" in page.text
    assert "liên hệ cán bộ nhân sự" in an.get("learning.quiz", slug=slug).text
    assert "liên hệ cán bộ nhân sự" in an.follow(an.post("learning.start_attempt", slug=slug)).text


def test_somebody_elses_paper_is_not_found(browse, cast, slug, paper):
    binh = browse.as_(cast.binh)
    for endpoint in ("learning.review_attempt", "learning.result"):
        binh.get(endpoint, 404, slug=slug, attempt_id=paper)
    binh.get("learning.attempt", 404, slug=slug, attempt_id=paper, place=1)
    binh.post("learning.submit_attempt", 404, slug=slug, attempt_id=paper)


def test_there_is_no_question_beyond_the_last(an, slug, paper):
    an.get("learning.attempt", 404, slug=slug, attempt_id=paper, place=7)
    an.post("learning.answer", 404, slug=slug, attempt_id=paper, place=7, data={})
