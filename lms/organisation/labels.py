"""Vietnamese words of organisation: one for each enum value, a sentence for each event."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.organisation.models import StaffCategory
from lms.organisation.queries import Presence
from lms.organisation.roster.matching import Why
from lms.organisation.rules import Refusal
from lms.platform import vietnamese

CATEGORIES = {
    StaffCategory.OFFICIAL: _l("cán bộ"),
    StaffCategory.CIVIL_SERVANT: _l("công chức"),
    StaffCategory.PUBLIC_EMPLOYEE: _l("viên chức"),
    StaffCategory.WORKER: _l("người lao động"),
    StaffCategory.COMMUNITY: _l("lực lượng cộng đồng"),
}

CATEGORIES_SAID = {
    "can_bo": "cán bộ",
    "cong_chuc": "công chức",
    "vien_chuc": "viên chức",
    "nguoi_lao_dong": "người lao động",
    "cong_dong": "lực lượng cộng đồng",
}
"""The same in files, which are Vietnamese whatever the visitor reads."""

PRESENCES = {
    Presence.POSTED: _l("Có vị trí công tác"),
    Presence.PRESENT: _l("Đang làm việc"),
    Presence.AWAY: _l("Đang tạm vắng"),
    Presence.LEFT: _l("Đã thôi, không còn vị trí"),
}

PRESENCES_SAID = {
    Presence.POSTED: "có vị trí công tác",
    Presence.PRESENT: "đang làm việc",
    Presence.AWAY: "đang tạm vắng",
    Presence.LEFT: "đã thôi, không còn vị trí",
}

KINDS = {
    "thanh_pho": _l("Thành phố"),
    "ubnd": _l("Ủy ban nhân dân"),
    "hdnd": _l("Hội đồng nhân dân"),
    "van_phong": _l("Văn phòng"),
    "so": _l("Sở"),
    "ban": _l("Ban"),
    "thanh_tra": _l("Thanh tra"),
    "to_chuc_hanh_chinh": _l("Tổ chức hành chính khác"),
    "nganh": _l("Cơ quan ngành dọc"),
    "dang": _l("Cơ quan Đảng"),
    "doan_the": _l("Mặt trận, đoàn thể"),
    "don_vi_su_nghiep": _l("Đơn vị sự nghiệp"),
    "quan": _l("Quận"),
    "huyen": _l("Huyện"),
    "thi_xa": _l("Thị xã"),
    "phuong": _l("Phường"),
    "xa": _l("Xã"),
    "thi_tran": _l("Thị trấn"),
}

GROUPS = {
    "city": _l("Cơ quan chung của Thành phố"),
    "departments": _l("Sở, ban và tương đương"),
    "districts": _l("Quận, huyện, thị xã"),
    "communes": _l("Phường, xã, thị trấn"),
    "vertical": _l("Cơ quan ngành dọc"),
    "party": _l("Cơ quan Đảng, Mặt trận, đoàn thể"),
    "services": _l("Đơn vị sự nghiệp"),
    "others": _l("Đơn vị khác"),
}

SHARES = {
    "full": _l("toàn bộ"),
    "partial": _l("một phần"),
    "remainder": _l("phần còn lại"),
    "area_only": _l("chỉ diện tích"),
    "area_part_pop_full": _l("một phần diện tích, toàn bộ dân số"),
    "staff": _l("nhân sự được bố trí lại"),
}

ABSENCES = {
    "thai_san": _l("Nghỉ thai sản"),
    "om_dau": _l("Nghỉ ốm"),
    "di_hoc": _l("Đi học tập trung"),
    "biet_phai": _l("Biệt phái"),
    "khac": _l("Vắng vì lý do khác"),
}

SEXES = {"nam": _l("Nam"), "nu": _l("Nữ")}

FIELDS = {
    "personal_id": _l("Số định danh"),
    "staff_code": _l("Mã cán bộ"),
    "full_name": _l("Họ và tên"),
    "birth_date": _l("Ngày sinh"),
    "birth_year": _l("Năm sinh"),
    "sex": _l("Giới tính"),
    "staff_category": _l("Loại nhân sự"),
    "department": _l("Phòng, ban"),
    "title": _l("Chức vụ, chức danh"),
    "rank_code": _l("Mã ngạch"),
    "email": _l("Thư điện tử"),
    "phone": _l("Điện thoại"),
    "since": _l("Ngày về đơn vị"),
}

PROBLEMS = {
    "bad_personal_id": _l("Số định danh sai"),
    "missing_personal_id": _l("Thiếu số định danh"),
    "duplicate_in_file": _l("Trùng trong tệp"),
    "missing_name": _l("Thiếu họ tên"),
    "missing_department": _l("Thiếu phòng, ban"),
    "unknown_category": _l("Loại nhân sự lạ"),
    "bad_birth_date": _l("Ngày sinh sai"),
    "birth_year_only": _l("Chỉ có năm sinh"),
    "bad_email": _l("Thư điện tử sai"),
    "bad_since": _l("Ngày không đọc được"),
    "unknown_sex": _l("Giới tính lạ"),
    "too_long": _l("Quá dài"),
    "unclear_row": _l("Không rõ là ai"),
    "no_value": _l("Ô công thức lỗi"),
    "letters_unclear": _l("Bảng mã chưa rõ"),
    "bad_phone": _l("Số điện thoại sai"),
    "personal_id_prefix": _l("Nên đối chiếu"),
    "personal_id_sex": _l("Nên đối chiếu"),
    "personal_id_century": _l("Nên đối chiếu"),
    "personal_id_year": _l("Nên đối chiếu"),
}

WHYS = {
    Why.OTHER_NUMBER: _l("Giống người đang có, khác số"),
    Why.OTHER_PERSON: _l("Số định danh là của người khác"),
    Why.CHANGED_NAME: _l("Họ tên khác hẳn họ tên đang có"),
    Why.TWIN: _l("Hai dòng trong tệp có vẻ là một người"),
    Why.ELSEWHERE: _l("Giống người của đơn vị khác"),
    Why.SEVERAL: _l("Có nhiều người giống"),
}

WHY_SAID = {
    Why.OTHER_NUMBER: "đã có người giống, số định danh khác:",
    Why.OTHER_PERSON: "số định danh là của người khác:",
    Why.CHANGED_NAME: "họ tên khác hẳn:",
    Why.TWIN: "có vẻ là một người với dòng khác.",
    Why.ELSEWHERE: "không có số định danh, giống người của đơn vị khác:",
    Why.SEVERAL: "giống nhiều người:",
}
"""The same where commands speak, which is Vietnamese whatever the visitor reads."""

REFUSALS: dict[Any, Any] = {
    Refusal.UNIT_NOT_STANDING: _l("Đơn vị không hoạt động vào ngày này. Hãy chọn ngày trong thời gian đơn vị tồn tại."),
    Refusal.ALREADY_POSTED: _l(
        "Người này đang có vị trí công tác chính vào thời gian đó. Hãy ghi ngày rời vị trí cũ trước."
    ),
    Refusal.ENDS_BEFORE_IT_BEGINS: _l("Ngày kết thúc phải sau ngày bắt đầu."),
    Refusal.NOT_BELIEVED: _l("Dòng này đã được thay bằng dòng khác. Hãy tải lại trang."),
    Refusal.NOT_POSTED: _l("Có người không có vị trí công tác vào ngày này. Hãy chọn ngày khác."),
    Refusal.NOTHING_CHANGED: _l("Không có gì thay đổi nên chưa ghi."),
    Refusal.PERSON_KNOWN: _l("Số định danh này đã có trong hệ thống."),
    Refusal.BAD_PERSONAL_ID: _l("Số định danh gồm đúng 12 chữ số."),
    Refusal.CHANGED_MEANWHILE: _l(
        "Dữ liệu vừa thay đổi nên kết quả so sánh không còn như lúc anh/chị xem. "
        "Hãy xem lại bản mới dưới đây rồi áp dụng."
    ),
    Refusal.ALREADY_APPLIED: _l("Tệp này đã được áp dụng trước đó."),
    Refusal.MANY_LEFT: _l(
        "Tệp thiếu nhiều người đang làm việc. Hãy kiểm tra tệp có đủ dòng; nếu đúng là họ đã rời đơn vị, "
        "đánh dấu ô xác nhận."
    ),
    Refusal.LEAVES_SELF: _l(
        "Tệp không có chính anh/chị: áp dụng thì anh/chị rời đơn vị và không còn vai trò nhân sự ở đó. Hãy thêm mình "
        "vào tệp, chọn giữ nguyên người không có trong tệp, hoặc nhờ bộ phận nhân sự cấp trên áp dụng."
    ),
}

EVENTS: dict[str, str] = {
    "organisation:units:loaded": "Nạp danh mục đơn vị: thêm {added} dòng, sửa {changed} dòng",
    "organisation:posting:begun": "{name} bắt đầu làm việc tại {unit}, {department} ({title}) từ ngày {on}",
    "organisation:posting:moved": "{name} chuyển từ {old} sang {new} từ ngày {on}",
    "organisation:posting:ended": "{name} rời {unit} từ ngày {on}",
    "organisation:posting:ended-for": "{name} rời {unit} từ ngày {on}: {reason}",
    "organisation:posting:corrected": "Sửa vị trí công tác của {name}",
    "organisation:posting:edited": "Thay đổi vị trí công tác của {name} từ ngày {on}",
    "organisation:person:corrected": "Sửa hồ sơ của {name}",
    "organisation:person:revealed": "Xem đầy đủ số định danh, điện thoại của {name}",
    "organisation:person:merged": "Gộp hồ sơ trùng vào hồ sơ của {name}; số định danh {number} không còn dùng",
    "organisation:absence:recorded": "Ghi tạm vắng của {name} từ ngày {from_on} đến trước ngày {to_on}",
    "organisation:absence:withdrawn": "Hủy ghi tạm vắng của {name} từ ngày {from_on}",
    "organisation:units:reorganised": (
        "Áp dụng sắp xếp đơn vị “{title}” từ ngày {on}: lập {created}, kết thúc {ended}, đổi tên {renamed}, "
        "chuyển {moved} đơn vị; {people} người đổi đơn vị, {waiting} người chờ phân công"
    ),
    "organisation:reform:chosen": "Phân công đơn vị mới cho {people} người theo đợt sắp xếp {code}",
    "organisation:posting:counts": "{name} được tính cho {unit} từ ngày {on}",
    "organisation:transfer:proposed": "Đề nghị chuyển {name} từ {old} sang {new} từ ngày {on}",
    "organisation:transfer:answered": "Đề nghị chuyển {name} từ {old} sang {new}: {answer}",
    "organisation:roster:applied": (
        "Áp dụng danh sách “{file_name}” cho {unit}, tính đến ngày {on}: thêm {joined}, rời {left}, "
        "chuyển {moved}, sửa {corrected} người"
    ),
}
"""Event key → sentence with the event's facts as {names}."""


