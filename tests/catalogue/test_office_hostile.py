"""Documents from nobody knows where: refused with a reason or made harmless, and never a crash."""

import io
import re
import struct
import unicodedata
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageFile

from lms.catalogue import office
from lms.catalogue.office import UnreadableDocument, opening
from tests.catalogue.documents import a_presentation, a_word_document, changed, image, p, parts_of, word, zipped

WORD, SLIDES = a_word_document(), a_presentation()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def refused(content: bytes, name: str = "tai-lieu.docx") -> str:
    with pytest.raises(UnreadableDocument) as caught:
        office.read(content, name)
    assert str(caught.value).endswith((".", ".”"))
    return caught.value.code


def with_member(name: str, content: bytes = b"x", **told) -> bytes:
    target = io.BytesIO(WORD)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_DEFLATED
        for key, value in told.items():
            setattr(member, key, value)
        archive.writestr(member, content)
    return target.getvalue()


def entity(name: str) -> bytes:
    return (
        '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{name}</w:document>'
    ).encode()


BOTTOMLESS = b"".join(b"<a%d>" % n for n in range(900)) + b"".join(b"</a%d>" % n for n in reversed(range(900)))
CONTENT_TYPES = parts_of(WORD)["[Content_Types].xml"]
HOSTILE = {
    "empty": (b"", "a.docx", "empty"),
    "not an office name": (WORD, "a.odt", "not-office"),
    "macro by name": (WORD, "a.docm", "macros"),
    "macro slides by name": (SLIDES, "a.pptm", "macros"),
    "macro by member": (with_member("word/vbaProject.bin"), "a.docx", "macros"),
    "macro by type": (
        changed(WORD, **{"[Content_Types].xml": CONTENT_TYPES.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml")}), "a.docx", "macros"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
    "old binary": (OLE + "WordDocument".encode("utf-16-le"), "a.docx", "old-format"),
    "a pdf": (b"%PDF-1.7 ...", "a.docx", "wrong-type"),
    "a program": (b"MZ\x90\x00", "a.docx", "wrong-type"),
    "a web page": (b"<html><script>", "a.pptx", "wrong-type"),
    "slides called document": (SLIDES, "a.docx", "wrong-type"),
    "document called slides": (WORD, "a.pptx", "wrong-type"),
    "a plain zip": (zipped({"a.txt": "x"}), "a.docx", "wrong-type"),
    "a broken zip": (WORD[:2000], "a.docx", "broken"),
    "climbing path": (with_member("../../etc/cron.d/x"), "a.docx", "path-escape"),
    "absolute path": (with_member("/etc/passwd"), "a.docx", "path-escape"),
    "backslash path": (with_member("..\\x.xml"), "a.docx", "path-escape"),
    "symlink": (with_member("word/media/l.png", b"/etc/passwd", external_attr=0o120777 << 16), "a.docx", "path-escape"),
    "bomb by ratio": (with_member("word/x.xml", b"<a>" + b" " * 30_000_000), "a.docx", "zip-bomb"),
    "over-long member": (with_member("word/" + "a" * 300 + ".xml"), "a.docx", "broken"),
    "entities": (changed(WORD, **{"word/document.xml": entity("&x;")}), "a.docx", "xml-entities"),
    "entities in styles": (changed(WORD, **{"word/styles.xml": entity("")}), "a.docx", "xml-entities"),
    "broken xml": (changed(WORD, **{"word/document.xml": b"<w:document"}), "a.docx", "broken"),
    "wide entities": (
        changed(WORD, **{"word/document.xml": entity("&x;").decode().encode("utf-16")}), "a.docx", "xml-entities"),
    "bottomless xml": (changed(WORD, **{"word/document.xml": BOTTOMLESS}), "a.docx", "broken"),
    "nothing in it": (word("<w:p/>"), "a.docx", "empty"),
    "no slides": (changed(SLIDES, **{"ppt/presentation.xml": b"<a/>"}), "a.pptx", "empty"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_document_is_refused_with_the_reason(what):
    content, name, code = HOSTILE[what]
    assert refused(content, name) == code


def test_a_member_with_a_password_is_refused():
    content = bytearray(WORD)
    place = content.find(b"PK\x01\x02")
    content[place + 8] |= 1
    assert refused(bytes(content)) == "encrypted"


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [
        ("MOST_BYTES", 100, "too-large"),
        ("MOST_FILES", 3, "too-many-files"),
        ("MOST_UNPACKED", 4_000, "zip-bomb"),
        ("MOST_ELEMENTS", 50, "too-large"),
    ],
)
def test_every_limit_is_kept(monkeypatch, limit, value, code):
    monkeypatch.setattr(opening, limit, value)
    assert refused(WORD) == code


def test_a_film_in_a_presentation_is_never_unpacked(monkeypatch):
    monkeypatch.setattr(opening, "MOST_UNPACKED", 2_000_000)
    target = io.BytesIO(SLIDES)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/media/phim.mp4", bytes(9_000_000))
    assert office.read(target.getvalue(), "a.pptx").lessons


@pytest.mark.parametrize(
    "picture",
    [b"", b"GIF89a" + bytes(20), b"<svg onload='alert(1)'/>", image()[:60], b"\xff\xd8\xff" + bytes(3000)],
    ids=["empty", "gif", "svg", "cut", "jpeg"],
)
def test_a_picture_that_is_none_is_left_out_and_named(picture, monkeypatch):
    # So it stands wherever PDF files are made in the same process.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    path = next(name for name in parts_of(WORD) if "media/" in name)
    found = office.read(changed(WORD, **{path: picture}), "a.docx")
    assert not found.pictures
    assert "picture" in {lost.code for lost in found.lost}


def test_a_picture_of_monstrous_size_is_not_decoded():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 12_000, 12_000, 8, 2, 0, 0, 0))
    path = next(name for name in parts_of(WORD) if "media/" in name)
    found = office.read(changed(WORD, **{path: bomb + chunk(b"IDAT", b"") + chunk(b"IEND", b"")}), "a.docx")
    assert not found.pictures


@pytest.mark.parametrize("stem", ["a" * 500, unicodedata.normalize("NFD", "Bài giảng số một ở Hà Nội"), "‮gpj", "…"])
def test_over_long_and_decomposed_names_do_no_harm(stem):
    found = office.read(word(p("Chữ.", inside="")), f"{stem}.docx")
    title = found.lessons[0].title
    assert 0 < len(title) <= 150
    assert title == unicodedata.normalize("NFC", title)
    assert "\u202e" not in title


def test_what_comes_out_is_never_html():
    found = office.read(word(p("&lt;script&gt;alert(1)&lt;/script&gt;")), "a.docx")
    assert found.lessons[0].text == "\\<script>alert(1)\\</script>\n"


# Mutated ------------------------------------------------------------------------------------------------------------

PARTS = [
    (name, part)
    for name, document in (("a.docx", WORD), ("a.pptx", SLIDES))
    for part in parts_of(document)
    if part.endswith((".xml", ".rels", ".png")) and "theme" not in part and "Layout" not in part
]
REASONS = {"read", "broken", "empty", "xml-entities", "wrong-type", "macros", "too-large"}
SNIPPETS = [
    b"", b"<", b">", b"</w:p>", b"<w:p>", b'"', b"\x00", b"\xff", b"&#0;", b"&x;", b"w:val", b"r:embed", b"-1",
    b"99999999999",
    b"<w:tbl>", b"<w:tbl><w:tr><w:tc>", b"<mc:AlternateContent>", b'<w:numPr><w:ilvl w:val="99"/></w:numPr>',
    b"../../x",
    b'<w:gridSpan w:val="99999999"/>', b"http://", b"rId1", b"rId999", b"\xe2\x80\xae", b"<!DOCTYPE a>", b"<?x?>",
    b"<!-- -->",
]  # fmt: skip


def outcome(content: bytes, name: str) -> str:
    """ "read", or the code of the refusal; anything else is a crash."""
    try:
        found = office.read(content, name)
    except UnreadableDocument as refusal:
        return refusal.code
    return "hidden characters" if any("\x00" in lesson.text for lesson in found.lessons) else "read"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(PARTS),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 60), st.sampled_from(SNIPPETS)),
        min_size=1,
        max_size=6,
    ),
)
def test_a_mutated_part_is_read_or_refused(part, changes):
    name, path = part
    document = WORD if name == "a.docx" else SLIDES
    content = parts_of(document)[path]
    for where, cut, snippet in changes:
        place = int(where * (len(content) + 1))
        content = content[:place] + snippet + content[place + cut :]
    assert outcome(changed(document, **{path: content}), name) in REASONS


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([("a.docx", WORD), ("a.pptx", SLIDES)]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), min_size=1, max_size=8),
)
def test_a_mutated_package_is_read_or_refused(document, changes):
    name, content = document
    for where, data in changes:
        place = int(where * len(content))
        content = content[:place] + data + content[place + len(data) :]
    assert outcome(content, name) in REASONS | {"encrypted", "path-escape", "zip-bomb", "too-many-files"}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_elements_out_of_place_are_read_or_refused(data):
    """Well-formed, but as no program writes it: the order of elements, what contains what, what refers to what."""
    name, document, path = data.draw(
        st.sampled_from([("a.docx", WORD, "word/document.xml"), ("a.pptx", SLIDES, "ppt/slides/slide2.xml")])
    )
    content = parts_of(document)[path].decode()
    tags = sorted(set(re.findall(r"<([a-z]+:[A-Za-z]+)", content)))
    for _ in range(data.draw(st.integers(1, 4))):
        old, new = data.draw(st.sampled_from(tags)), data.draw(st.sampled_from(tags))
        content = re.sub(rf"(</?){old}(?=[\s/>])", rf"\g<1>{new}", content)
    assert outcome(changed(document, **{path: content}), name) in {"read", "broken", "empty"}
