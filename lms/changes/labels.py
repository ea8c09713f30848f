"""Vietnamese words for change sets."""

from flask_babel import lazy_gettext as _l

from lms.changes.rules import Refusal
from lms.changes.service import MeetsOthers
from lms.platform.forms import Refused

EVENTS = {
    "changes:change:proposed": "Đề nghị thay đổi số {change_id}: {title}",
    "changes:change:approved": "Duyệt thay đổi số {change_id}: {title}",
    "changes:change:withdrawn": "Rút thay đổi số {change_id}: {title}",
    "changes:change:applied": "Áp dụng thay đổi số {change_id}: {title} ({rows} dòng dữ liệu)",
    "changes:change:undone": "Hoàn tác thay đổi số {change_id}: {title} ({rows} dòng dữ liệu), lý do: {reason}",
}

REFUSALS = {
    Refusal.NOT_SEEN: _l("Hãy bấm “Xem trước” rồi mới áp dụng."),
    Refusal.NOT_APPROVED: _l("Loại thay đổi này cần người thứ hai duyệt trước khi áp dụng."),
    Refusal.OWN_PROPOSAL: _l("Người đề nghị không tự duyệt được; hãy nhờ người khác có cùng quyền."),
    Refusal.ALREADY_APPLIED: _l("Thay đổi này đã được áp dụng."),
    Refusal.ALREADY_UNDONE: _l("Thay đổi này đã được hoàn tác."),
    Refusal.NOT_APPLIED: _l("Thay đổi này chưa được áp dụng nên không có gì để hoàn tác."),
    Refusal.WITHDRAWN: _l("Thay đổi này đã được rút."),
    Refusal.CHANGED_MEANWHILE: _l(
        "Từ lúc xem trước, dữ liệu đã đổi nên sẽ có người chịu ảnh hưởng khác điều đã thấy. Chưa có gì được ghi; "
        "hãy xem trước lại."
    ),
}

DERIVING = _l("Đang tính nghĩa vụ học")
STEPS = {
    "effects": _l("Đang so sánh trước và sau"),
    "kept": _l("Đang ghi lại danh sách người chịu ảnh hưởng"),
    "put back": _l("Đang đưa dữ liệu trở lại như trước"),
}


def refusal(refused: Refused) -> str:
    """Why something was refused, with the people whom nobody has seen."""
    said = str(REFUSALS[refused.reason])  # type: ignore[index]
    return f"{said} ({', '.join(refused.names)})" if isinstance(refused, MeetsOthers) else said
