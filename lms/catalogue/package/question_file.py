"""questions.yaml: the question bank, each kind checked so that it can be asked and marked fairly."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lms.catalogue import skills
from lms.catalogue.package.entries import Entry, Keys, Notes
from lms.catalogue.package.shape import Question

_CODE = r"(?=.{1,40}$)[a-z0-9]+([-_][a-z0-9]+)*"
_EVERY_KIND = ("code", "kind", "skill", "lesson", "text", "explanation")


def questions(
    entry: Entry, notes: Notes, lesson_files: Sequence[str], of_course: Sequence[str]
) -> tuple[Question, ...]:
    """Read the entries of questions.yaml, noting every fault."""
    top = Keys(entry, notes)
    top.only(("questions",))
    found = [_question(keys, lesson_files, of_course) for keys in top.each("questions", 1, 1000, _name)]
    top.distinct("code", [question.code for question in found])
    return tuple(found)


def _name(n: int, item: Entry) -> str:
    code = item.value.get("code") if isinstance(item.value, dict) else None
    return f"Câu {code.value}" if code and isinstance(code.value, str) and len(code.value) <= 40 else f"Câu thứ {n}"


def _question(keys: Keys, lesson_files: Sequence[str], of_course: Sequence[str]) -> Question:
    kind = keys.choice("kind", tuple(KINDS), "các kiểu câu hỏi")
    own_keys, body_of = KINDS.get(kind, ((), None))
    if kind:
        keys.only((*_EVERY_KIND, *own_keys))
    skill = keys.choice("skill", tuple(skills.competences()), "khung năng lực số")
    if skill and of_course and skill not in of_course:
        keys.note(keys.line_of("skill"), f"năng lực {skill} chưa có trong “skills” của course.yaml. Hãy thêm vào đó.")
    lesson = keys.choice("lesson", lesson_files, "các bài của course.yaml") if "lesson" in keys.values else ""
    return Question(
        code=keys.shape("code", _CODE, "Dùng chữ thường không dấu và số, ví dụ q01."),
        kind=kind,
        skill=skill,
        lesson_key=lesson.removesuffix(".md"),
        text=keys.text("text", 1000),
        body=body_of(keys) if body_of else {},
        explanation=keys.text("explanation", 1500),
    )


def _options(keys: Keys) -> list[dict[str, Any]]:
    options = []
    for option in keys.each("options", 3, 8, lambda n, _: f"{keys.name}phương án {n}"):
        option.only(("text", "correct"))
        options.append({"text": option.text("text", 500), "correct": option.yes("correct", default=False)})
    keys.distinct("options", [str(option["text"]) for option in options])
    return options


def _single(keys: Keys) -> dict[str, Any]:
    options = _options(keys)
    right = sum(option["correct"] for option in options)
    if options and right != 1:
        keys.note(keys.line_of("options"), f"câu chọn một phải có đúng 1 phương án “correct: true”, đang có {right}.")
    return {"options": options}


def _multiple(keys: Keys) -> dict[str, Any]:
    options = _options(keys)
    right = sum(option["correct"] for option in options)
    if options and (right < 2 or right == len(options)):
        keys.note(
            keys.line_of("options"),
            f"câu chọn nhiều cần ít nhất 2 phương án đúng và 1 phương án sai, đang có {right}/{len(options)} đúng.",
        )
    return {"options": options}


def _true_false(keys: Keys) -> dict[str, Any]:
    return {"answer": keys.yes("answer")}


def _matching(keys: Keys) -> dict[str, Any]:
    pairs = []
    for pair in keys.each("pairs", 3, 8, lambda n, _: f"{keys.name}cặp {n}"):
        pair.only(("left", "right"))
        pairs.append({"left": pair.text("left", 300), "right": pair.text("right", 300)})
    extra = keys.texts("extra", 0, 5, 300, optional=True)
    keys.distinct("left", [pair["left"] for pair in pairs])
    # Two equal right-hand sides would make a right answer look wrong.
    keys.distinct("right", [*(pair["right"] for pair in pairs), *extra])
    return {"pairs": pairs, "extra": extra}


def _ordering(keys: Keys) -> dict[str, Any]:
    return {"items": keys.texts("items", 3, 8, 300)}


def _numeric(keys: Keys) -> dict[str, Any]:
    answer = keys.exact("answer", None, None)
    tolerance = keys.exact("tolerance", Decimal(0), None)
    return {"answer": str(answer), "tolerance": str(tolerance), "unit": keys.text("unit", 40, optional=True)}


KINDS: dict[str, tuple[tuple[str, ...], Callable[[Keys], dict[str, Any]]]] = {
    "single": (("options",), _single),
    "multiple": (("options",), _multiple),
    "true_false": (("answer",), _true_false),
    "matching": (("pairs", "extra"), _matching),
    "ordering": (("items",), _ordering),
    "numeric": (("answer", "tolerance", "unit"), _numeric),
}
"""Kind → its own keys and the reader of its body."""
