"""Vietnamese words of disputes."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.learning.rules import Refusal as StudyRefusal
from lms.plan import labels as plan_labels
from lms.plan.disputes.queries import DisputeRow, Folder
from lms.plan.disputes.rules import Effect, Kind, Outcome, Refusal, Said, is_late
from lms.plan.labels import STOP_REFUSALS
from lms.plan.queries.answered import Fact
from lms.plan.workdays.rules import Holiday
from lms.plan.workdays.rules import Refusal as DayRefusal
from lms.platform import vietnamese

KINDS: dict[Kind, Any] = {
    Kind.NOT_COUNTED: _l("Tôi đã học nhưng không được tính"),
    Kind.WRONG_RESULT: _l("Kết quả ghi cho tôi không đúng (sai khóa, sai ngày, tôi chưa học)"),
    Kind.WRONG_DAY: _l("Hạn hoàn thành không đúng"),
    Kind.NOT_MINE: _l("Tôi không thuộc đối tượng phải học, hoặc vị trí công tác ghi sai"),
    Kind.AWAY: _l("Tôi nghỉ thai sản, ốm dài ngày, đi học hoặc tạm vắng trong thời gian này"),
    Kind.OTHER: _l("Điều khác"),
}

OUTCOMES: dict[str, Any] = {
    Outcome.ACCEPTED: _l("Phản ánh đúng"),
    Outcome.PARTLY: _l("Đúng một phần"),
    Outcome.REFUSED: _l("Không chấp nhận"),
    Outcome.WITHDRAWN: _l("Đã rút"),
}
OUTCOME_LOOKS: dict[str, str] = {
    Outcome.ACCEPTED: "done", Outcome.PARTLY: "done-late", Outcome.REFUSED: "ended", Outcome.WITHDRAWN: "ended",
}  # fmt: skip

EFFECTS: dict[str, Any] = {
    Effect.NONE: _l("Không thay đổi dữ liệu"),
    Effect.COMPLETION: _l("Ghi nhận kết quả đã học ở nơi khác"),
    Effect.VOID: _l("Hủy một kết quả ghi sai"),
    Effect.EXTEND: _l("Gia hạn nghĩa vụ này"),
    Effect.WAIVE: _l("Miễn yêu cầu này"),
    Effect.POSTING: _l("Vị trí công tác đã sửa trên trang Điều động"),
}

DONE: dict[str, Any] = {
    Effect.COMPLETION: _l("Đã ghi nhận kết quả khóa “%(what)s”, hoàn thành ngày %(on)s."),
    Effect.VOID: _l("Đã hủy kết quả khóa “%(what)s”, ghi hoàn thành ngày %(on)s."),
    Effect.EXTEND: _l("Đã gia hạn đến ngày %(on)s."),
    Effect.WAIVE: _l("Đã miễn %(days)s."),
    Effect.POSTING: _l("Đã sửa vị trí công tác tại %(what)s, từ ngày %(on)s."),
}
"""What a decision did to the fact that it speaks of."""

SAID: dict[str, Any] = {
    Said.OPENED: _l("gửi phản ánh"),
    Said.COMMENT: _l("trao đổi"),
    Said.HANDED: _l("chuyển đơn vị giải quyết"),
    Said.LATE: _l("chuyển lên cấp trên vì quá hạn"),
    Said.DECIDED: _l("trả lời"),
    Said.WITHDRAWN: _l("rút phản ánh"),
}

FOLDERS: dict[Folder, Any] = {
    Folder.MINE: _l("Đơn vị mình trả lời"),
    Folder.OPEN: _l("Chưa trả lời"),
    Folder.LATE: _l("Quá hạn"),
    Folder.CLOSED: _l("Đã trả lời"),
}

REFUSALS: dict[Any, Any] = {
    **STOP_REFUSALS,
    Refusal.OPEN_ALREADY: _l("Nghĩa vụ này đang có một phản ánh chưa trả lời. Hãy trao đổi thêm ở phản ánh đó."),
    Refusal.CLOSED: _l("Phản ánh này đã được trả lời hoặc đã rút trước đó. Chưa có gì thay đổi."),
    Refusal.OWN: _l("Không ai tự trả lời phản ánh của mình. Hãy chuyển phản ánh lên đơn vị cấp trên."),
    Refusal.NEEDS_EFFECT: _l("Phản ánh đúng thì phải sửa dữ liệu. Hãy chọn việc cần làm."),
    Refusal.NEEDS_NO_EFFECT: _l("Không chấp nhận thì không thay đổi dữ liệu. Hãy chọn “Không thay đổi dữ liệu”."),
    Refusal.NO_POSTING: _l(
        "Chưa có thay đổi vị trí công tác nào được ghi từ khi gửi phản ánh. Hãy sửa ở trang Điều động trước."
    ),
    Refusal.NO_RESULT: _l("Kết quả này không còn được tính. Hãy chọn kết quả khác."),
    Refusal.SAME_DESK: _l("Đơn vị này đang giải quyết phản ánh. Hãy chọn đơn vị khác."),
    Refusal.TOO_MANY_FILES: _l("Mỗi phản ánh nhận nhiều nhất 10 tệp."),
    Refusal.TOO_MANY_NOTES: _l("Phản ánh này đã có quá nhiều trao đổi. Hãy liên hệ trực tiếp bộ phận nhân sự."),
    StudyRefusal.COMPLETED_THIS_YEAR: _l("Khóa học này đã có kết quả được tính trong năm đó."),
    StudyRefusal.IN_THE_FUTURE: _l("Ngày hoàn thành chưa tới."),
    StudyRefusal.NO_HOURS: _l("Khóa học này không có số tiết để tính."),
    StudyRefusal.ALREADY_VOIDED: _l("Kết quả này đã được hủy trước đó."),
}


def look(row: DisputeRow, today: date) -> str:
    """The kind of its state mark."""
    if not row.is_open:
        return OUTCOME_LOOKS[row.outcome]
    return "late" if is_late(row.due_on, today, is_closed=False) else "doing"


def standing(row: DisputeRow, today: date) -> str:
    """How it stands, in words."""
    if not row.is_open:
        return str(OUTCOMES[row.outcome])
    return _("Quá hạn trả lời") if is_late(row.due_on, today, is_closed=False) else _("Đang giải quyết")


def done_words(row: DisputeRow, fact: Fact | None) -> str:
    """What the decision changed: the fact by what it is and its day."""
    if not row.effect:
        return ""
    if fact is None or row.effect not in DONE:
        return str(EFFECTS[row.effect]) + "."
    days = plan_labels.days_words(fact.on, fact.to_on, waiver=True)
    return str(DONE[row.effect]) % {"what": fact.what or "–", "on": vietnamese.short_day(fact.on), "days": days}


def size_words(size: int) -> str:
    """A file's size."""
    return f"{max(1, round(size / 1024))} kB"


