"""Rosters: a list of a very large office with 2 % changes, and one of an ordinary size from end to end."""

import io
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.database import ROOT, SCRATCH, Installation, fresh, installation
from bench.output import Table

PEOPLE, OFFICE = 150_000, 5_000
UNIT, DAY = "00004", date(2026, 6, 1)
PLAN = "courses/plans/kh-239-2023.yaml"
CHANGED = 0.02

FAMILIES = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Phan", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh",
    "Mai", "Trịnh", "Đoàn", "Lương", "Tạ",
]  # fmt: skip
MIDDLES = [
    "Thị", "Văn", "Thanh", "Ngọc", "Đức", "Minh", "Thu", "Quang", "Hải", "Hữu", "Xuân", "Kim", "Mạnh", "Tuấn", "Phương",
    "Bích",
]  # fmt: skip
GIVEN = [
    "Anh", "Bình", "Châu", "Dũng", "Giang", "Hà", "Hải", "Hạnh", "Hiền", "Hoa", "Hùng", "Hương", "Lan", "Linh", "Long",
    "Mai", "Nam", "Nga", "Phúc", "Quân", "Sơn", "Thảo", "Trang", "Tú", "Việt", "Yến",
]  # fmt: skip
DEPARTMENTS = [
    "Văn phòng HĐND và UBND", "Phòng Nội vụ", "Phòng Tư pháp", "Phòng Tài chính – Kế hoạch", "Phòng Kinh tế",
    "Phòng Quản lý đô thị", "Phòng Y tế", "Phòng Giáo dục và Đào tạo", "Phòng Văn hóa và Thông tin", "Thanh tra",
]  # fmt: skip
TITLES = ["Chuyên viên", "Chuyên viên chính", "Cán sự", "Kế toán viên", "Phó Trưởng phòng", "Trưởng phòng", "Văn thư"]
CATEGORIES = ["công chức", "công chức", "viên chức", "viên chức", "hợp đồng lao động"]
HEADINGS = [
    "STT", "Mã cán bộ", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Giới tính", "Loại nhân sự", "Phòng, ban",
    "Chức vụ, chức danh", "Mã ngạch", "Thư điện tử", "Điện thoại", "Ngày về đơn vị",
]  # fmt: skip


@dataclass
class _Row:
    number: int
    name: str
    born: date
    female: bool
    category: str
    department: str
    title: str

    def cells(self, at: int) -> list[Any]:
        """The row as an office writes it."""
        n = self.number
        century = (3 if self.female else 2) if self.born.year >= 2000 else (1 if self.female else 0)
        return [
            at, f"CB{n:06d}", f"001{century}{self.born.year % 100:02d}{n:06d}", self.name, f"{self.born:%d/%m/%Y}",
            "Nữ" if self.female else "Nam", self.category, self.department, self.title, "01.003",
            f"cb{n}@example.gov.vn", f"09{n:08d}", "01/02/2024",
        ]  # fmt: skip


def _staff(people: int) -> list[_Row]:
    chance = random.Random(people)

    def one(n: int) -> _Row:
        name = f"{chance.choice(FAMILIES)} {chance.choice(MIDDLES)} {chance.choice(GIVEN)}"
        born = date(1965, 1, 1) + timedelta(days=chance.randrange(14_000))
        return _Row(
            n, name, born, chance.random() < 0.5, chance.choice(CATEGORIES), chance.choice(DEPARTMENTS),
            chance.choice(TITLES),
        )  # fmt: skip

    return [one(n) for n in range(people)]


def _changed(rows: list[_Row]) -> list[_Row]:
    """The same list later: half of the changes are titles, a quarter departments, the rest who left and who came."""
    chance, few = random.Random(2), max(1, int(len(rows) * CHANGED / 8))
    gone, *touched = (chance.sample(range(len(rows)), 7 * few)[part * few : (part + 1) * few] for part in range(7))
    for at in (at for part in touched[:4] for at in part):
        rows[at].title = "Chuyên viên cao cấp"
    for at in (at for part in touched[4:] for at in part):
        rows[at].department = "Trung tâm Phục vụ hành chính công"
    left = set(gone)
    newcomers = _staff(len(rows) + few)[len(rows) :]
    return [row for at, row in enumerate(rows) if at not in left] + newcomers


