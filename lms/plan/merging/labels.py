"""Words of merging records."""

from typing import Any

from flask_babel import lazy_gettext as _l

from lms.plan.merging.rules import MergeRefusal

OWNED: dict[str, Any] = {
    "posting": _l("Vị trí công tác"),
    "absence": _l("Tạm vắng"),
    "person_correction": _l("Lần sửa hồ sơ"),
    "account": _l("Tài khoản"),
    "enrolment": _l("Khóa đang học, đã học"),
    "attempt": _l("Lượt làm bài"),
    "completion": _l("Kết quả hoàn thành"),
    "certificate": _l("Giấy chứng nhận"),
    "waiver": _l("Miễn"),
    "due_grant": _l("Gia hạn, giữ hạn"),
    "transfer_proposal": _l("Đề nghị điều động"),
    "reform_choice": _l("Phân công khi sắp xếp đơn vị"),
}
"""Table of facts → what a record owns there."""

REFUSALS: dict[Any, Any] = {
    MergeRefusal.ONE_RECORD: _l("Đây là cùng một hồ sơ. Hãy chọn hồ sơ khác để gộp."),
    MergeRefusal.NOT_ALIKE: _l(
        "Hai hồ sơ khác cả họ tên lẫn ngày sinh nên không gộp. Nếu đúng là một người, hãy sửa hồ sơ sai trước rồi gộp."
    ),
    MergeRefusal.SAME_DAY: _l(
        "Hai hồ sơ có vị trí chính bắt đầu cùng ngày ở hai đơn vị khác nhau. "
        "Hãy đính chính hoặc kết thúc vị trí sai trước rồi gộp."
    ),
    MergeRefusal.BOTH_IN_A_TEST: _l(
        "Cả hai hồ sơ đang làm dở cùng một bài kiểm tra. Hãy nộp một bài, hoặc chờ hết giờ, rồi gộp."
    ),
    MergeRefusal.BOTH_PROPOSED: _l(
        "Cả hai hồ sơ đều có đề nghị điều động đang chờ. Hãy trả lời hoặc rút một đề nghị trước."
    ),
}
