"""Forms of identity."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import EqualTo
from wtforms.widgets import HiddenInput

from lms.identity.labels import ROLES
from lms.platform.forms import Form, at_most, between, needed, row_id


class SignInForm(Form):
    """Who and with which password."""

    login = StringField(
        _l("Thư điện tử công vụ hoặc tên đăng nhập"),
        [needed(_l("Cần nhập thư điện tử công vụ hoặc tên đăng nhập.")), at_most(160)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Mật khẩu"),
        [needed(_l("Cần nhập mật khẩu.")), at_most(1000)],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordForm(Form):
    """A new password, typed twice."""

    new_password = PasswordField(
        _l("Mật khẩu mới"),
        [needed(_l("Cần nhập mật khẩu mới.")), at_most(1000)],
        render_kw={"autocomplete": "new-password"},
    )
    again_password = PasswordField(
        _l("Nhập lại mật khẩu mới"),
        [
            needed(_l("Cần nhập lại mật khẩu mới.")),
            EqualTo("new_password", _l("Hai lần nhập chưa giống nhau. Bật “Hiện mật khẩu” để kiểm tra.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, and a new one."""

    present_password = PasswordField(
        _l("Mật khẩu đang dùng"),
        [needed(_l("Cần nhập mật khẩu đang dùng.")), at_most(1000)],
        render_kw={"autocomplete": "current-password"},
    )


class FirstTimeForm(NewPasswordForm):
    """What stands on the printed slip, and a new password."""

    login = StringField(
        _l("Tên đăng nhập"),
        [needed(_l("Cần nhập tên đăng nhập ghi trên giấy.")), at_most(160)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    code = StringField(
        _l("Mã dùng một lần"),
        [needed(_l("Cần nhập mã ghi trên giấy.")), at_most(40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ForgotForm(Form):
    """Whose password was forgotten."""

    login = StringField(
        _l("Thư điện tử công vụ hoặc tên đăng nhập"),
        [needed(_l("Cần nhập thư điện tử công vụ hoặc tên đăng nhập.")), at_most(160)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


class ButtonForm(Form):
    """A button without fields."""


class PeopleForm(Form):
    """People ticked in the list, and the list's filter to come back to."""

    nguoi = SelectMultipleField(coerce=row_id, validate_choice=False)
    ve = HiddenField()


class DepartmentForm(Form):
    """A unit and one of its departments."""

    don_vi = IntegerField(widget=HiddenInput(), validators=[needed(), between(1, 2**31 - 1)])
    phong = HiddenField()
    ve = HiddenField()


class GrantForm(Form):
    """A role at a unit for one of the people found; choices are set by the view."""

    who = RadioField(
        _l("Người được giao"), [needed(_l("Hãy chọn một người trong kết quả tìm."))], choices=[], validate_choice=False
    )
    role = SelectField(
        _l("Vai trò"),
        [needed(_l("Hãy chọn vai trò."))],
        choices=[
            SelectChoice("", _l("Chọn vai trò")),
            *(SelectChoice(role.value, name) for role, name in ROLES.items()),
        ],
    )
    unit = SelectField(_l("Tại đơn vị"), [needed(_l("Hãy chọn đơn vị."))], choices=[])
