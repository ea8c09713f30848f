"""Vietnamese words of identity: one for each enum value, a sentence for each event."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from lms.identity.models import Role
from lms.identity.rules import AccountState, InvitationRefusal, ManageRefusal, NotInvited, SignInRefusal, Weakness

EVENTS: dict[str, str] = {
    "identity:account:made": "Lập {count} tài khoản từ hồ sơ nhân sự.",
    "identity:account:invited": "Gửi thư mời kích hoạt tài khoản {login}.",
    "identity:account:password-link-sent": "Gửi liên kết đặt lại mật khẩu tài khoản {login} theo yêu cầu.",
    "identity:account:link-shown": "Tạo liên kết dùng một lần cho tài khoản {login} bằng dòng lệnh.",
    "identity:account:codes-printed": "In {count} mã kích hoạt dùng một lần cho “{department}”.",
    "identity:account:activated": "Dùng {kind} để đặt mật khẩu cho tài khoản {login}.",
    "identity:account:password-changed": "Đổi mật khẩu tài khoản {login}; các phiên đăng nhập khác đã kết thúc.",
    "identity:session:begun": "Đăng nhập bằng tài khoản {login}.",
    "identity:account:locked": "Tạm khóa tài khoản {login} trong {minutes} phút sau {failures} lần nhập sai mật khẩu.",
    "identity:account:unlocked": "Mở khóa tài khoản {login}.",
    "identity:account:disabled": "Ngừng tài khoản {login}.",
    "identity:account:enabled": "Cho dùng lại tài khoản {login}.",
    "identity:notice:read": "Đã đọc thông báo về dữ liệu cá nhân.",
    "identity:grant:given": "Giao vai trò {role} tại {unit} cho tài khoản {login}.",
    "identity:grant:left-behind": "Vai trò {role} tại {unit} của tài khoản {login} kết thúc từ ngày {on}: "
    "người này không còn công tác ở đó.",
    "identity:grant:ended": "Kết thúc vai trò {role} tại {unit} của tài khoản {login}.",
}
"""Event key → sentence with the event's facts as {names}."""

ROLES = {
    Role.TRAINER: _l("Giảng viên"),
    Role.HR: _l("Cán bộ nhân sự"),
    Role.LEADER: _l("Lãnh đạo"),
    Role.ADMINISTRATOR: _l("Quản trị hệ thống"),
}

ROLES_IN_LOG = {
    Role.TRAINER: "giảng viên",
    Role.HR: "cán bộ nhân sự",
    Role.LEADER: "lãnh đạo",
    Role.ADMINISTRATOR: "quản trị hệ thống",
}
"""Words that are written down: always Vietnamese, whatever language the page is read in."""

ROLE_HELP = {
    Role.TRAINER: _l("Soạn khóa học, ngân hàng câu hỏi và xuất bản phiên bản mới."),
    Role.HR: _l("Quản lý nhân sự, tài khoản, danh sách và báo cáo của đơn vị và các đơn vị bên dưới."),
    Role.LEADER: _l("Xem nhân sự, kế hoạch, báo cáo; không thay đổi được gì."),
    Role.ADMINISTRATOR: _l("Làm được mọi việc tại đơn vị và các đơn vị bên dưới, kể cả phân quyền."),
}

STATES = {
    AccountState.NONE: _l("Chưa có"),
    AccountState.INVITED: _l("Chưa kích hoạt"),
    AccountState.ACTIVE: _l("Đang dùng"),
    AccountState.LOCKED: _l("Bị khóa"),
    AccountState.DISABLED: _l("Đã ngừng"),
}
STATE_LOOKS = {
    AccountState.NONE: "none",
    AccountState.INVITED: "doing",
    AccountState.ACTIVE: "done",
    AccountState.LOCKED: "late",
    AccountState.DISABLED: "ended",
}
"""Which look of the one state macro each has."""

SIGN_IN = {
    SignInRefusal.WRONG: _l(
        "Tên đăng nhập hoặc mật khẩu chưa đúng. Còn %(left)s lần thử trước khi tạm khóa %(minutes)s phút."
    ),
    SignInRefusal.LOCKED: _l(
        "Đã nhập sai quá nhiều lần. Chờ %(minutes)s phút rồi thử lại, hoặc nhờ cán bộ nhân sự của đơn vị mở khóa."
    ),
    SignInRefusal.DISABLED: _l("Tài khoản này đã ngừng. Liên hệ cán bộ nhân sự của đơn vị để được dùng lại."),
}


def sign_in_sentence(reason: SignInRefusal, left: int, minutes: int) -> str:
    """The sentence for a refused sign-in, with the tries left or the minutes to wait."""
    return str(SIGN_IN[reason]) % {"left": left, "minutes": minutes}