def spoken(field: str, value: str) -> str:
    """A field's value as a person says it: a category by its words, a sex by its word, a day as it is."""
    if field == "staff_category" and value in CATEGORIES:
        return str(CATEGORIES[StaffCategory(value)])
    if field == "birth_date" and len(value) > 4:  # else the year alone, or nothing
        return vietnamese.short_day(date.fromisoformat(value))
    return str(SEXES.get(value, value)) if field == "sex" else value


EDITED = {
    "title": "chức danh",
    "department": "phòng, ban",
    "category": "loại nhân sự",
    "position": "nhóm vị trí",
    "rank_code": "ngạch",
}
"""Field of a posting → its word in the title of a change set, which is Vietnamese whatever the visitor reads."""


def spoken_edit(field: str, value: str) -> str:
    """A new value of a posting's field as the title of a change set says it."""
    return (CATEGORIES_SAID.get(value, value) if field == "category" else value) or "để trống"


COLUMNS = {
    "": _l("Không dùng"),
    **{name: label for name, label in FIELDS.items() if name != "birth_year"},
    "male": _l("Cột Nam (ngày sinh hoặc dấu x)"),
    "female": _l("Cột Nữ (ngày sinh hoặc dấu x)"),
    "birth_day": _l("Ngày, của ngày sinh"),
    "birth_month": _l("Tháng, của ngày sinh"),
    "birth_year": _l("Năm, của ngày sinh"),
    "family_part": _l("Họ và tên đệm"),
    "given_part": _l("Tên, không có họ"),
    "category:can_bo": _l("Dấu x: cán bộ"),
    "category:cong_chuc": _l("Dấu x: công chức"),
    "category:vien_chuc": _l("Dấu x: viên chức"),
    "category:nguoi_lao_dong": _l("Dấu x: người lao động"),
    "category:cong_dong": _l("Dấu x: lực lượng cộng đồng"),
}
"""What a column of a roster may be said to be."""

