"""Vietnamese words of reports: figures, states, rows, structures, groups of the log."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.plan.queries import Proof
from lms.platform.vietnamese import short_day, short_moment
from lms.reports.queries import Compliance, View
from lms.reports.rules import ADMINISTRATIVE, Part, Place, Row, State, Structure

FIGURES = {
    "required": _l("Phải học"),
    "completed": _l("Hoàn thành"),
    "on_time": _l("Đúng hạn"),
    "late": _l("Trễ hạn"),
    "in_progress": _l("Đang học"),
    "not_started": _l("Chưa bắt đầu"),
    "unfinished": _l("Chưa hoàn thành"),
    "overdue": _l("Quá hạn"),
    "paused": _l("Tạm dừng"),
    "waived": _l("Được miễn"),
}

FIGURE_ADDRESSES = {
    "required": "phai-hoc",
    "completed": "hoan-thanh",
    "on_time": "dung-han",
    "late": "tre-han",
    "in_progress": "dang-hoc",
    "not_started": "chua-bat-dau",
    "unfinished": "chua-hoan-thanh",
    "overdue": "qua-han",
    "paused": "tam-dung",
    "waived": "duoc-mien",
}
"""Figure → how an address names it."""

STATES = {
    State.NOT_STARTED: _l("Chưa bắt đầu"),
    State.IN_PROGRESS: _l("Đang học"),
    State.OVERDUE: _l("Quá hạn"),
    State.ON_TIME: _l("Hoàn thành"),
    State.LATE: _l("Hoàn thành trễ hạn"),
    State.PAUSED: _l("Tạm dừng"),
    State.WAIVED: _l("Được miễn"),
}

STRUCTURES = {
    Structure.CURRENT: _l("Theo đơn vị tại ngày tính"),
    Structure.FORMER: _l("Theo đơn vị cũ"),
}

STRUCTURE_ADDRESSES = {Structure.CURRENT: "hien-nay", Structure.FORMER: "cu"}

PART_ADDRESSES = {Part.UNIT: "", Part.OWN: "co-quan", Part.NEVER: "chua-tung", Part.ELSEWHERE: "khac"}

BLOCKS = {
    "so": "Sở, cơ quan tương đương",
    "don_vi_su_nghiep": "Đơn vị sự nghiệp",
    "dang_doan_the": "Cơ quan Đảng, đoàn thể",
    "khac": "Cơ quan, đơn vị khác",
    "quan": "Quận",
    "huyen": "Huyện",
    "thi_xa": "Thị xã",
    "phuong": "Phường",
    "xa": "Xã",
    "thi_tran": "Thị trấn",
}
"""Block of units → its name in documents (documents are always Vietnamese)."""

AUDIT_GROUPS = {
    "identity": _l("Tài khoản và phân quyền"),
    "organisation": _l("Đơn vị và nhân sự"),
    "plan": _l("Kế hoạch và nghĩa vụ học"),
    "catalogue": _l("Khóa học"),
    "assessment": _l("Bài kiểm tra"),
    "learning": _l("Học tập và kết quả"),
    "certificates": _l("Giấy chứng nhận"),
    "notifications": _l("Thư báo"),
}
"""First part of an event's key → what readers call it."""

SPECIAL_KINDS = {Part.NEVER: "chua_tung", Part.ELSEWHERE: "khac"}


def row_name(row: Row) -> str:
    """What a row is called."""
    if row.part is Part.NEVER:
        return "Chưa từng thuộc đơn vị cũ"
    if row.part is Part.ELSEWHERE:
        return "Đơn vị không có trong cơ cấu này"
    if row.part is Part.OWN:
        return own_name(row.place)
    return row.place.name if row.place else ""


def row_label(row: Row) -> str:
    """What a row is called in a narrow column."""
    return row.place.label if row.part is Part.UNIT and row.place else row_name(row)


def own_name(place: Place | None) -> str:
    """What the staff of a unit itself is called."""
    if place is None or place.kind == "thanh_pho":
        return "Trực thuộc Thành phố"
    name = place.name[:1].lower() + place.name[1:] if place.kind in ADMINISTRATIVE else place.name
    return f"Cơ quan {name}"


