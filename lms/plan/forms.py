"""Forms of plan."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField
from wtforms.validators import Regexp

from lms.platform.forms import Form


class PlanForm(Form):
    """A plan file to look at before it is applied."""

    file = FileField(_l("Tệp kế hoạch"), [FileRequired(_l("Hãy chọn tệp kế hoạch (.yaml)."))])


class ApplyPlanForm(Form):
    """Apply the file that was shown."""

    shorten = BooleanField(_l("Rút ngắn cả hạn đã báo cho người học"))
    shown = BooleanField()
    """Whether what was shown shortens; else it is shown again before anything is applied."""
    sha256 = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$", message=_l("Hãy chọn lại tệp rồi xem trước."))])
