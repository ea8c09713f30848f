"""A small sound package as files, and ways to publish it."""

import io
import zipfile
from collections.abc import Mapping

from lms.catalogue import service
from lms.catalogue.models import CourseVersion
from lms.catalogue.package import pack, read
from lms.organisation.models import Unit
from lms.platform import clock
from lms.platform.events import SYSTEM
from tests import factories

COURSE = """\
slug: khoa-thu
title: Khóa học thử về hồ sơ số
summary: Học xong biết kiểm tra một hồ sơ.
hours: 1.5
content_group: KHCN
level: CB
organiser: tp-ha-noi
skills: ["1.1", "4.2"]
goals:
  - Kiểm tra được một hồ sơ
sources:
  - {title: "Kế hoạch chuyển đổi số", number: "239/KH-UBND", date: 2023-09-27}
lessons:
  - {file: 01-mo-dau.md, title: "Mở đầu", minutes: 10, skills: ["1.1"]}
  - {file: 02-kiem-tra.md, title: "Kiểm tra hồ sơ", minutes: 15, skills: ["4.2"]}
quiz:
  title: Bài kiểm tra cuối khóa
  draw: 2
  minutes: 10
  pass_percent: 70
  attempts: 3
"""

QUESTIONS = """\
questions:
  - code: q01
    kind: single
    skill: "1.1"
    lesson: 01-mo-dau.md
    text: "Việc nào làm trước?"
    options:
      - {text: "Đọc kỹ", correct: true}
      - {text: "Ký ngay"}
      - {text: "Để đó"}
    explanation: "Đọc trước khi ký."
  - {code: q02, kind: true_false, skill: "4.2", text: "Họ tên là dữ liệu cá nhân.", answer: true, explanation: "Đúng."}
  - code: q03
    kind: multiple
    skill: "1.1"
    text: "Chọn các giấy tờ cần có."
    options:
      - {text: "Đơn", correct: true}
      - {text: "Giấy ủy quyền", correct: true}
      - {text: "Ảnh phong cảnh"}
    explanation: "Ảnh không cần."
  - code: q04
    kind: matching
    skill: "1.1"
    text: "Ghép việc với người làm."
    pairs:
      - {left: "Tiếp nhận", right: "Một cửa"}
      - {left: "Ký", right: "Lãnh đạo"}
      - {left: "Đóng dấu", right: "Văn thư"}
    extra: ["Bảo vệ"]
    explanation: "Theo quy trình."
  - code: q05
    kind: ordering
    skill: "1.1"
    text: "Sắp xếp các bước."
    items: ["Nhận", "Xử lý", "Trả"]
    explanation: "Nhận trước, trả sau."
  - code: q06
    kind: numeric
    skill: "1.1"
    text: "12 trên 30 hồ sơ trực tuyến là bao nhiêu phần trăm?"
    answer: 40
    tolerance: 0.5
    unit: "%"
    explanation: "12 chia 30."
"""

LESSON = """\
Một buổi sáng ở bộ phận một cửa.

## Mục tiêu bài học

- Biết việc cần làm.

![Sơ đồ ba bước](../media/so-do.svg)

| Việc | Số ngày |
|---|--:|
| Nhận | 1 |

> **Tình huống.** Hồ sơ thiếu giấy.
>
> **Cách xử lý.** Gọi người dân.
"""

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 300" width="720" height="300" role="img">
<title>Sơ đồ</title>
<rect width="720" height="300" fill="#FBFAF7"/>
</svg>
"""


def files(**changed: str | bytes | None) -> dict[str, bytes]:
    """The package; keywords replace files (course, questions, lesson, second, picture), None leaves one out."""
    paths = {
        "course": "course.yaml",
        "questions": "questions.yaml",
        "lesson": "lessons/01-mo-dau.md",
        "second": "lessons/02-kiem-tra.md",
        "picture": "media/so-do.svg",
    }
    content: dict[str, str | bytes | None] = {
        "course": COURSE,
        "questions": QUESTIONS,
        "lesson": LESSON,
        "second": "Kiểm tra từng giấy tờ.\n",
        "picture": SVG,
        **changed,
    }
    return {
        paths[name]: value.encode() if isinstance(value, str) else value
        for name, value in content.items()
        if value is not None
    }


def problems(package: Mapping[str, bytes]) -> list[str]:
    """The problems as lines."""
    return [str(problem) for problem in read(package).problems]


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A plain zip of the files, at the top."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in members.items():
            archive.writestr(path, content)
    return target.getvalue()


def published(package: Mapping[str, bytes] | None = None, *, organiser: Unit | None = None) -> CourseVersion:
    """A published version; the organiser's code is written into the package."""
    content = dict(package or files())
    if organiser is not None:
        content["course.yaml"] = content["course.yaml"].replace(b"tp-ha-noi", organiser.code.encode())
    elif service.queries.organiser_with("tp-ha-noi", clock.today()) is None:
        factories.make_unit(code="tp-ha-noi", name="Thành phố Hà Nội", kind="thanh_pho")
    sound = read(content).package
    assert sound is not None, problems(content)
    archive = pack(content, sound.slug)
    return service.publish(sound, archive=archive, actor=None, by=SYSTEM, today=clock.today(), now=clock.now())


def svg_with(inside: str) -> bytes:
    """The picture with something more drawn."""
    return SVG.replace("</svg>", f"{inside}\n</svg>").encode()