def _workbook(path: Path, rows: list[_Row]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Danh sách")
        sheet.write_row(0, 0, ["DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC"])
        sheet.write_row(2, 0, HEADINGS)
        for at, row in enumerate(rows, start=1):
            sheet.write_row(at + 2, 0, row.cells(at))


def run(*, people: int = PEOPLE, office: int = OFFICE, reuse: bool = False) -> dict[str, Any]:
    """Measure both sizes, print and return the figures; of the large one what the file library takes by itself too."""
    figures: dict[str, Any] = {}
    for size in sorted({office, people}):
        place = installation("rosters")
        first, second = SCRATCH / f"roster-{size}-1.xlsx", SCRATCH / f"roster-{size}-2.xlsx"
        rows = _staff(size)
        _workbook(first, rows)
        _workbook(second, _changed(rows))
        _prepare(place)
        steps = {"first": _measured(place, "apply", first)}
        for step in ("floor", "read", "dry", "apply", "again"):
            steps[step] = _measured(place, "dry" if step == "again" else step, second)
        figures[str(size)] = steps
        _show(size, steps)
    return figures


def _prepare(place: Installation) -> None:
    fresh(place)
    for command in (("org", "load"), ("courses", "import"), ("plan", "import", PLAN)):
        place.flask(*command)


def _measured(place: Installation, step: str, file: Path) -> dict[str, Any]:
    """One step in a process of its own: seconds from the file on disk, and the most memory it ever held."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.rosters", step, str(file)], cwd=ROOT, env=place.environ, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


WORDS = {
    "first": "lần đầu, mọi người là mới: đọc, so sánh, áp dụng, tính nghĩa vụ",
    "floor": "riêng thư viện đọc bảng tính",
    "read": "đọc danh sách",
    "dry": "đọc và so sánh (2 % thay đổi)",
    "apply": "đọc, so sánh, áp dụng, tính nghĩa vụ (2 % thay đổi)",
    "again": "cùng tệp lần nữa: đọc và so sánh",
}


def _show(size: int, steps: dict[str, dict[str, Any]]) -> None:
    table = Table(f"Danh sách {size:,} người trên PostgreSQL", ("", "giây", "÷ sàn", "MB", "thay đổi"))
    for step, words in WORDS.items():
        one = steps[step]
        ratio = one["seconds"] / steps["floor"]["seconds"]
        table.add(words, f"{one['seconds']:.1f}", f"{ratio:.1f}", f"{one['peak_mb']:.0f}", one.get("changes", "–"))
    table.show()


# Measured in a process of its own, on the database of its environment ------------------------------------------------


def _floor(content: bytes) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(1 for name in book.sheet_names for _row in _rows(book, name))


def _rows(book: Any, name: str) -> Iterator[Any]:
    yield from book.get_sheet_by_name(name).iter_rows()


def _measure(step: str, file: Path) -> dict[str, Any]:
    from lms.app import create_app
    from lms.organisation import kinds, queries, service
    from lms.organisation.roster import reading
    from lms.organisation.roster.policy import USUAL
    from lms.platform import clock
    from lms.platform.db import transaction
    from lms.platform.events import SYSTEM

    found: dict[str, Any] = {}
    with create_app().app_context():
        began = time.perf_counter()
        content = file.read_bytes()
        if step == "floor":
            found["rows"] = _floor(content)
        elif step == "read":
            found["rows"] = reading.read(content, file.name, DAY).rows
        else:
            unit = queries.unit_of(UNIT)
            assert unit is not None
            if step == "dry":
                _roster, difference = service.rehearse_roster(
                    content, file_name=file.name, unit=unit, on=DAY, policy=USUAL
                )
            else:
                with transaction():
                    difference = kinds.import_noted(
                        content, file_name=file.name, unit=unit, on=DAY, policy=USUAL, by=SYSTEM, now=clock.now(),
                        today=clock.today(),
                    ).difference  # fmt: skip
            found["changes"] = difference.changes
        found["seconds"] = time.perf_counter() - began
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return found


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
