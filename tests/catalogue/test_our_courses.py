"""The seven courses as an editor reads them: sources, short sentences, pictures for a phone, fair questions."""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lms.catalogue.package import read

COURSES = sorted(path.parent for path in (Path(__file__).resolve().parents[2] / "courses").glob("*/course.yaml"))
PACKAGES = {
    folder.name: read({f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()})
    for folder in COURSES
}
LESSONS = [(name, lesson) for name, found in PACKAGES.items() for lesson in found.package.lessons]
PICTURES = [(name, shown) for name, found in PACKAGES.items() for shown in found.package.pictures]
QUESTIONS = [(name, one) for name, found in PACKAGES.items() for one in found.package.questions]

PHONE = 328
"""Points a picture has on a screen of 360, beside the margins."""
LONGEST_SENTENCE, LONGEST_PARAGRAPH = 40, 100


def of(pair):
    """A readable name of a test's case."""
    name, part = pair
    return f"{name}/{getattr(part, 'key', '') or getattr(part, 'code', '') or part.name}"


def paragraphs(text):
    """The running text of a lesson, block by block: no tables, pictures or headings."""
    blocks = [line.lstrip("> ") for line in text.split("\n") if line.strip(" >")]
    return [block for block in blocks if not block.startswith(("|", "#", "!["))]


def test_there_are_seven():
    assert len(COURSES) == 7


@pytest.mark.parametrize("pair", LESSONS, ids=of)
def test_a_lesson_names_its_sources_at_its_end(pair):
    last = re.findall(r"^## (.+)$", pair[1].text, re.MULTILINE)[-1]
    assert last == "Nguồn"
    assert pair[1].text.rpartition("## Nguồn")[2].strip().startswith("- ")


@pytest.mark.parametrize("pair", LESSONS, ids=of)
def test_a_lesson_reads_well_on_a_phone(pair):
    text = pair[1].text.partition("## Nguồn")[0]
    long = [block[:80] for block in paragraphs(text) if len(block.split()) > LONGEST_PARAGRAPH]
    sentences = [one for block in paragraphs(text) for one in re.split(r"(?<=[.!?:;…])[”)*]*\s+", block)]
    long += [one[:80] for one in sentences if len(one.split()) > LONGEST_SENTENCE]
    assert long == []


@pytest.mark.parametrize("pair", LESSONS, ids=of)
def test_quotation_marks_are_vietnamese_ones(pair):
    outside_code = re.sub(r"`[^`]*`", "", pair[1].text)
    assert '"' not in outside_code


@pytest.mark.parametrize("pair", PICTURES, ids=of)
def test_the_words_of_a_picture_can_be_read_at_phone_width(pair):
    root = ElementTree.fromstring(pair[1].content)
    scale = min(1, PHONE / float(root.attrib["viewBox"].split()[2]))
    sizes = [float(tag.attrib["font-size"]) for tag in root.findall(".//{*}text")]
    assert min(sizes) * scale >= 12


@pytest.mark.parametrize("pair", PICTURES, ids=of)
def test_a_picture_stands_on_its_own_ground_and_is_told_in_words(pair):
    """The page may be dark while the picture is light: an image cannot know which theme the reader chose."""
    name, shown = pair
    root = ElementTree.fromstring(shown.content)
    ground = root.find("{*}rect")
    assert (ground.attrib["width"], ground.attrib["height"]) == (root.attrib["width"], root.attrib["height"])
    texts = "".join(lesson.text for lesson in PACKAGES[name].package.lessons)
    (alt,) = re.findall(rf"!\[([^\]]+)\]\(\.\./media/{re.escape(shown.name)}\)", texts)
    assert len(alt) >= 75


@pytest.mark.parametrize("name", PACKAGES)
def test_every_course_has_a_diagram(name):
    assert any(shown.name.endswith(".svg") for shown in PACKAGES[name].package.pictures)


@pytest.mark.parametrize("pair", QUESTIONS, ids=of)
def test_a_question_explains_itself_and_hides_behind_no_catch_all(pair):
    question = pair[1]
    assert len(question.explanation) >= 75
    options = [option["text"].lower() for option in question.body.get("options", [])]
    caught = "tất cả các phương án|tất cả đáp án|cả a và b|các đáp án trên|các ý trên"
    assert [text for text in options if re.search(caught, text)] == []


@pytest.mark.parametrize("name", PACKAGES)
def test_neither_the_place_nor_the_length_gives_the_answer_away(name):
    singles = [one.body["options"] for one in PACKAGES[name].package.questions if one.kind == "single"]
    right = [next(n for n, option in enumerate(options) if option["correct"]) for options in singles]
    assert max(Counter(right).values()) <= len(singles) * 0.4
    longest = [
        len(options[place]["text"]) > 1.2 * max(len(o["text"]) for n, o in enumerate(options) if n != place)
        for options, place in zip(singles, right, strict=True)
    ]
    assert sum(longest) <= 1
