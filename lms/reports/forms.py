"""Forms of reports: the filters of the screen, of the list behind a figure and of the log."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import Optional

from lms.platform.forms import Form, VietnameseDateField, at_most
from lms.reports import labels


class _Filter(Form):
    """A filter: read from the address, nothing is changed by it."""

    class Meta(Form.Meta):
        """Without a token: it is a GET."""

        csrf = False


class ComplianceFilter(_Filter):
    """Plan, day, structure, unit."""

    ke_hoach = SelectField(_l("Kế hoạch"))
    ngay = VietnameseDateField(_l("Tính đến ngày"), [Optional()])
    co_cau = SelectField(
        _l("Cơ cấu"),
        choices=[SelectChoice(labels.STRUCTURE_ADDRESSES[key], word) for key, word in labels.STRUCTURES.items()],
        default=labels.STRUCTURE_ADDRESSES[next(iter(labels.STRUCTURES))],
    )
    don_vi = SelectField(_l("Đơn vị"), validate_choice=False, default="")


class PeopleSearch(_Filter):
    """A name within the list."""

    tim = StringField(_l("Tìm người"), [at_most(80)])


class AuditFilter(_Filter):
    """Who, what kind, when."""

    ten = StringField(_l("Họ tên"), [at_most(80)])
    nhom = SelectField(
        _l("Nhóm việc"),
        choices=[SelectChoice("", _l("Tất cả")), *(SelectChoice(*group) for group in labels.AUDIT_GROUPS.items())],
        default="",
    )
    tu = VietnameseDateField(_l("Từ ngày"), [Optional()])
    den = VietnameseDateField(_l("Đến ngày"), [Optional()])