WEAKNESSES: Mapping[Enum, Any] = {
    Weakness.TOO_SHORT: _l("Mật khẩu cần ít nhất 10 ký tự. Một câu ngắn dễ nhớ là tốt nhất."),
    Weakness.TOO_LONG: _l("Mật khẩu không quá 200 ký tự."),
    Weakness.ONLY_DIGITS: _l("Mật khẩu chỉ gồm chữ số (ngày sinh, số điện thoại…) rất dễ đoán. Hãy thêm chữ cái."),
    Weakness.TOO_SIMPLE: _l("Mật khẩu lặp lại quá ít ký tự khác nhau. Hãy dùng ít nhất 5 ký tự khác nhau."),
    Weakness.COMMON: _l(
        "Mật khẩu này nằm trong số những mật khẩu hay bị đoán nhất. Hãy chọn một câu của riêng anh/chị."
    ),
    Weakness.NAMES_YOU: _l("Mật khẩu không được chứa tên hay tên đăng nhập của anh/chị."),
    Weakness.SAME: _l("Mật khẩu mới phải khác mật khẩu đang dùng."),
}

INVITATIONS: Mapping[Enum, Any] = {
    InvitationRefusal.UNKNOWN: _l(
        "Tên đăng nhập hoặc mã chưa đúng. Kiểm tra lại trên tờ giấy đã nhận; mã không có chữ O, I, L và số 0, 1."
    ),
    InvitationRefusal.USED: _l("Mã này đã được dùng. Nếu đã đặt mật khẩu, hãy đăng nhập; nếu quên, hãy xin mã mới."),
    InvitationRefusal.EXPIRED: _l("Mã này đã hết hạn. Hãy xin cán bộ nhân sự của đơn vị mã mới."),
    InvitationRefusal.DISABLED: _l("Tài khoản này đã ngừng. Liên hệ cán bộ nhân sự của đơn vị để được dùng lại."),
}

LINKS: Mapping[Enum, Any] = {
    InvitationRefusal.UNKNOWN: _l("Liên kết không đúng. Có thể địa chỉ bị cắt khi chép; hãy mở lại từ thư."),
    InvitationRefusal.USED: _l("Liên kết đã được dùng. Nếu đã đặt mật khẩu, hãy đăng nhập."),
    InvitationRefusal.EXPIRED: _l("Liên kết đã hết hạn, hoặc đã có liên kết mới hơn thay thế."),
    InvitationRefusal.DISABLED: _l("Tài khoản này đã ngừng. Liên hệ cán bộ nhân sự của đơn vị để được dùng lại."),
}

MANAGE: Mapping[Enum, Any] = {
    ManageRefusal.BEYOND: _l("Tài khoản này giữ vai trò ở cấp trên hoặc ở đơn vị khác, nên do cấp đó quản lý."),
    ManageRefusal.OWN_ACCOUNT: _l("Không thể ngừng tài khoản của chính mình."),
    ManageRefusal.ALREADY_SO: _l("Không có gì thay đổi: việc này đã được làm trước đó."),
    ManageRefusal.OWN_LAST_ADMINISTRATOR: _l(
        "Đây là vai trò quản trị cuối cùng của chính anh/chị. Hãy giao vai trò này cho người khác và nhờ họ kết thúc."
    ),
    ManageRefusal.SAME_GRANT: _l("Người này đang giữ đúng vai trò đó tại đơn vị đó."),
    ManageRefusal.TOO_MANY: _l("Mỗi lần in được mã cho nhiều nhất %(most)s người. Hãy chọn một phòng."),
    ManageRefusal.NOBODY: _l(
        "Không có ai cần mã: mọi người được chọn đã dùng tài khoản, đã ngừng hoặc do cấp khác quản lý."
    ),
}

NOT_INVITED = {
    NotInvited.NO_ADDRESS: _l("chưa có thư điện tử riêng (hãy in mã dùng một lần)"),
    NotInvited.IN_USE: _l("đã dùng tài khoản"),
    NotInvited.DISABLED: _l("có tài khoản đã ngừng"),
    NotInvited.BEYOND: _l("giữ vai trò do cấp trên hoặc đơn vị khác quản lý"),
}

INVITATION_KINDS = {"link": "liên kết trong thư", "code": "mã dùng một lần"}

INVITATION_SUBJECT = "Kích hoạt tài khoản Bồi dưỡng số"
INVITATION_BODY = """\
Kính gửi {name},

Anh/chị có tài khoản trên hệ thống Bồi dưỡng số của {city}.
Tên đăng nhập: {login}

Mở liên kết sau để đặt mật khẩu (dùng một lần, trong 72 giờ):
{link}

Nếu liên kết đã hết hạn, vào {site}/quen-mat-khau để nhận liên kết mới.
Không chuyển thư này cho người khác. Hệ thống không bao giờ hỏi mật khẩu qua thư hay điện thoại.

Thư gửi tự động, xin không trả lời.
"""
RESET_SUBJECT = "Đặt lại mật khẩu Bồi dưỡng số"
RESET_BODY = """\
Kính gửi {name},

Có yêu cầu đặt lại mật khẩu cho tài khoản {login} trên hệ thống Bồi dưỡng số của {city}.

Mở liên kết sau để đặt mật khẩu mới (dùng một lần, trong 72 giờ):
{link}

Nếu anh/chị không yêu cầu, cứ bỏ qua thư này: mật khẩu đang dùng vẫn giữ nguyên.

Thư gửi tự động, xin không trả lời.
"""