SURENESS = {
    "name": ("done", "check", _l("Chắc chắn, theo tên cột")),
    "likely": ("soon", "info", _l("Có lẽ đúng, theo tên cột")),
    "content": ("soon", "alert", _l("Đoán theo nội dung, cần xem")),
    "conflict": ("late", "alert", _l("Nội dung không giống, cần xem")),
    "twice": ("soon", "info", _l("Trùng nghĩa với cột khác")),
    "chosen": ("done", "pen", _l("Đã chọn bằng tay")),
    "none": ("none", "dot", _l("Không cần cho danh sách")),
}
"""Why a column is taken for what it is taken for → look, icon, words."""

STUDY = {
    "gained": _l("thêm # nghĩa vụ học"),
    "lost": _l("# nghĩa vụ kết thúc"),
    "moved": _l("# nghĩa vụ chuyển sang đơn vị khác"),
    "later": _l("# hạn lùi lại"),
    "earlier": _l("# hạn sớm hơn"),
    "paused": _l("# nghĩa vụ tạm dừng"),
    "waived": _l("# nghĩa vụ được miễn"),
    "counted": _l("# nghĩa vụ tính lại"),
    "done": _l("# ngày hoàn thành thay đổi"),
}
"""What becomes of duties, with # for how many."""

WORDS: dict[str, Any] = {
    "categories": CATEGORIES,
    "kinds": KINDS,
    "fields": FIELDS,
    "absence_kinds": ABSENCES,
    "shares": SHARES,
    "sexes": SEXES,
    "problems": PROBLEMS,
    "whys": WHYS,
    "spoken": spoken,
    "study_words": STUDY,
}
"""What the templates of people, units and rosters say."""
