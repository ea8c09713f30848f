"""What learners read and trainers do, on pages."""

import io
import stat
import zipfile

import pytest

from lms.catalogue import queries
from lms.catalogue.models import Course, CourseVersion, Lesson
from lms.identity.models import Role
from lms.platform import clock
from lms.platform import files as store
from lms.platform.db import db
from tests import factories
from tests.catalogue.packages import COURSE, files, published, svg_with, zipped


def upload(browse, account, content: bytes, status: int = 303):
    data = {"package": (io.BytesIO(content), "goi.zip")}
    return browse.as_(account).post("catalogue.upload", status, data=data)


def versions() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(CourseVersion))


# Learners -------------------------------------------------------------------------------------------------------------


def test_a_learner_finds_a_course_without_typing_marks(browse, cast):
    published()
    page = browse.as_(cast.an).get("catalogue.courses", tim="ho so")
    assert "Khóa học thử về hồ sơ số" in page.text
    assert "1,5 tiết" in page.text
    assert len(page.queries) <= 3
    assert "Không có khóa học nào khớp" in browse.as_(cast.an).get("catalogue.courses", tim="khong ten").text


def test_an_empty_catalogue_says_so(browse, cast):
    assert "Chưa có khóa học nào" in browse.as_(cast.an).get("catalogue.courses").text


def test_the_course_page_says_what_it_takes(browse, cast):
    published()
    page = browse.as_(cast.an).with_budget(8).get("catalogue.course", slug="khoa-thu")
    assert page.heading == "Khóa học thử về hồ sơ số"
    for part in ("Kiểm tra được một hồ sơ", "Bài 1. Mở đầu", "239/KH-UBND", "27/09/2023", "Đạt từ 70%"):
        assert part in page.text
    assert len(page.queries) <= 3


def test_a_course_that_is_not_there_is_404(browse, cast):
    browse.as_(cast.an).get("catalogue.course", 404, slug="khong-co")


def test_a_retired_course_leaves_the_list_and_says_so_on_its_page(browse, cast):
    db.session.get_one(Course, published().course_id).retired_at = clock.now()
    assert "Khóa học thử" not in browse.as_(cast.an).get("catalogue.courses").text
    assert "Khóa học đã ngừng" in browse.as_(cast.an).get("catalogue.course", slug="khoa-thu").text


def test_a_picture_is_kept_by_the_browser_and_can_do_nothing(browse, cast):
    published()
    content = files()["media/so-do.svg"]
    where = {"sha256": store.digest(content), "name": "so-do.svg"}
    headers = browse.as_(cast.an).get("catalogue.media", **where).response.headers
    assert headers["Content-Type"].startswith("image/svg+xml")
    assert headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in headers["Cache-Control"]
    assert "private" in headers["Cache-Control"]


def test_only_pictures_of_courses_are_served_not_every_kept_file(browse, cast):
    published()
    secret = store.keep(b"danh sach")
    browse.as_(cast.an).get("catalogue.media", 404, sha256=secret, name="so-do.svg")
    browse.as_(cast.an).get("catalogue.media", 404, sha256="..", name="so-do.svg")


# Trainers -------------------------------------------------------------------------------------------------------------


def test_a_trainer_uploads_looks_publishes_and_downloads_the_same_bytes(browse, cast, audited):
    archive = zipped({f"Khóa học của tôi/{path}": content for path, content in files().items()})
    preview = browse.as_(cast.huy).follow(upload(browse, cast.huy, archive))
    assert preview.heading == "Xem trước: Khóa học thử về hồ sơ số"
    assert [row[2] for row in preview.table()] == ["Thêm", "Thêm"]
    assert versions() == 0
    huy = browse.as_(cast.huy)
    done = huy.post(preview.response.request.path, 303)
    assert audited().count("catalogue:version:published") == 1
    shown = huy.follow(done)
    assert "Đã phát hành phiên bản 1" in shown.text
    assert "2 bài học, hình và liên kết đều hợp lệ" in shown.text
    sent = browse.as_(cast.huy).get("catalogue.download", slug="khoa-thu", number=1).response
    assert sent.data == archive
    assert "khoa-thu-phien-ban-1.zip" in sent.headers["Content-Disposition"]


def test_a_second_upload_shows_what_changes_and_who_stays(browse, cast):
    published()
    preview = browse.as_(cast.huy).follow(upload(browse, cast.huy, zipped(files(second="Khác.\n"))))
    assert [row[2] for row in preview.table()] == ["Giữ nguyên", "Sửa"]
    assert "Người đang học phiên bản 1 học tiếp phiên bản đó" in preview.text
    assert "Phát hành phiên bản 2" in preview.text


