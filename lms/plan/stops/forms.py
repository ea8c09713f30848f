"""Forms of absences, waivers and due days: shape and type of input only."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.plan.labels import ABSENCES
from lms.platform import clock
from lms.platform.columns import FOREVER
from lms.platform.forms import Form, VietnameseDateField, at_most, needed


class _Days(Form):
    """From a day to the end of another; without an end, until further notice."""

    from_on = VietnameseDateField(_l("Từ ngày"), [needed(_l("Hãy ghi ngày bắt đầu, ví dụ 05/03/2026."))])
    last_on = VietnameseDateField(_l("Đến hết ngày"), [Optional()])

    @property
    def first(self) -> date:
        """The first day of a valid form."""
        return self.from_on.data or date.min

    @property
    def to_on(self) -> date:
        """The first day that no longer belongs to it."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)

    def validate_last_on(self, field: Any) -> None:
        """The last day may not lie before the first."""
        if field.data is not None and self.from_on.data is not None and field.data < self.from_on.data:
            field.errors = [*field.errors, _("Ngày cuối phải từ ngày bắt đầu trở đi.")]


class AbsenceForm(_Days):
    """Why and when people are away."""

    kind = SelectField(_l("Lý do"), choices=[SelectChoice(code, word) for code, word in ABSENCES.items()])
    note = StringField(_l("Ghi chú"), [at_most(300)])


class WaiverForm(_Days):
    """From what, when and by whose decision people are exempted."""

    requirements = SelectMultipleField(
        _l("Miễn yêu cầu nào"),
        [needed(_l("Hãy chọn ít nhất một yêu cầu."))],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = TextAreaField(_l("Lý do miễn"), [needed(_l("Hãy ghi lý do miễn.")), at_most(300)])
    decision = StringField(
        _l("Số quyết định"), [needed(_l("Hãy ghi số quyết định hoặc văn bản đồng ý.")), at_most(120)]
    )
    approver = StringField(
        _l("Người quyết định"), [needed(_l("Hãy ghi họ tên và chức vụ người quyết định.")), at_most(160)]
    )


class ExtensionForm(Form):
    """Which duty of the chosen people is due when, why and by whose decision."""

    duty = SelectField(_l("Yêu cầu"))
    due_on = VietnameseDateField(_l("Hạn mới"), [needed(_l("Hãy ghi hạn mới, ví dụ 31/03/2027."))])
    reason = TextAreaField(_l("Lý do gia hạn"), [needed(_l("Hãy ghi lý do gia hạn.")), at_most(300)])
    decision = StringField(
        _l("Số quyết định"), [needed(_l("Hãy ghi số quyết định hoặc văn bản đồng ý.")), at_most(120)]
    )


class DecisionForm(Form):
    """Why duties that began too late are assigned all the same."""

    reason = TextAreaField(_l("Lý do"), [needed(_l("Hãy ghi lý do.")), at_most(300)])
    decision = StringField(_l("Số quyết định"), [at_most(120)])


class ReleaseForm(Form):
    """Why and by whose decision duties that began too late are not assigned, and until when."""

    last_on = VietnameseDateField(_l("Không giao đến hết ngày"), [Optional()])
    reason = TextAreaField(_l("Lý do không giao"), [needed(_l("Hãy ghi lý do không giao.")), at_most(300)])
    decision = StringField(
        _l("Số quyết định"), [needed(_l("Hãy ghi số quyết định hoặc văn bản đồng ý.")), at_most(120)]
    )
    approver = StringField(
        _l("Người quyết định"), [needed(_l("Hãy ghi họ tên và chức vụ người quyết định.")), at_most(160)]
    )

    @property
    def to_on(self) -> date:
        """The first day on which it may be assigned again."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)

    def validate_last_on(self, field: Any) -> None:
        """What is released today is released for today at least."""
        if field.data is not None and field.data < clock.today():
            field.errors = [*field.errors, _("Ngày cuối phải từ hôm nay trở đi.")]


class WithdrawForm(Form):
    """Take back what was recorded by mistake."""

    reason = StringField(_l("Vì sao hủy"), [needed(_l("Hãy ghi vì sao hủy.")), at_most(300)])


class ListForm(Form):
    """A list to look at; the second time, the one that was shown."""

    file = FileField(_l("Tệp danh sách"))
    sha256 = HiddenField(validators=[Optional(), Regexp(r"^[0-9a-f]{64}$")])
    file_name = HiddenField(validators=[at_most(200)])
