"""Vietnamese words of learning: one for each enum value, a sentence for each event."""

from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.assessment.service import Kind
from lms.assessment.service import Refusal as QuizRefusal
from lms.learning.rules import Refusal

EVENTS: dict[str, str] = {
    "learning:enrolment:created": "Ghi danh khóa “{title}”",
    "learning:course:started": "Bắt đầu học khóa “{title}”",
    "learning:course:completed": "Hoàn thành khóa “{title}” ({hours} tiết)",
    "learning:completion:voided": "Hủy kết quả hoàn thành khóa “{title}”, lý do: {reason}",
}
"""Event key → sentence with the event's facts as {names}."""

KINDS: dict[str, Any] = {
    Kind.SINGLE: _l("chọn một đáp án"),
    Kind.MULTIPLE: _l("chọn mọi đáp án đúng, chọn sai bị trừ"),
    Kind.TRUE_FALSE: _l("chọn Đúng hoặc Sai"),
    Kind.MATCHING: _l("ghép mỗi dòng với một ý"),
    Kind.ORDERING: _l("đánh số theo đúng thứ tự"),
    Kind.NUMERIC: _l("ghi đáp số"),
}

REFUSALS: dict[Enum, Any] = {
    QuizRefusal.ALREADY_PASSED: _l("Anh/chị đã đạt bài kiểm tra này trong năm nay, không cần làm lại."),
    QuizRefusal.NO_ATTEMPTS_LEFT: _l(
        "Anh/chị đã dùng hết số lần làm bài của năm nay. Hãy liên hệ cán bộ nhân sự của đơn vị để được hướng dẫn."
    ),
    QuizRefusal.NOT_ENOUGH_QUESTIONS: _l(
        "Ngân hàng câu hỏi chưa đủ câu để ra đề. Anh/chị chưa mất lần làm nào; hãy báo đơn vị tổ chức khóa học."
    ),
    QuizRefusal.OVER: _l("Bài làm đã kết thúc nên câu này không lưu được nữa. Các câu đã lưu trước đó vẫn được chấm."),
    QuizRefusal.BROKEN: _l("Câu trả lời gửi lên không khớp với câu hỏi. Hãy tải lại trang rồi chọn lại."),
    QuizRefusal.NOT_A_NUMBER: _l(
        "Đáp số cần là một số, ví dụ 12 hoặc 8,5. Không ghi đơn vị, không dùng cả dấu chấm lẫn dấu phẩy."
    ),
    Refusal.RETIRED: _l("Khóa học đã ngừng mở, không nhận người học mới. Hãy chọn khóa khác trong danh mục."),
    Refusal.NOT_BEGUN: _l("Anh/chị chưa bắt đầu khóa học này. Bấm “Bắt đầu học” trước."),
    Refusal.LESSONS_LEFT: _l("Còn bài chưa học xong. Học xong mọi bài rồi quay lại làm bài kiểm tra."),
    Refusal.COMPLETED_THIS_YEAR: _l("Khóa học này đã được ghi nhận hoàn thành trong năm, không ghi thêm lần nữa."),
    Refusal.ROUND_DONE: _l(
        "Anh/chị đã hoàn thành khóa học này, không cần làm lại. Khi đến kỳ học mới, hãy bấm “Học lại” ở trang khóa học."
    ),
    Refusal.IN_THE_FUTURE: _l("Ngày hoàn thành ở sau hôm nay. Hãy kiểm tra lại ngày."),
    Refusal.NO_HOURS: _l("Số tiết phải lớn hơn 0."),
    Refusal.ALREADY_VOIDED: _l("Kết quả này đã bị hủy trước đó."),
}
