"""Forms of closed periods."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from lms.platform.forms import Form, VietnameseDateField, at_most, needed


class CloseForm(Form):
    """What to close."""

    ke_hoach = SelectField(_l("Kế hoạch"))
    ngay = VietnameseDateField(_l("Số liệu đến hết ngày"), [InputRequired()])
    ten = StringField(_l("Tên kỳ"), [needed(_l("Hãy đặt tên kỳ, ví dụ “Quý III/2026”.")), at_most(160)])
    don_vi = SelectField(_l("Đơn vị"), validate_choice=False)


class ErratumForm(Form):
    """Why, and which."""

    ly_do = StringField(_l("Lý do đính chính"), [needed(_l("Hãy ghi lý do đính chính.")), at_most(400)])
    van_ban = StringField(_l("Số văn bản đính chính (nếu có)"), [Optional(), at_most(120)])
    tat_ca = HiddenField()
