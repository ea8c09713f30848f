"""Words of change sets."""

from flask_babel import lazy_gettext as _l

from lms.changes.rules import State

STATES = {
    State.PROPOSED: ("none", _l("Chưa xem trước")),
    State.SEEN: ("doing", _l("Chờ áp dụng")),
    State.APPROVED: ("doing", _l("Đã duyệt, chờ áp dụng")),
    State.APPLIED: ("done", _l("Đã áp dụng")),
    State.UNDONE: ("ended", _l("Đã hoàn tác")),
    State.WITHDRAWN: ("ended", _l("Đã rút")),
}
"""State → look and word."""

WHAT = {
    "gained": _l("Thêm phải học"),
    "lost": _l("Không còn phải học"),
    "later": _l("Hạn lùi lại"),
    "earlier": _l("Hạn sớm hơn"),
    "paused": _l("Tạm dừng"),
    "waived": _l("Được miễn"),
    "counted": _l("Tính lại, không còn dừng hoặc miễn"),
    "done": _l("Ngày hoàn thành thay đổi"),
    "moved": _l("Chuyển sang đơn vị khác"),
    "enrolled": _l("Được ghi danh"),
    "in_it": _l("Đã ghi danh từ trước, giữ nguyên"),
    "completed": _l("Đã hoàn thành, không ghi danh lại"),
    "gone": _l("Không còn công tác, không ghi danh"),
}

KINDS = {
    "plan": _l("Kế hoạch"),
    "roster": _l("Danh sách nhân sự"),
    "postings": _l("Sửa vị trí công tác nhiều người"),
    "reform": _l("Sắp xếp đơn vị"),
    "stops": _l("Tạm vắng, miễn, gia hạn"),
    "merge": _l("Gộp hồ sơ trùng"),
    "enrolment": _l("Ghi danh nhiều người"),
}

TABLES = {
    "absence": _l("lần tạm vắng"),
    "waiver": _l("lượt miễn"),
    "due_grant": _l("lượt gia hạn"),
    "posting": _l("vị trí công tác"),
    "person": _l("hồ sơ"),
    "requirement": _l("yêu cầu đào tạo"),
    "audience": _l("quy tắc đối tượng"),
    "plan": _l("kế hoạch"),
    "unit": _l("đơn vị"),
    "role_grant": _l("vai trò"),
    "completion": _l("kết quả hoàn thành"),
    "enrolment": _l("lượt ghi danh"),
    "lesson_progress": _l("bài đã học"),
    "reform": _l("đợt sắp xếp"),
    "reform_choice": _l("phân công đơn vị mới"),
}
"""Table → what a row of it is, for whoever asks why something cannot be taken back."""
