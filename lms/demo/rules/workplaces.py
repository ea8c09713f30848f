"""Where people work: how many of which kind a unit of 2023 has, in which departments, under which titles.

The sizes follow the published quotas of the city's administration (about 10,500 civil servants, 113,700 public
employees, 9,250 officials of wards, 11,500–20,000 contract workers) and estimates for unpaid community teams.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

WARD_KINDS = frozenset({"phuong", "xa", "thi_tran"})
DISTRICT_KINDS = frozenset({"quan", "huyen", "thi_xa"})
DEPARTMENT_KINDS = frozenset({"so", "ban", "van_phong", "thanh_tra", "to_chuc_hanh_chinh"})


@dataclass(frozen=True)
class Place:
    """A unit as the drawing needs it."""

    id: int
    code: str
    kind: str
    short_name: str
    valid_from: date
    valid_to: date
    parent_id: int | None


@dataclass(frozen=True)
class Job:
    """A kind of work: `department` may name {ward}, {district} or {n}."""

    weight: float
    department: str
    title: str
    position: str
    rank: str = ""


@dataclass(frozen=True)
class Group:
    """People of one kind in units of some kinds: so many in each unit at the city's full size."""

    key: str
    category: str
    kinds: frozenset[str]
    per_unit: float
    women: float
    jobs: tuple[Job, ...]
    codes: frozenset[str] = frozenset()
    """Only units of these codes; empty means all of the kinds."""
    moves: bool = False
    """Whether people of this group are sometimes transferred to a unit like theirs."""


