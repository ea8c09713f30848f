"""Forms of organisation."""

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from lms.organisation.roster.policy import MOST_LEAVING, Empty, Missing, Policy
from lms.platform.forms import Form, VietnameseDateField, needed, row_id


class RosterForm(Form):
    """A roster to compare: the file, whose it is, and the day it speaks of."""

    file = FileField(_l("Tệp danh sách"), [FileRequired(_l("Hãy chọn tệp danh sách."))])
    unit = SelectField(_l("Đơn vị"), coerce=row_id, validate_choice=False)
    on = VietnameseDateField(_l("Danh sách tính đến ngày"), [Optional()])


class PolicyForm(Form):
    """What a roster may do. Filled with `PolicyForm(obj=policy)`; `to_policy` gives what was chosen."""

    missing = RadioField(
        _l("Người đang làm việc mà tệp không có"),
        choices=[
            SelectChoice(Missing.STOP.value, _l("Ghi là rời đơn vị; dừng lại hỏi nếu quá nhiều người rời cùng lúc")),
            SelectChoice(Missing.KEEP.value, _l("Giữ nguyên")),
            SelectChoice(Missing.END.value, _l("Ghi là rời đơn vị, không hỏi lại")),
        ],
        default=Missing.STOP.value,
    )
    most_leaving = IntegerField(
        _l("Dừng lại khi số người rời vượt quá (phần trăm nhân sự)"),
        [NumberRange(0, 100)],
        default=lambda: current_app.config["LMS"].most_leaving_percent,
    )
    empty = RadioField(
        _l("Ô để trống trong tệp"),
        choices=[
            SelectChoice(Empty.IGNORE.value, _l("Bỏ qua, giữ dữ liệu đang có")),
            SelectChoice(Empty.CLEAR.value, _l("Xóa dữ liệu đang có ở ô đó")),
        ],
        default=Empty.IGNORE.value,
    )
    creates = BooleanField(_l("Thêm người chưa có trong đơn vị"), default=True)
    updates = BooleanField(_l("Chuyển phòng, sửa thông tin người đang có"), default=True)
    ends = BooleanField(_l("Ghi người rời đơn vị"), default=True)

    def to_policy(self) -> Policy:
        """What was chosen, once the form is valid."""
        return Policy(
            missing=Missing(self.missing.data),
            empty=Empty(self.empty.data),
            creates=self.creates.data,
            updates=self.updates.data,
            ends=self.ends.data,
            most_leaving=MOST_LEAVING if self.most_leaving.data is None else self.most_leaving.data,
        )


class ApplyForm(Form):
    """Apply what was shown."""

    shown = HiddenField()
    many_left = BooleanField(_l("Tôi đã kiểm tra: những người này thật sự đã rời đơn vị"))


class RevealForm(Form):
    """Show a full personal number; nothing to fill in."""


class ReformForm(Form):
    """A reform to look at: the file and the day from which it holds."""

    file = FileField(_l("Tệp sắp xếp"), [FileRequired(_l("Hãy chọn tệp sắp xếp."))])
    on = VietnameseDateField(_l("Có hiệu lực từ ngày"), [needed()])


class ChoicesForm(Form):
    """A list of who goes where."""

    file = FileField(_l("Danh sách phân công"), [FileRequired(_l("Hãy chọn tệp danh sách."))])


class ConfirmForm(Form):
    """A button that does what the page says; nothing to fill in."""


class AssignForm(Form):
    """Who goes to which unit; the selections are read row by row, since their number is the page's."""