# Working days ---------------------------------------------------------------------------------------------------------

DAY_KINDS = {"nghi": _l("Được nghỉ"), "lam": _l("Đi làm (làm bù, hoán đổi)")}

HOLIDAYS = {
    Holiday.NEW_YEAR: _l("Tết Dương lịch"),
    Holiday.TET: _l("Tết Nguyên đán (ngày cuối năm và ba ngày đầu năm)"),
    Holiday.HUNG_KINGS: _l("Giỗ Tổ Hùng Vương (10/3 âm lịch)"),
    Holiday.REUNIFICATION: _l("Ngày Chiến thắng 30/4"),
    Holiday.LABOUR: _l("Ngày Quốc tế lao động 1/5"),
    Holiday.NATIONAL: _l("Quốc khánh 2/9"),
    Holiday.INSTEAD: _l("Nghỉ bù vì ngày lễ rơi vào cuối tuần"),
}

DAY_REFUSALS = {
    DayRefusal.ENDS_BEFORE_IT_BEGINS: _l("Ngày cuối phải từ ngày đầu trở đi."),
    DayRefusal.TOO_MANY: _l("Mỗi lần ghi nhiều nhất 31 ngày. Hãy chia thành nhiều lần."),
    DayRefusal.OUT_OF_REACH: _l("Chỉ ghi được những ngày từ năm 2000 đến năm 2099."),
    DayRefusal.GONE: _l("Những ngày này đã được ghi lại hoặc bỏ trước đó. Hãy xem lại danh sách."),
    DayRefusal.TERM_IN_THE_PAST: _l("Thời hạn mới áp dụng từ hôm nay hoặc một ngày sau."),
}
