"""The people one can sign in as, and what they have studied so far."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lms.demo.rules.studies import AI, AWARENESS, DATA, SAFETY, SERVICES, SMART_CITY, Begun, Done


@dataclass(frozen=True)
class Step:
    """A posting that lasts until the next one, or until its unit ends."""

    unit: str
    """Unit code; the unit of that code on the first day."""
    from_on: date
    department: str
    title: str
    position: str
    rank: str = "01.003"


@dataclass(frozen=True)
class Part:
    """One demonstration account."""

    role: str
    """As people say it, for the list of accounts."""
    login: str
    name: str
    sex: str
    birth_date: date
    category: str
    steps: tuple[Step, ...]
    grants: tuple[tuple[str, str, date], ...] = ()
    """(role value, unit code, a day on which the unit of that code is meant)."""


ROOT = "tp-ha-noi"
GRANTED_ON = date(2023, 10, 1)
LEARNER = "Người học"
_2023, _MARCH, _JULY = date(2023, 10, 1), date(2025, 3, 1), date(2025, 7, 1)

_OTHERS = (
    Part(
        "Giảng viên", "giangvien@example.gov.vn", "Trần Quang Minh", "nam", date(1984, 9, 2), "cong_chuc",
        (Step("so-thong-tin-truyen-thong", date(2015, 6, 1), "Phòng Công nghệ thông tin", "Chuyên viên chính",
              "chuyen-trach-cntt", "01.002"),
         Step("so-khoa-hoc-cong-nghe-2025", _MARCH, "Phòng Chuyển đổi số", "Chuyên viên chính", "chuyen-trach-cntt",
              "01.002")),
        (("giang_vien", ROOT, _2023),),
    ),
    Part(
        "Nhân sự Ba Đình", "nhansu.badinh@example.gov.vn", "Lê Thị Bích Ngọc", "nu", date(1987, 1, 25), "cong_chuc",
        (Step("001", date(2014, 8, 1), "Phòng Nội vụ", "Chuyên viên", "chuyen-mon-nghiep-vu"),
         Step("00004", _JULY, "Phòng Văn hóa - Xã hội", "Chuyên viên", "chuyen-mon-nghiep-vu")),
        (("nhan_su", "001", _2023), ("nhan_su", "00004", _JULY)),
    ),
    Part(
        "Nhân sự Thành phố", "nhansu@example.gov.vn", "Phạm Hồng Vân", "nu", date(1981, 11, 7), "cong_chuc",
        (Step("so-noi-vu", date(2010, 3, 1), "Phòng Công chức, viên chức", "Chuyên viên chính", "chuyen-mon-nghiep-vu",
              "01.002"),
         Step("so-noi-vu-2025", _MARCH, "Phòng Công chức, viên chức", "Chuyên viên chính", "chuyen-mon-nghiep-vu",
              "01.002")),
        (("nhan_su", ROOT, _2023),),
    ),
    Part(
        "Lãnh đạo", "lanhdao@example.gov.vn", "Vũ Đức Thắng", "nam", date(1974, 5, 30), "can_bo",
        (Step("ubnd-tp", date(2021, 7, 1), "Lãnh đạo", "Ủy viên UBND Thành phố", "lanh-dao-tp", "01.001"),),
        (("lanh_dao", ROOT, _2023),),
    ),
    Part(
        "Quản trị", "quantri@example.gov.vn", "Đỗ Tuấn Kiệt", "nam", date(1990, 12, 12), "vien_chuc",
        (Step("tt-cntt-tt", date(2017, 2, 1), "Phòng Hạ tầng", "Kỹ sư", "chuyen-trach-cntt", "V.11.06.14"),),
        (("quan_tri", ROOT, _2023),),
    ),
)  # fmt: skip


def parts(today: date) -> tuple[Part, ...]:
    """Everybody; the learner came to the ward so long ago that what was due after 90 days is three weeks late."""
    learner = Part(
        LEARNER, "nguoihoc@example.gov.vn", "Nguyễn Thị Thu Hằng", "nu", date(1992, 4, 18), "cong_chuc",
        (Step("so-tu-phap", date(2019, 3, 4), "Phòng Hành chính tư pháp", "Chuyên viên", "chuyen-mon-nghiep-vu"),
         Step("00226", max(today - timedelta(days=113), _JULY), "Trung tâm Phục vụ hành chính công", "Chuyên viên",
              "mot-cua")),
    )  # fmt: skip
    return (learner, *_OTHERS)


def studies_of(part: Part, today: date, passing: dict[str, int]) -> tuple[list[Done], list[Begun]]:
    """What a demonstration account has studied: the learner has something of everything, the others are in order."""

    def done(slug: str, day: date, better: int = 1) -> Done:
        return Done(slug, day - timedelta(days=6), day, "online", passing[slug] + better, False, None, "")

    year = today.year
    found = [done(AWARENESS, date(2024, 5, 21), 2), done(SAFETY, date(2024, 9, 12)), done(SAFETY, date(2025, 10, 8), 2)]
    if part.role == LEARNER:
        # Services is overdue; of what is due by the end of the year, AI is begun and safety is not.
        found.append(done(DATA, date(year, 3, 17)))
        begun = [Begun(AI, max(today - timedelta(days=5), date(year, 1, 1)), 2, 40)]
        elsewhere = Done(
            SMART_CITY, date(year, 1, 5), date(year, 1, 7), "recognised", 0, False, Decimal(16),
            "Giấy chứng nhận của Trường Đào tạo cán bộ Lê Hồng Phong",
        )  # fmt: skip
        return [d for d in [*found, elsewhere] if d.completed_on < today], begun
    found += [
        done(slug, date(year, 2, 10) + timedelta(days=9 * n)) for n, slug in enumerate((SERVICES, SMART_CITY, AI))
    ]
    return [d for d in found if d.completed_on < today], [Begun(SAFETY, today - timedelta(days=3), 3, 65)]
