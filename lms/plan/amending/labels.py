"""Words of amendments."""

from flask_babel import lazy_gettext as _l

from lms.plan.amending.rules import Limit

LIMITS = {
    Limit.CLAUSE: _l(
        "Nhiệm vụ: số liệu đã báo cáo được cộng theo nhiệm vụ này. Muốn đổi, hãy kết thúc yêu cầu và thêm yêu cầu mới."
    ),
    Limit.FIRST_DAY: _l("Ngày bắt đầu: đã có người phải học từ ngày ấy, dời ngày là viết lại các kỳ đã qua."),
    Limit.LAST_DAY: _l("Ngày cuối: không lùi về trước ngày văn bản sửa đổi có hiệu lực."),
    Limit.COUNTING: _l(
        "Cách tính theo khóa học hay theo số tiết, và nhóm nội dung: kết quả đã có được xét theo cách này. "
        "Muốn đổi, hãy kết thúc yêu cầu và thêm yêu cầu mới."
    ),
    Limit.DUE_RULE: _l(
        "Kiểu hạn (ngày cố định, số ngày từ khi thuộc đối tượng, hằng năm): nghĩa vụ đã giao được đánh số theo kiểu "
        "này. Muốn đổi, hãy kết thúc yêu cầu và thêm yêu cầu mới."
    ),
    Limit.REPEAT: _l(
        "Học một lần hay học lại theo kỳ: kết quả đã có được tính hiệu lực theo cách này. "
        "Muốn đổi, hãy kết thúc yêu cầu và thêm yêu cầu mới."
    ),
    Limit.AUDIENCE: _l(
        "Đối tượng của những ngày đã qua: chỉ ghi được ngày cuối của dòng đã áp dụng, và thêm dòng mới có ngày bắt đầu "
        "từ ngày văn bản sửa đổi trở đi."
    ),
}
"""What may not be changed in a requirement that has begun, why, and what to do instead."""

RULES = {
    "any_of": _l("Hoàn thành một trong các khóa đã chọn"),
    "all_of": _l("Hoàn thành đủ các khóa đã chọn"),
    "hours": _l("Đủ số tiết trong kỳ"),
}

DUE_RULES = {
    "fixed": _l("Một ngày cố định"),
    "after_posting": _l("Một số ngày kể từ ngày thuộc đối tượng"),
    "calendar_year": _l("Một ngày của mỗi năm"),
}

EFFECTS = {
    "pause": _l("Tạm dừng, hạn giữ nguyên"),
    "shift": _l("Lùi hạn theo số ngày vắng"),
    "none": _l("Không ảnh hưởng"),
}
"""What an absence does."""

BASES = {
    "completion": _l("ngày hoàn thành"),
    "previous": _l("ngày hết hạn lần trước"),
    "fixed": _l("hạn đầu tiên, theo mốc cố định"),
}
"""From what a validity is counted."""
