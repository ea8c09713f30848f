"""Forms of organisation."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import Optional

from lms.platform.forms import Form, VietnameseDateField, needed, row_id


class RosterForm(Form):
    """A roster to compare: the file, whose it is, and the day it speaks of."""

    file = FileField(_l("Tệp danh sách"), [FileRequired(_l("Hãy chọn tệp danh sách."))])
    unit = SelectField(_l("Đơn vị"), coerce=row_id, validate_choice=False)
    on = VietnameseDateField(_l("Danh sách tính đến ngày"), [Optional()])


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
