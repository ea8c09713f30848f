"""Vietnamese words of certificates: one for each enum value, a sentence for each event."""

from flask_babel import lazy_gettext as _l

from lms.certificates.rules import Ground, NotPrinted, Refusal, Status

EVENTS: dict[str, str] = {
    "certificates:certificate:issued": "Cấp giấy chứng nhận số {number} cho {holder}, khóa “{title}”",
    "certificates:certificate:replaced": "Thay giấy chứng nhận số {number} của {holder} bằng số {new_number}: {reason}",
    "certificates:certificate:revoked": "Thu hồi giấy chứng nhận số {number} của {holder}: {reason}",
    "certificates:register:loaded": "Ghi sổ {count} giấy chứng nhận cho các kết quả hoàn thành chưa có giấy",
}
"""Event key → sentence with the event's facts as {names}."""

GROUNDS = {
    Ground.FRAUD: _l("Gian lận khi ghi danh hoặc trong học tập"),
    Ground.NOT_ELIGIBLE: _l("Cấp cho người không đủ điều kiện hoặc cấp không đúng thẩm quyền"),
    Ground.ALTERED: _l("Giấy bị tẩy xóa, sửa chữa"),
    Ground.LENT: _l("Cho người khác sử dụng"),
    Ground.ISSUER_ERROR: _l("Do lỗi của nơi cấp"),
}

STATUSES = {
    Status.VALID: _l("Còn hiệu lực"),
    Status.REPLACED: _l("Đã được thay"),
    Status.REVOKED: _l("Đã thu hồi"),
}

STATUS_LOOKS = {Status.VALID: "done", Status.REPLACED: "ended", Status.REVOKED: "late"}
"""The kind of the one state macro."""

REFUSALS = {
    Refusal.ALREADY_REVOKED: _l("Giấy này đã bị thu hồi trước đó nên không thay đổi được nữa."),
    Refusal.ALREADY_REPLACED: _l("Giấy này đã được thay. Hãy mở giấy đang dùng rồi thao tác trên giấy đó."),
    Refusal.BEFORE_ISSUE: _l("Ngày thao tác sớm hơn ngày cấp. Hãy kiểm tra lại đồng hồ của máy chủ."),
    Refusal.COMPLETION_VOIDED: _l("Kết quả học của giấy này đã bị hủy. Hãy thu hồi giấy thay vì cấp lại."),
    Refusal.NOTHING_TO_CORRECT: _l(
        "Nội dung hiện nay trùng với giấy đã cấp nên không cần số mới. Hãy sửa hồ sơ nhân sự trước, "
        "hoặc tải lại giấy cũ nếu chỉ bị mất."
    ),
}

NOT_PRINTED = {
    NotPrinted.REVOKED: _l(
        "Giấy đã bị thu hồi nên không in được nữa. Số này vẫn có trong sổ cấp và không cấp cho ai khác."
    ),
    NotPrinted.CORRECTED: _l("Giấy đã được cấp lại với số mới vì bản này có chỗ sai. Hãy tải giấy mới."),
    NotPrinted.NAME_TOO_LONG: _l(
        "Họ và tên dài hơn 60 ký tự nên không đặt vừa trên giấy. Hãy báo cán bộ nhân sự kiểm tra lại hồ sơ."
    ),
    NotPrinted.UNIT_TOO_LONG: _l(
        "Tên phòng và đơn vị dài hơn 160 ký tự nên không đặt vừa trên giấy. Hãy báo cán bộ nhân sự "
        "rút gọn tên phòng trong danh sách nhân sự rồi cấp lại giấy."
    ),
    NotPrinted.COURSE_TOO_LONG: _l(
        "Tên khóa dài hơn 240 ký tự nên không đặt vừa trên giấy. Hãy báo đơn vị tổ chức rút gọn tên khóa."
    ),
}

FIELDS = {
    "holder": _l("Họ và tên"),
    "born_on": _l("Ngày sinh"),
    "unit": _l("Đơn vị công tác"),
    "department": _l("Phòng, bộ phận"),
    "course": _l("Khóa bồi dưỡng"),
    "hours": _l("Số tiết"),
    "from": _l("Từ ngày"),
    "to": _l("Đến ngày"),
    "score": _l("Kết quả"),
}
"""What a re-issue can put right."""