def test_uploading_the_same_again_publishes_nothing(browse, cast):
    published()
    preview = browse.as_(cast.huy).follow(upload(browse, cast.huy, zipped(files())))
    assert "giống hệt phiên bản đang phát hành" in preview.text
    again = browse.as_(cast.huy).post(preview.response.request.path, 422)
    assert "giống hệt phiên bản đang phát hành" in again.errors[0]
    assert versions() == 1


def test_a_faulty_package_is_shown_line_by_line_and_changes_nothing(browse, cast):
    bad = files(second="Một\n\n<b>hai</b>\n", course=COURSE.replace("level: CB", "level: ZZ"))
    page = upload(browse, cast.huy, zipped(bad), 422)
    assert "Gói có 2 lỗi" in page.errors[0]
    assert [row[:2] for row in page.table()] == [["course.yaml", "6"], ["lessons/02-kiem-tra.md", "3"]]
    assert versions() == 0


def member(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def archive_of(*members: tuple[zipfile.ZipInfo | str, bytes], pack: int = zipfile.ZIP_STORED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", pack) as archive:
        for path, content in files().items():
            archive.writestr(path, content)
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def encrypted() -> bytes:
    """A zip whose first member is marked as encrypted, in both of its headers."""
    content = bytearray(archive_of())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def damaged() -> bytes:
    """A zip with a member whose packed bytes are no longer what they were."""
    content = bytearray(archive_of(("media/a.png", bytes(range(256)) * 40), pack=zipfile.ZIP_DEFLATED))
    start = content.index(b"media/a.png") + len("media/a.png")
    content[start : start + 12] = b"\xff" * 12
    return bytes(content)


def badly_named() -> bytes:
    """A zip that says a name is UTF-8 and is not."""
    return archive_of(("media/é.png", b"x")).replace("é".encode(), b"\xff\xfe")


def doubled() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return archive_of(("course.yaml", b"slug: khac"))


UNSAFE = {
    "climbs out": (lambda: archive_of(("../../etc/cron.d/x", b"x")), "trỏ ra ngoài thư mục khóa học"),
    "absolute": (lambda: archive_of(("/etc/passwd", b"x")), "trỏ ra ngoài thư mục khóa học"),
    "backslashes": (lambda: archive_of(("media\\..\\x.svg", b"x")), "trỏ ra ngoài thư mục khóa học"),
    "symlink": (lambda: archive_of((member("media/a.svg", stat.S_IFLNK | 0o777), b"/etc/passwd")), "là liên kết"),
    "bomb": (lambda: archive_of(("media/a.png", bytes(30_000_000)), pack=zipfile.ZIP_DEFLATED), "bom nén"),
    "encrypted": (encrypted, "có mật khẩu"),
    "twice": (doubled, "xuất hiện hai lần"),
    "no zip": (lambda: b"\x89PNG", "không phải tệp .zip"),
    "broken": (lambda: archive_of()[:-30], "không phải tệp .zip hoặc đã hỏng"),
    "damaged": (damaged, "Không giải nén được"),
    "badly named": (badly_named, "không phải tệp .zip hoặc đã hỏng"),
    "too many": (lambda: archive_of(*((f"media/{n}.svg", b"") for n in range(201))), "nhiều hơn mức cho phép"),
    "wrong type": (lambda: archive_of(("chay.exe", b"MZ")), "Tệp không thuộc gói khóa học"),
    "disguised": (lambda: archive_of(("media/a.png", b"MZ\x90")), "không phải ảnh SVG, PNG hay JPG"),
    "script in svg": (lambda: archive_of(("media/a.svg", svg_with("<script>1</script>"))), "chứa mã lệnh"),
    "html in markdown": (lambda: zipped(files(second="<script>1</script>")), "không dùng thẻ HTML"),
}


@pytest.mark.parametrize("what", UNSAFE)
def test_an_unsafe_zip_is_refused_with_a_sentence_and_nothing_is_written(what, browse, cast, app):
    make, said = UNSAFE[what]
    content = make()
    page = upload(browse, cast.huy, content, 422)
    assert said in page.text
    assert page.errors
    assert db.session.scalar(db.select(db.func.count()).select_from(Course)) == 0
    assert not store.kept_path(store.digest(content)).exists()


def test_nobody_else_can_use_an_uploaders_address_and_no_other_kept_file_is_reached(browse, cast):
    address = upload(browse, cast.huy, zipped(files())).location
    browse.as_(cast.giang).get(address, 404)
    browse.as_(cast.huy).get(address[:-3] + "abc", 404)


@pytest.fixture
def district_trainer(cast):
    """A trainer of Ba Đình alone."""
    person = factories.make_person(name="Ngô Thị Lan", unit=cast.district)
    return factories.make_account(person=person, role=Role.TRAINER, at=cast.district)


def test_a_district_trainer_sees_and_touches_the_districts_courses_only(browse, cast, district_trainer):
    published()
    other = COURSE.replace("slug: khoa-thu", "slug: khoa-phuong").replace("Khóa học thử", "Khóa của phường")
    published(files(course=other), organiser=cast.ward)
    listed = browse.as_(district_trainer).get("catalogue.manage")
    assert [row[0] for row in listed.table()] == ["Khóa của phường về hồ sơ số"]
    browse.as_(district_trainer).get("catalogue.manage_course", slug="khoa-phuong")
    for endpoint, values in (
        ("catalogue.manage_course", {}),
        ("catalogue.bank", {"number": 1}),
        ("catalogue.download", {"number": 1}),
        ("catalogue.preview_lesson", {"number": 1, "key": "01-mo-dau"}),
    ):
        browse.as_(district_trainer).get(endpoint, 404, slug="khoa-thu", **values)


def test_a_district_trainer_cannot_publish_for_the_city_nor_take_its_course_over(browse, cast, district_trainer):
    page = upload(browse, district_trainer, zipped(files()), 422)
    assert "nằm ngoài phạm vi" in page.errors[0]
    published()
    taken = files(course=COURSE.replace("tp-ha-noi", cast.ward.code))
    page = upload(browse, district_trainer, zipped(taken), 422)
    assert "do đơn vị khác tổ chức" in page.errors[0]
    assert versions() == 1
    mine = files(course=COURSE.replace("tp-ha-noi", cast.ward.code).replace("slug: khoa-thu", "slug: khoa-toi"))
    done = browse.as_(district_trainer).post(upload(browse, district_trainer, zipped(mine)).location, 303)
    assert "khoa-toi" in done.location
    facts = queries.course_by_slug("khoa-toi")
    assert facts is not None
    assert facts.organiser_id == cast.ward.id


def test_the_lesson_is_previewed_as_learners_see_it(browse, cast):
    published()
    page = browse.as_(cast.huy).get("catalogue.preview_lesson", slug="khoa-thu", number=1, key="01-mo-dau")
    assert page.heading == "Mở đầu"
    assert page.soup.select_one("blockquote.lms-case")
    assert page.soup.select_one("figure.lms-picture img[alt='Sơ đồ ba bước']")
    browse.as_(cast.huy).get("catalogue.preview_lesson", 404, slug="khoa-thu", number=1, key="99-la")
    browse.as_(cast.huy).get("catalogue.preview_lesson", 404, slug="khoa-thu", number=2, key="01-mo-dau")


def test_the_bank_shows_the_right_answers_of_every_kind(browse, cast):
    published()
    page = browse.as_(cast.huy).get("catalogue.bank", slug="khoa-thu", number=1)
    strong = [tag.get_text() for tag in page.soup.select("li li strong")]
    assert strong == ["Đọc kỹ", "Đúng", "Đơn", "Giấy ủy quyền", "Một cửa", "Lãnh đạo", "Văn thư", "40 % ± 0,5"]
    assert "Nhận Xử lý Trả" in page.text


def test_a_version_without_its_package_still_has_a_page(browse, cast):
    version = published()
    version.archive = ""
    assert "không còn gói gốc" in browse.as_(cast.huy).get("catalogue.manage_course", slug="khoa-thu").text
    assert "Không còn gói gốc" in browse.as_(cast.huy).get("catalogue.bank", slug="khoa-thu", number=1).text
    browse.as_(cast.huy).get("catalogue.download", 404, slug="khoa-thu", number=1)


def test_lessons_are_never_served_to_visitors(browse, cast):
    version = published()
    lesson = db.session.scalar(db.select(Lesson).where(Lesson.version_id == version.id))
    for address in ("/khoa-hoc", "/khoa-hoc/khoa-thu", f"/soan-khoa-hoc/khoa-thu/1/bai/{lesson.key}"):
        assert "dang-nhap" in browse.as_(None).get(address, 302).location
