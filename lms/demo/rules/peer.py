"""The workload of the comparison with a peer: ten plain courses and a plan that asks for them all."""

import json
from random import Random

COURSES = 10
LESSONS = 3
QUESTIONS = 10
UNITS = 30
PLAN = "KH-DOI-CHUNG"

_SENTENCES = (
    "Mỗi hồ sơ chỉ nhập một lần, các bộ phận sau dùng lại dữ liệu đã có.",
    "Trước khi gửi văn bản, người soạn kiểm tra tên tệp, người nhận và ngày ký.",
    "Máy tính dùng chung phải đăng xuất sau mỗi phiên làm việc.",
    "Khi số liệu hai bảng khác nhau, ghi rõ nguồn và ngày lấy số trước khi báo cáo.",
    "Người dân hỏi tình trạng hồ sơ thì tra trên hệ thống, không hẹn miệng.",
    "Mật khẩu chỉ một người biết; quên thì đặt lại, không mượn của đồng nghiệp.",
    "Bảng tính gửi đi nên khóa công thức và ghi chú đơn vị tính ở đầu cột.",
    "Phần việc chưa xong được ghi vào sổ giao ban kèm người phụ trách.",
)


def slug(number: int) -> str:
    """doi-chung-01 …"""
    return f"doi-chung-{number:02d}"


def package(number: int, organiser: str) -> dict[str, bytes]:
    """The files of one course: three lessons of text and a bank of ten single-choice questions."""
    random = Random(number)
    lessons = [f"{place:02d}-bai-{place}.md" for place in range(1, LESSONS + 1)]
    course = {
        "slug": slug(number),
        "title": f"Khóa học đối chứng số {number}",
        "summary": "Khóa học do máy sinh ra để đo tốc độ, không dùng để học.",
        "hours": 2.0,
        "content_group": "KHCN",
        "level": "CB",
        "organiser": organiser,
        "skills": ["1.1"],
        "goals": ["Đọc được ba bài ngắn.", "Trả lời được mười câu hỏi.", "Nhận được giấy chứng nhận."],
        "sources": [],
        "lessons": [
            {"file": name, "title": f"Bài {place} của khóa {number}", "minutes": 15, "skills": ["1.1"]}
            for place, name in enumerate(lessons, start=1)
        ],
        "quiz": {
            "title": "Bài kiểm tra cuối khóa",
            "draw": QUESTIONS,
            "minutes": 20,
            "pass_percent": 70,
            "attempts": 5,
        },
    }
    questions = [_question(code, lessons[code % LESSONS], random) for code in range(1, QUESTIONS + 1)]
    # JSON is YAML, and its escapes hide no typing mistake.
    files = {
        "course.yaml": json.dumps(course, ensure_ascii=False, indent=1).encode(),
        "questions.yaml": json.dumps({"questions": questions}, ensure_ascii=False, indent=1).encode(),
    }
    for name in lessons:
        files[f"lessons/{name}"] = _lesson(random).encode()
    return files


def _question(code: int, lesson: str, random: Random) -> dict[str, object]:
    options: list[dict[str, object]] = [{"text": f"{letter}. {random.choice(_SENTENCES)}"} for letter in "ABCD"]
    options[random.randrange(4)]["correct"] = True
    return {
        "code": f"q{code:02d}",
        "kind": "single",
        "skill": "1.1",
        "lesson": lesson,
        "text": f"Câu {code}: cách làm nào dưới đây phù hợp nhất với bài vừa đọc?",
        "options": options,
        "explanation": "Bài học nêu rõ cách làm này; các cách khác thiếu bước kiểm tra.",
    }


def _lesson(random: Random) -> str:
    parts = [_paragraph(random, 4), "## Mục tiêu bài học", "- Nắm được cách làm.\n- Áp dụng được ở bàn làm việc."]
    for heading in ("Tình huống", "Cách làm", "Kiểm tra lại", "Ghi chép"):
        parts += [f"## {heading}", _paragraph(random, 6), _paragraph(random, 6)]
    parts += ["## Điểm cần nhớ", "\n".join(f"- {random.choice(_SENTENCES)}" for _ in range(4))]
    return "\n\n".join(parts) + "\n"


def _paragraph(random: Random, sentences: int) -> str:
    return " ".join(random.choice(_SENTENCES) for _ in range(sentences))


def plan_text() -> str:
    """The plan file: one clause, one requirement a course, for everybody in the city."""
    plan = {
        "plan": {
            "code": PLAN,
            "number": "Kế hoạch đối chứng",
            "title": "Kế hoạch do máy sinh ra để đo tốc độ",
            "issuer": "Bồi dưỡng số",
            "issued_on": "2025-07-01",
        },
        "clauses": [{"number": "1", "text": "Mọi người học mười khóa đối chứng.", "example": True}],
        "requirements": [
            {
                "code": f"DC-{number:02d}",
                "clause": "1",
                "title": f"Hoàn thành khóa học đối chứng số {number}",
                "short_title": f"Khóa đối chứng {number}",
                "rule": {"any_of": [slug(number)]},
                "audience": [{"unit": "tp-ha-noi"}],
                "due": {"fixed": "2026-12-31"},
                "from": "2025-07-01",
                "example": True,
            }
            for number in range(1, COURSES + 1)
        ],
    }
    return json.dumps(plan, ensure_ascii=False, indent=1)