_OFFICE = (
    Job(14, "Văn phòng", "Chuyên viên", "tham-muu-tong-hop", "01.003"),
    Job(4, "Văn phòng", "Văn thư viên", "van-thu-luu-tru", "02.007"),
    Job(4, "Phòng Kế hoạch - Tài chính", "Kế toán viên", "ke-toan-tai-chinh", "06.031"),
    Job(6, "Văn phòng", "Chuyên viên Bộ phận Một cửa", "mot-cua", "01.003"),
    Job(3, "Văn phòng", "Chuyên viên công nghệ thông tin", "chuyen-trach-cntt", "01.003"),
    Job(5, "Thanh tra", "Thanh tra viên", "thanh-tra-vien", "04.025"),
    Job(18, "Phòng Quản lý chuyên ngành", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(12, "Phòng Nghiệp vụ", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(8, "Phòng Nghiệp vụ", "Chuyên viên chính", "chuyen-mon-nghiep-vu", "01.002"),
    Job(3, "Phòng Quản lý chuyên ngành", "Chuyên viên quản lý dữ liệu", "quan-ly-du-lieu", "01.003"),
    Job(7, "Phòng Nghiệp vụ", "Phó Trưởng phòng", "lanh-dao-phong", "01.002"),
    Job(4, "Phòng Quản lý chuyên ngành", "Trưởng phòng", "lanh-dao-phong", "01.002"),
    Job(2, "Văn phòng", "Chánh Văn phòng", "lanh-dao-phong", "01.002"),
    Job(4, "Lãnh đạo", "Phó Giám đốc", "lanh-dao-so", "01.002"),
    Job(1, "Lãnh đạo", "Giám đốc", "lanh-dao-so", "01.001"),
)
_DISTRICT_OFFICE = (
    Job(14, "Văn phòng HĐND và UBND", "Chuyên viên", "tham-muu-tong-hop", "01.003"),
    Job(8, "Văn phòng HĐND và UBND", "Chuyên viên Bộ phận Một cửa", "mot-cua", "01.003"),
    Job(4, "Văn phòng HĐND và UBND", "Văn thư viên", "van-thu-luu-tru", "02.007"),
    Job(3, "Phòng Văn hóa và Thông tin", "Chuyên viên công nghệ thông tin", "chuyen-trach-cntt", "01.003"),
    Job(8, "Phòng Tài chính - Kế hoạch", "Kế toán viên", "ke-toan-tai-chinh", "06.031"),
    Job(9, "Phòng Tài nguyên và Môi trường", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(9, "Phòng Quản lý đô thị", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(8, "Phòng Giáo dục và Đào tạo", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(7, "Phòng Tư pháp", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(7, "Phòng Lao động - Thương binh và Xã hội", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(6, "Phòng Nội vụ", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
    Job(5, "Thanh tra", "Thanh tra viên", "thanh-tra-vien", "04.025"),
    Job(6, "Phòng Nội vụ", "Phó Trưởng phòng", "lanh-dao-phong", "01.002"),
    Job(4, "Phòng Tư pháp", "Trưởng phòng", "lanh-dao-phong", "01.002"),
    Job(2.5, "Lãnh đạo", "Phó Chủ tịch UBND", "lanh-dao-quan-huyen", "01.002"),
    Job(0.8, "Lãnh đạo", "Chủ tịch UBND", "lanh-dao-quan-huyen", "01.002"),
)
_WARD_OFFICIALS = (
    Job(2, "Lãnh đạo", "Phó Chủ tịch UBND", "lanh-dao-cap-xa"),
    Job(1, "Lãnh đạo", "Chủ tịch UBND", "lanh-dao-cap-xa"),
    Job(2, "Đảng ủy", "Phó Bí thư Đảng ủy", "can-bo-cap-xa"),
    Job(1, "Hội đồng nhân dân", "Phó Chủ tịch HĐND", "can-bo-cap-xa"),
    Job(1, "Mặt trận và đoàn thể", "Chủ tịch Ủy ban MTTQ", "can-bo-cap-xa"),
    Job(1, "Mặt trận và đoàn thể", "Chủ tịch Hội Liên hiệp Phụ nữ", "can-bo-cap-xa"),
    Job(1, "Mặt trận và đoàn thể", "Bí thư Đoàn Thanh niên", "can-bo-cap-xa"),
)
_WARD_SERVANTS = (
    Job(3, "Ủy ban nhân dân", "Công chức Văn phòng - thống kê", "cong-chuc-cap-xa"),
    Job(3, "Ủy ban nhân dân", "Công chức Tư pháp - hộ tịch", "cong-chuc-cap-xa"),
    Job(3, "Ủy ban nhân dân", "Công chức Địa chính - xây dựng", "cong-chuc-cap-xa"),
    Job(2, "Ủy ban nhân dân", "Công chức Văn hóa - xã hội", "cong-chuc-cap-xa"),
    Job(2, "Ủy ban nhân dân", "Công chức Tài chính - kế toán", "ke-toan-tai-chinh"),
    Job(2, "Bộ phận Một cửa", "Công chức Bộ phận Một cửa", "mot-cua"),
)
_SCHOOL = (
    Job(7, "Trường Mầm non {ward}", "Giáo viên mầm non", "vien-chuc-giao-duc", "V.07.02.26"),
    Job(9, "Trường Tiểu học {ward}", "Giáo viên tiểu học", "vien-chuc-giao-duc", "V.07.03.29"),
    Job(8, "Trường THCS {ward}", "Giáo viên trung học cơ sở", "vien-chuc-giao-duc", "V.07.04.32"),
    Job(0.6, "Trường Tiểu học {ward}", "Phó Hiệu trưởng", "vien-chuc-giao-duc", "V.07.03.28"),
    Job(0.3, "Trường THCS {ward}", "Hiệu trưởng", "vien-chuc-giao-duc", "V.07.04.31"),
    Job(0.6, "Trường Tiểu học {ward}", "Nhân viên kế toán", "ke-toan-tai-chinh", "06.032"),
)
_SERVANT, _EMPLOYEE, _WORKER, _OFFICIAL, _COMMUNITY = (
    "cong_chuc",
    "vien_chuc",
    "nguoi_lao_dong",
    "can_bo",
    "cong_dong",
)

GROUPS = (
    Group("thanh-pho", _OFFICIAL, frozenset({"ubnd", "hdnd"}), 8, 0.3,
          (Job(1, "Lãnh đạo", "Ủy viên UBND Thành phố", "lanh-dao-tp", "01.001"),)),
    Group("cong-chuc-so", _SERVANT, DEPARTMENT_KINDS, 190, 0.5, _OFFICE, moves=True),
    Group("hop-dong-so", _WORKER, DEPARTMENT_KINDS, 25, 0.45,
          (Job(3, "Văn phòng", "Nhân viên lái xe", "hop-dong-111"),
           Job(3, "Văn phòng", "Nhân viên phục vụ", "hop-dong-111"),
           Job(2, "Văn phòng", "Nhân viên bảo vệ", "hop-dong-111"))),
    Group("giao-vien-thpt", _EMPLOYEE, DEPARTMENT_KINDS, 22_000, 0.68,
          (Job(20, "Trường THPT {anyward}", "Giáo viên trung học phổ thông", "vien-chuc-giao-duc", "V.07.05.15"),
           Job(1, "Trường THPT {anyward}", "Phó Hiệu trưởng", "vien-chuc-giao-duc", "V.07.05.14")),
          frozenset({"so-giao-duc-dao-tao"})),
    Group("y-te-so", _EMPLOYEE, DEPARTMENT_KINDS, 8_000, 0.62,
          (Job(6, "Bệnh viện đa khoa {anydistrict}", "Điều dưỡng", "vien-chuc-y-te", "V.08.05.13"),
           Job(4, "Bệnh viện đa khoa {anydistrict}", "Bác sĩ", "vien-chuc-y-te", "V.08.01.03"),
           Job(2, "Trung tâm Kiểm soát bệnh tật", "Bác sĩ", "vien-chuc-y-te", "V.08.01.03")),
          frozenset({"so-y-te"})),
    Group("su-nghiep", _EMPLOYEE, frozenset({"don_vi_su_nghiep"}), 150, 0.5,
          (Job(8, "Phòng Nghiệp vụ", "Chuyên viên", "vien-chuc-khac", "01.003"),
           Job(3, "Phòng Hành chính - Tổ chức", "Chuyên viên", "vien-chuc-khac", "01.003"),
           Job(1, "Phòng Nghiệp vụ", "Trưởng phòng", "lanh-dao-phong", "01.002")), moves=True),
    Group("nganh", _SERVANT, frozenset({"nganh"}), 90, 0.4,
          (Job(8, "Phòng Nghiệp vụ", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
           Job(2, "Văn phòng", "Chuyên viên", "tham-muu-tong-hop", "01.003"),
           Job(1, "Phòng Nghiệp vụ", "Trưởng phòng", "lanh-dao-phong", "01.002"))),
    Group("dang-doan-the", _SERVANT, frozenset({"dang", "doan_the"}), 42, 0.5,
          (Job(5, "Văn phòng", "Chuyên viên", "tham-muu-tong-hop", "01.003"),
           Job(4, "Ban Tổ chức - Kiểm tra", "Chuyên viên", "chuyen-mon-nghiep-vu", "01.003"),
           Job(1, "Lãnh đạo", "Phó Trưởng ban", "lanh-dao-so", "01.002"))),
    Group("cong-chuc-huyen", _SERVANT, DISTRICT_KINDS, 130, 0.5, _DISTRICT_OFFICE, moves=True),
    Group("giao-vien", _EMPLOYEE, DISTRICT_KINDS, 2_050, 0.78, _SCHOOL),
    Group("y-te-huyen", _EMPLOYEE, DISTRICT_KINDS, 170, 0.66,
          (Job(3, "Trung tâm Y tế {district}", "Điều dưỡng", "vien-chuc-y-te", "V.08.05.13"),
           Job(2, "Trạm Y tế {ward}", "Y sĩ", "vien-chuc-y-te", "V.08.03.07"),
           Job(2, "Trung tâm Y tế {district}", "Bác sĩ", "vien-chuc-y-te", "V.08.01.03"))),
    Group("su-nghiep-huyen", _EMPLOYEE, DISTRICT_KINDS, 90, 0.5,
          (Job(3, "Ban Quản lý dự án đầu tư xây dựng", "Chuyên viên", "vien-chuc-khac", "01.003"),
           Job(3, "Trung tâm Văn hóa, Thông tin và Thể thao", "Chuyên viên", "vien-chuc-khac", "01.003"))),
    Group("hop-dong-huyen", _WORKER, DISTRICT_KINDS, 350, 0.6,
          (Job(5, "Trường Tiểu học {ward}", "Nhân viên bảo vệ", "hop-dong-111"),
           Job(4, "Trường Mầm non {ward}", "Nhân viên nấu ăn", "hop-dong-111"),
           Job(1, "Văn phòng HĐND và UBND", "Nhân viên lái xe", "hop-dong-111"))),
    Group("can-bo-xa", _OFFICIAL, WARD_KINDS, 9, 0.35, _WARD_OFFICIALS),
    Group("cong-chuc-xa", _SERVANT, WARD_KINDS, 12, 0.5, _WARD_SERVANTS, moves=True),
    Group("khong-chuyen-trach", _WORKER, WARD_KINDS, 12, 0.45,
          (Job(2, "Mặt trận và đoàn thể", "Phó Chủ tịch Hội Nông dân", "khong-chuyen-trach"),
           Job(2, "Ủy ban nhân dân", "Cán bộ không chuyên trách", "khong-chuyen-trach"),
           Job(4, "Tổ dân phố số {n}", "Tổ trưởng tổ dân phố", "khong-chuyen-trach"))),
    Group("cong-dong", _COMMUNITY, WARD_KINDS, 57, 0.5,
          (Job(8, "Tổ công nghệ số cộng đồng số {n}", "Thành viên", "to-cnscd"),
           Job(1, "Tổ công nghệ số cộng đồng số {n}", "Tổ trưởng", "to-cnscd"),
           Job(3, "Đoàn Thanh niên", "Thanh niên tình nguyện", "doan-vien-tinh-nguyen"))),
)  # fmt: skip


def shares(total: int, weights: Sequence[float]) -> list[int]:
    """Whole parts of `total` in proportion to the weights; the largest remainders are rounded up."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(value) for value in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def spread(total: int, places: Iterable[Place], random: Random) -> list[tuple[Group, Place]]:
    """Give every one of `total` people a group and a unit; small cities keep the proportions of the large one."""
    ordered = sorted(places, key=lambda place: (place.code, place.valid_from))
    cells = [
        (group, [p for p in ordered if p.kind in group.kinds and (not group.codes or p.code in group.codes)])
        for group in GROUPS
    ]
    found: list[tuple[Group, Place]] = []
    counts = shares(total, [group.per_unit * len(units) for group, units in cells])
    for (group, units), count in zip(cells, counts, strict=True):
        # Evenly over the units from a random start: with fewer people than units, chance decides which stay empty.
        start = random.random()
        found += [(group, units[int((k + start) * len(units) / count) % len(units)]) for k in range(count)]
    return found


def draw_job(group: Group, random: Random) -> Job:
    """A job of the group, the frequent ones more often."""
    return random.choices(group.jobs, weights=[job.weight for job in group.jobs])[0]


_AFTER_DISTRICTS = {
    "Văn phòng HĐND và UBND": "Văn phòng HĐND và UBND",
    "Phòng Văn hóa và Thông tin": "Phòng Văn hóa - Xã hội",
    "Phòng Giáo dục và Đào tạo": "Phòng Văn hóa - Xã hội",
    "Phòng Lao động - Thương binh và Xã hội": "Phòng Văn hóa - Xã hội",
    "Phòng Nội vụ": "Phòng Văn hóa - Xã hội",
    "Bộ phận Một cửa": "Trung tâm Phục vụ hành chính công",
    "Lãnh đạo": "Lãnh đạo",
    "Đảng ủy": "Đảng ủy",
    "Hội đồng nhân dân": "Hội đồng nhân dân",
    "Mặt trận và đoàn thể": "Mặt trận và đoàn thể",
    "Đoàn Thanh niên": "Đoàn Thanh niên",
}


def department_after(department: str, position: str, ward_kind: str) -> str:
    """The department in a ward of 1/7/2025 that takes over the work of one of the district or the old ward."""
    if position == "mot-cua":
        return "Trung tâm Phục vụ hành chính công"
    if department.startswith(("Trường ", "Trạm ", "Trung tâm Y tế", "Tổ ", "Ban Quản lý", "Trung tâm Văn hóa")):
        return department
    kept = _AFTER_DISTRICTS.get(department)
    if kept:
        return kept
    return "Phòng Kinh tế, Hạ tầng và Đô thị" if ward_kind == "phuong" else "Phòng Kinh tế"


def job_after(title: str, position: str) -> tuple[str, str]:
    """Title and position group in a ward of 1/7/2025: not every chairman of a district or old ward stays one."""
    if position in ("lanh-dao-quan-huyen", "lanh-dao-cap-xa"):
        return ("Phó Chủ tịch UBND" if title.startswith("Phó") else "Chủ tịch UBND"), "lanh-dao-cap-xa"
    if position == "cong-chuc-cap-xa":
        return "Chuyên viên", "chuyen-mon-nghiep-vu"
    return title, position
