"""The guides: whole, true to the product, found by simple words, and readable without pictures."""

import re
import struct
import zlib

import pytest
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from lms.home.help import queries, rules
from lms.home.help.rules import BadGuide
from scripts.check_translations import sentences

GUIDES = queries.guides()


def a_png(wide, high):
    """A grey picture of that size."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\0" + b"\x99" * wide) * high
    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
def pictures(app, tmp_path, monkeypatch):
    """The folder of pictures, empty."""
    monkeypatch.setattr(app, "instance_path", str(tmp_path))
    folder = tmp_path / "huong-dan"
    folder.mkdir()
    return folder


def test_there_are_guides_for_learners_trainers_and_hr():
    groups = [guide.group for guide in GUIDES]
    assert list(dict.fromkeys(groups)) == ["Cho người học", "Cho giảng viên", "Cho bộ phận nhân sự"]
    assert min(groups.count(name) for name in groups) >= 3


@pytest.mark.parametrize("slug", [guide.slug for guide in GUIDES])
def test_each_guide_is_a_sound_page(browse, pictures, slug):
    guide = queries.guide(slug)
    page = browse.as_(None).get("help.show", slug=slug)
    assert page.heading == guide.title
    assert page.soup.select(".lms-reading h2")
    assert page.soup.select(".lms-reading img") == []


def test_a_guide_that_nobody_wrote_is_not_found(browse):
    browse.as_(None).get("help.show", 404, slug="khong-co")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.slug)
def test_guides_lead_to_pages_that_exist(app, guide):
    known = app.url_map.bind("localhost")
    for address in re.findall(r"\]\((/[^)]*)\)", guide.body):
        try:
            endpoint, values = known.match(address)
        except (NotFound, RequestRedirect):
            pytest.fail(f"{guide.slug}: {address}")
        if endpoint == "help.show":
            assert queries.guide(values["slug"]) is not None, address
    for endpoint in guide.endpoints:
        assert endpoint in app.view_functions, f"{guide.slug}: {endpoint}"


def test_no_page_is_explained_by_two_guides():
    named = [endpoint for guide in GUIDES for endpoint in guide.endpoints]
    assert sorted(named) == sorted(set(named))


OWN_WORDS = {"Tình huống.", "Thư mời", "Tờ giấy có mã", "trước khi", "và", "không ghi tình trạng bệnh"}
"""Bold words that are not the words of a button, heading or field."""


def test_words_in_bold_are_words_of_the_product():
    """A button that is renamed must be renamed in its guide."""
    said = {
        str(message.id[0] if isinstance(message.id, tuple) else message.id) for message in sentences() if message.id
    }
    patterns = [re.compile(".+".join(map(re.escape, re.split(r"%\(\w+\)s", text)))) for text in said if "%(" in text]
    strange = [
        f"{guide.slug}: {words}"
        for guide in GUIDES
        for words in re.findall(r"\*\*(.+?)\*\*", guide.body)
        if words not in said | OWN_WORDS and not any(pattern.fullmatch(words) for pattern in patterns)
    ]
    assert strange == []


def test_every_picture_of_the_list_is_shown_somewhere_and_none_else():
    shown = re.findall(r"!\[[^\]]{40,400}\]\(media/([^)]+)\)", "".join(guide.body for guide in GUIDES))
    assert sorted(shown) == sorted(queries.shots())


def test_a_picture_is_shown_where_somebody_took_it(browse, pictures):
    (pictures / "hom-nay.png").write_bytes(a_png(72, 128))
    page = browse.as_(None).get("help.show", slug="hoc-va-lam-bai")
    (picture,) = page.soup.select(".lms-reading img")
    assert (picture["src"], picture["width"], picture["height"]) == ("/huong-dan/hinh/hom-nay.png", "360", "640")
    assert "Trang Hôm nay trên điện thoại" in picture["alt"]
    answer = browse.client.get(picture["src"])
    assert (answer.status_code, answer.mimetype) == (200, "image/png")


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_not_shown(browse, pictures, content):
    (pictures / "hom-nay.png").write_bytes(content)
    assert browse.as_(None).get("help.show", slug="hoc-va-lam-bai").soup.select(".lms-reading img") == []


@pytest.mark.parametrize("name", ["la.png", "..%2flms.sqlite3", "hom-nay.png"])
def test_no_other_file_is_handed_out(browse, pictures, name):
    (pictures.parent / "lms.sqlite3").write_bytes(b"data")
    (pictures / "la.png").write_bytes(a_png(1, 1))
    browse.as_(None).get(f"/huong-dan/hinh/{name}", 404)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("quen mat khau", "dang-nhap-va-ho-so"),
        ("Quên mật khẩu", "dang-nhap-va-ho-so"),
        ("nghỉ thai sản", "nghi-va-mien"),
        ("cấp lại giấy", "giay-chung-nhan"),
        ("tai sao phai hoc 239", None),
        ("số 0 ở đầu", "nhap-danh-sach-nhan-su"),
        ("hoàn tác", "thay-doi-va-hoan-tac"),
        ("đính chính", "chot-so-lieu"),
        ("biet phai", "dieu-chuyen"),
        ("đáp án", "ra-cau-hoi"),
        ("xyz", None),
        ("?!", None),
        ("", None),
    ],
)
def test_simple_words_find_the_guide(asked, first):
    hits = rules.found(asked, queries.sections())
    assert (hits[0].guide.slug if hits else None) == first


def test_the_answer_leads_to_the_place_and_marks_the_words(browse):
    page = browse.as_(None).get("help.index", tim="bi khoa tam")
    first = page.soup.select_one(".lms-tasks h3 a")
    slug, _, anchor = first["href"].rpartition("/")[2].partition("#")
    assert {mark.get_text() for mark in page.soup.select("mark")} >= {"khóa", "tạm."}
    assert anchor in {tag["id"] for tag in browse.get("help.show", slug=slug).soup.select("[id]")}


def test_nothing_found_says_so_and_shows_all(browse):
    page = browse.as_(None).get("help.index", tim="<b>zzz</b>")
    assert "Không có bài nào nói đủ các chữ ấy" in page.text
    assert len(page.soup.select(".lms-tasks li")) == len(GUIDES)


def test_every_anchor_of_the_search_stands_on_its_page(pictures):
    for guide, sections in queries.sections():
        html = queries.html(guide, pictures)
        assert [part.anchor for part in sections if part.anchor and f'id="{part.anchor}"' not in html] == []


def test_a_page_that_is_explained_leads_to_its_guide(browse, cast):
    page = browse.as_(cast.an).get("home.today")
    assert page.soup.select_one(".lms-guide a")["href"] == "/huong-dan/hoc-va-lam-bai"
    assert page.soup.select_one('.lms-menu__list a[href="/huong-dan"]')
    assert browse.as_(None).get("identity.sign_in").soup.select_one(".lms-guide a")["href"] == (
        "/huong-dan/dang-nhap-va-ho-so"
    )


def test_during_a_quiz_nothing_leads_away():
    assert not {"learning.attempt", "learning.review_attempt"} & queries.by_endpoint().keys()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Tên\n", "dòng 1"),
        ("# Tên\nNhóm: A\nLạ: B\n", "dòng 3"),
        ("# Tên\nNhóm: A\n\nBài", "thiếu Tóm tắt, Từ khóa"),
    ],
)
def test_a_guide_written_otherwise_is_refused_with_its_place(text, said):
    with pytest.raises(BadGuide, match=said):
        rules.read("thu", text)
