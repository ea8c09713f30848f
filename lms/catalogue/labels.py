"""Vietnamese words of catalogue: one for each enum value, a sentence for each event."""

from flask_babel import lazy_gettext as _l

from lms.catalogue import skills
from lms.catalogue.rules import Change, Refusal

EVENTS: dict[str, str] = {
    "catalogue:version:published": "Phát hành phiên bản {number} của khóa học “{title}”, {question_count} câu hỏi.",
}
"""Event key → sentence with the event's facts as {names}."""

LEVELS = {
    "CB": _l("Cơ bản"),
    "TC": _l("Trung cấp"),
    "NC": _l("Nâng cao"),
    "CS": _l("Chuyên sâu"),
}

CONTENT_GROUPS = {
    "LLCT": _l("Lý luận chính trị"),
    "QPAN": _l("Quốc phòng và an ninh"),
    "QLNN": _l("Quản lý nhà nước"),
    "VTVL": _l("Theo vị trí việc làm"),
    "KHCN": _l("Khoa học, công nghệ và kỹ năng số"),
}
"""Short names of the groups in Nghị định 171/2025/NĐ-CP."""

KINDS = {
    "single": _l("Chọn một"),
    "multiple": _l("Chọn nhiều"),
    "true_false": _l("Đúng hay sai"),
    "matching": _l("Ghép cặp"),
    "ordering": _l("Sắp xếp"),
    "numeric": _l("Điền số"),
}

SKILLS = skills.competences()
"""Competence code → name in Thông tư 02/2025/TT-BGDĐT."""

REFUSALS = {
    Refusal.NO_SUCH_ORGANISER: _l(
        "Không có đơn vị nào mang mã ghi ở “organiser” của course.yaml. Hãy sửa mã rồi gửi lại."
    ),
    Refusal.NOT_YOUR_UNIT: _l(
        "Đơn vị tổ chức ghi trong course.yaml nằm ngoài phạm vi anh/chị được giao. Hãy ghi mã đơn vị của mình."
    ),
    Refusal.NOT_YOUR_COURSE: _l(
        "Đã có khóa học mang tên “slug” này do đơn vị khác tổ chức. Hãy đặt “slug” khác trong course.yaml."
    ),
    Refusal.NOTHING_NEW: _l("Gói giống hệt phiên bản đang phát hành, không có gì để phát hành."),
}

CHANGES = {
    Change.ADDED: _l("Thêm"),
    Change.CHANGED: _l("Sửa"),
    Change.MOVED: _l("Đổi thứ tự"),
    Change.REMOVED: _l("Bỏ"),
    Change.SAME: _l("Giữ nguyên"),
}
CHANGE_LOOK = {
    Change.ADDED: "done",
    Change.CHANGED: "doing",
    Change.MOVED: "doing",
    Change.REMOVED: "late",
    Change.SAME: "none",
}
"""Change → kind of the state mark."""
