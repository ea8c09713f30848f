"""Forms of change sets."""

from flask_babel import lazy_gettext as _l
from wtforms import SearchField, SelectField, StringField
from wtforms.validators import Optional

from lms.platform.forms import Form, at_most, needed


class EffectsForm(Form):
    """Which effects to show."""

    loai = SelectField(_l("Thay đổi"), validate_choice=False)
    yeu_cau = SelectField(_l("Yêu cầu"), validate_choice=False)
    don_vi = SelectField(_l("Đơn vị"), validate_choice=False)
    ten = SearchField(_l("Họ tên"), [Optional(), at_most(80)])


class UndoForm(Form):
    """Why it is taken back."""

    reason = StringField(_l("Vì sao hoàn tác"), [needed(_l("Hãy ghi vì sao hoàn tác.")), at_most(300)])