def row_kind(row: Row) -> str:
    """The kind of the row's unit."""
    return SPECIAL_KINDS.get(row.part) or (row.place.kind if row.place else "")


def row_code(row: Row) -> str | None:
    """The code of the row's unit; None for rows that are no unit."""
    return row.place.code if row.place and row.part not in SPECIAL_KINDS else None


def former_words(reform_on: date) -> str:
    """The structure that a reform ended, where there are several to choose from."""
    return _("Theo đơn vị cũ, trước %(day)s", day=short_day(reform_on))


def structure_words(view: View) -> str:
    """Which structure the figures are read in, for heads of pages and documents."""
    if view.reform_on is not None:
        return f"theo đơn vị cũ (cơ cấu đến hết ngày {short_day(view.tree_day)})"
    return f"theo cơ cấu tổ chức ngày {short_day(view.tree_day)}"


def structure_here(view: View) -> str:
    """The same on a screen, in the reader's language; documents are Vietnamese whoever prints them."""
    day = short_day(view.tree_day)
    if view.reform_on is not None:
        return _("theo đơn vị cũ (cơ cấu đến hết ngày %(day)s)", day=day)
    return _("theo cơ cấu tổ chức ngày %(day)s", day=day)


def as_of_words(report: Compliance) -> str:
    """Số liệu tính đến ngày …: printed on every page and file."""
    return f"Số liệu tính đến ngày {short_day(report.view.day)}, {structure_words(report.view)}."


def proof_words(proof: Proof) -> str:
    """When the figures were last proven, for papers; a paper is not written while they are in doubt."""
    if proof.clean is None:
        return "Số liệu chưa được đối chiếu độc lập"
    return f"Số liệu đối chiếu độc lập sạch lần cuối lúc {short_moment(proof.clean.started_at)}"


CHECKED_TABLES = {
    "obligation": _l("nghĩa vụ"),
    "segment": _l("đoạn nghĩa vụ theo đơn vị"),
    "reason": _l("lý do phải học"),
    "former_unit": _l("đơn vị cũ"),
    "unit_closure": _l("cây đơn vị"),
    "figure": _l("số liệu cộng sẵn"),
}

CHECKED_WRONG = {"missing": _l("Thiếu"), "extra": _l("Thừa"), "differs": _l("Khác")}

CHECKED_NAMES = {
    "requirement": _l("yêu cầu"),
    "cycle": _l("chu kỳ"),
    "day": _l("ngày"),
    "unit_id": _l("đơn vị số"),
    "former": _l("đơn vị cũ (đợt sắp xếp:đơn vị)"),
    "ancestor_id": _l("đơn vị trên số"),
    "reform_id": _l("đợt sắp xếp số"),
    "audience_id": _l("đối tượng số"),
    "posting_id": _l("vị trí số"),
    "sign": _l("dấu"),
    "depth": _l("bậc"),
    "opened_on": _l("bắt đầu"),
    "closes_on": _l("kết thúc"),
    "due_on": _l("hạn"),
    "started_on": _l("bắt đầu học"),
    "fulfilled_on": _l("hoàn thành"),
    "valid_until": _l("còn hiệu lực đến"),
    "from_on": _l("từ ngày"),
    "to_on": _l("trước ngày"),
    "kind": _l("loại"),
    "times": _l("số lần"),
    "required": _l("phải học"),
    "completed": _l("hoàn thành"),
    "late": _l("trễ hạn"),
    "in_progress": _l("đang học"),
    "overdue": _l("quá hạn"),
    "paused": _l("tạm dừng"),
    "waived": _l("được miễn"),
}
"""Column of a derived row → its word, for the list of differences."""


def checked_words(values: dict[str, object]) -> str:
    """The columns of a derived row in words: days as people write them, an open end as a dash."""
    order = list(CHECKED_NAMES)  # a JSON column does not keep its own
    return ", ".join(
        f"{CHECKED_NAMES.get(name, name)} {_checked_value(value)}"
        for name, value in sorted(values.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99)
        if name != "requirement_id" and not (name == "cycle" and value == 0)
    )


def _checked_value(value: object) -> str:
    text = str(value)
    if text == "9999-12-31":
        return "–"
    return f"{text[8:]}/{text[5:7]}/{text[:4]}" if len(text) == 10 and text[4] == text[7] == "-" else text
