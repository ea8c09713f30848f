"""Forms of moves: shape and type of input only."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp

from lms.platform.columns import FOREVER
from lms.platform.forms import Form, VietnameseDateField, at_most, needed, row_id

THERE, HERE = "noi_nhan", "noi_cu"


class _Act(Form):
    """Something that happens on a day, and the mark of what was shown of it."""

    on = VietnameseDateField(_l("Từ ngày"), [needed(_l("Hãy ghi ngày, ví dụ 01/03/2026. Ngày đã qua cũng được."))])
    shown = HiddenField(validators=[Optional(), Regexp(r"^[0-9a-f]{64}$")])


class _Days(_Act):
    """From a day to the end of another, or on."""

    last_on = VietnameseDateField(_l("Đến hết ngày"), [Optional()])

    @property
    def to_on(self) -> date:
        """The first day that no longer belongs to it."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)

    def validate_last_on(self, field: Any) -> None:
        """The last day may not lie before the first."""
        if field.data is not None and self.on.data is not None and field.data < self.on.data:
            field.errors = [*field.errors, _("Ngày cuối phải từ ngày bắt đầu trở đi.")]


class MoveForm(_Days):
    """Where somebody goes, from when, as what."""

    unit = StringField(_l("Đơn vị tiếp nhận"), [needed(_l("Hãy ghi tên hoặc mã đơn vị tiếp nhận.")), at_most(200)])
    chosen = RadioField(_l("Anh/chị muốn nói đơn vị nào?"), coerce=row_id, validate_choice=False)
    department = StringField(_l("Phòng, ban"), [at_most(160)])
    title = StringField(_l("Chức vụ, chức danh"), [at_most(160)])
    counts = RadioField(
        _l("Trong thời gian biệt phái, kết quả học tập tính vào số liệu của"),
        choices=[
            SelectChoice(HERE, _l("Đơn vị cử đi (đơn vị hiện nay)")),
            SelectChoice(THERE, _l("Đơn vị tiếp nhận")),
        ],
        default=HERE,
    )
    source = StringField(_l("Số quyết định"), [at_most(160)])
    note = TextAreaField(_l("Lời nhắn cho đơn vị tiếp nhận"), [at_most(300)])


class LeaveForm(_Act):
    """When somebody leaves, and why."""

    reason = StringField(_l("Lý do, số quyết định"), [needed(_l("Hãy ghi lý do.")), at_most(160)])


class EndForm(_Act):
    """When a second posting ends, and why."""

    reason = StringField(_l("Lý do, số quyết định"), [at_most(160)])


class CountForm(_Days):
    """From when to when another posting counts."""

    note = TextAreaField(_l("Lời nhắn cho đơn vị tiếp nhận"), [at_most(300)])


class AskForm(_Days):
    """Whom the visitor's unit would like to have, from when, as what."""

    personal_id = StringField(
        _l("Số định danh cá nhân"),
        [
            needed(_l("Hãy ghi số định danh 12 chữ số.")),
            Regexp(r"^\d{12}$", message=_l("Số định danh gồm đúng 12 chữ số.")),
        ],
    )
    full_name = StringField(_l("Họ và tên"), [needed(_l("Hãy ghi họ và tên.")), at_most(120)])
    way = RadioField(_l("Việc"))
    unit = SelectField(_l("Đơn vị tiếp nhận"), coerce=row_id)
    department = StringField(_l("Phòng, ban"), [at_most(160)])
    title = StringField(_l("Chức vụ, chức danh"), [at_most(160)])
    source = StringField(_l("Số quyết định hoặc văn bản"), [at_most(160)])
    note = TextAreaField(_l("Lời nhắn cho đơn vị đang quản lý"), [at_most(300)])


class AcceptForm(Form):
    """Take the person as was shown."""

    shown = HiddenField(validators=[Optional(), Regexp(r"^[0-9a-f]{64}$")])


class RefuseForm(Form):
    """Why the person is not taken."""

    reason = TextAreaField(
        _l("Lý do không đồng ý"), [needed(_l("Hãy ghi lý do, để đơn vị gửi biết cần sửa gì.")), at_most(300)]
    )


class WithdrawForm(Form):
    """Take the request back; nothing to fill in."""
