"""Vietnamese words of catalogue: one for each enum value, a sentence for each event."""

from flask_babel import lazy_gettext as _l

from lms.catalogue import skills
from lms.catalogue.rules import Change, DraftRefusal, Refusal

EVENTS: dict[str, str] = {
    "catalogue:version:published": "Phát hành phiên bản {number} của khóa học “{title}”, {question_count} câu hỏi.",
    "catalogue:draft:imported": "Đưa {lessons} bài từ tệp “{source}” vào bản nháp của khóa học “{title}”.",
    "catalogue:draft:discarded": "Bỏ bản nháp của khóa học “{title}” sau {saves} lần lưu.",
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

DRAFT_REFUSALS = {
    DraftRefusal.NO_COURSE: _l(
        "Không có khóa học nào mang tên này. Hãy kiểm tra lại tên ghi trong địa chỉ của khóa học."
    ),
    DraftRefusal.NO_PACKAGE: _l(
        "Phiên bản đang phát hành không còn gói gốc nên chưa mở được bản nháp. Hãy tải gói của khóa học lên lại."
    ),
    DraftRefusal.TOO_MANY_LESSONS: _l("Khóa học sẽ có quá 40 bài. Hãy chia tài liệu, hoặc mở thêm một khóa học khác."),
    DraftRefusal.TOO_MANY_PICTURES: _l("Khóa học sẽ có quá 60 hình. Hãy bỏ bớt hình không cần thiết."),
    DraftRefusal.LESSON_TOO_LONG: _l(
        "Có bài dài quá 200 KB chữ. Hãy chia thành nhiều bài: mỗi bài một đề mục cấp 1 (Heading 1)."
    ),
    DraftRefusal.TOO_LARGE: _l("Khóa học sẽ nặng quá 32 MB. Hãy bỏ bớt hoặc thu nhỏ hình."),
    DraftRefusal.NO_DRAFT: _l("Bản nháp đã được phát hành hoặc bỏ. Hãy mở lại trang khóa học."),
    DraftRefusal.NO_LESSON: _l("Bài này không còn trong bản nháp. Hãy mở lại bản nháp."),
    DraftRefusal.CHANGED_MEANWHILE: _l(
        "Có người vừa lưu bài này trong lúc anh/chị sửa. Chữ của anh/chị còn nguyên ở dưới, bên cạnh bản vừa lưu. "
        "Hãy gộp hai bản rồi lưu lại."
    ),
    DraftRefusal.UNSOUND: _l("Bản nháp còn chỗ cần sửa nên chưa phát hành được."),
    DraftRefusal.BEHIND: _l(
        "Trong lúc soạn, một phiên bản khác đã được phát hành. Phát hành bản nháp này sẽ làm mất thay đổi của bản đó. "
        "Hãy bỏ bản nháp rồi bắt đầu lại từ phiên bản đang phát hành."
    ),
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
