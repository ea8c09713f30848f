"""Forms of disputes: shape and type of input only."""

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import IntegerField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from lms.plan.disputes import labels, papers, rules
from lms.plan.disputes.rules import Effect, Outcome
from lms.platform.columns import FOREVER
from lms.platform.files import UnsafeFile
from lms.platform.forms import Form, VietnameseDateField, at_most, between, needed, needed_input


class _WithPaper(Form):
    """A form to which one paper may be added."""

    paper = FileField(_l("Minh chứng"))
    read: papers.Paper | None = None
    """The paper of a valid form."""

    def validate_paper(self, field: Any) -> None:
        """Its content says what it is."""
        self.read = None
        if not field.data or not getattr(field.data, "filename", ""):
            return
        try:
            self.read = papers.read(field.data.read(rules.MOST_BYTES + 1), field.data.filename)
        except UnsafeFile as unsafe:
            field.errors = [*field.errors, str(unsafe)]


class DisputeForm(_WithPaper):
    """What is wrong, in one's own words, and what proves it."""

    kind = RadioField(
        _l("Điều gì chưa đúng?"),
        [needed(_l("Hãy chọn điều chưa đúng."))],
        choices=[SelectChoice(kind.value, word) for kind, word in labels.KINDS.items()],
    )
    words = TextAreaField(_l("Anh/chị thấy sai ở đâu?"), [needed(_l("Hãy ghi rõ điều chưa đúng.")), at_most(2000)])


class CommentForm(_WithPaper):
    """More words, or one more paper."""

    words = TextAreaField(_l("Nội dung"), [needed(_l("Hãy ghi nội dung trao đổi.")), at_most(2000)])


class HandForm(Form):
    """To which desk, and why."""

    desk = SelectField(_l("Chuyển đến"), coerce=int)
    reason = TextAreaField(_l("Lý do chuyển"), [needed(_l("Hãy ghi lý do chuyển.")), at_most(300)])


class DecideForm(Form):
    """How a dispute is answered and what that changes; which of the fields count depends on what is changed."""

    outcome = SelectField(
        _l("Kết luận"), choices=[SelectChoice(o.value, labels.OUTCOMES[o]) for o in Outcome if o != Outcome.WITHDRAWN]
    )
    effect = SelectField(_l("Việc cần làm"))
    answer = TextAreaField(_l("Trả lời người phản ánh"), [needed(_l("Hãy ghi lý do của kết luận.")), at_most(1000)])
    decision = StringField(_l("Số quyết định, văn bản"), [at_most(120)])
    course = SelectField(_l("Khóa học được ghi nhận"), coerce=int, default=0)
    completed_on = VietnameseDateField(_l("Ngày hoàn thành"), [Optional()])
    result = SelectField(_l("Kết quả cần hủy"), coerce=int, default=0)
    due_on = VietnameseDateField(_l("Hạn mới"), [Optional()])
    from_on = VietnameseDateField(_l("Miễn từ ngày"), [Optional()])
    last_on = VietnameseDateField(_l("Miễn đến hết ngày"), [Optional()])
    approver = StringField(_l("Người quyết định miễn"), [at_most(160)])

    @property
    def to_on(self) -> date:
        """The first day on which a waiver no longer holds."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)

    def is_complete(self, effect: Effect) -> bool:
        """Whether what the effect needs was filled in; else sentences stand beside the fields."""
        missing = {
            Effect.COMPLETION: [
                ("course", _("Hãy chọn khóa học được ghi nhận."), self.course.data),
                ("completed_on", _("Hãy ghi ngày hoàn thành, ví dụ 05/03/2026."), self.completed_on.data),
                ("decision", _("Hãy ghi số văn bằng, chứng chỉ hoặc văn bản làm căn cứ."), self.decision.data),
            ],
            Effect.VOID: [("result", _("Hãy chọn kết quả cần hủy."), self.result.data)],
            Effect.EXTEND: [
                ("due_on", _("Hãy ghi hạn mới, ví dụ 31/03/2027."), self.due_on.data),
                ("decision", _("Hãy ghi số quyết định hoặc văn bản đồng ý."), self.decision.data),
            ],
            Effect.WAIVE: [
                ("from_on", _("Hãy ghi ngày bắt đầu miễn, ví dụ 05/03/2026."), self.from_on.data),
                ("decision", _("Hãy ghi số quyết định hoặc văn bản đồng ý."), self.decision.data),
                ("approver", _("Hãy ghi họ tên và chức vụ người quyết định."), self.approver.data),
            ],
        }.get(effect, [])
        for name, sentence, value in missing:
            if not value:
                self.refuse(name, sentence)
        if effect is Effect.WAIVE and self.from_on.data and self.last_on.data and self.last_on.data < self.from_on.data:
            self.refuse("last_on", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
        return not self.errors


class TermForm(Form):
    """How many working days desks have, from a day on."""

    from_on = VietnameseDateField(_l("Áp dụng từ ngày"), [needed(_l("Hãy ghi ngày bắt đầu áp dụng."))])
    days = IntegerField(_l("Số ngày làm việc"), [needed_input(_l("Hãy ghi số ngày làm việc.")), between(1, 90)])


class DaysForm(Form):
    """Days that were announced as days off, or as working days."""

    first = VietnameseDateField(_l("Từ ngày"), [needed(_l("Hãy ghi ngày đầu."))])
    last = VietnameseDateField(_l("Đến hết ngày"), [Optional()])
    kind = SelectField(
        _l("Những ngày này"), choices=[SelectChoice(code, word) for code, word in labels.DAY_KINDS.items()]
    )
    name = StringField(_l("Nội dung"), [needed(_l("Hãy ghi nghỉ dịp nào, ví dụ Tết Nguyên đán.")), at_most(120)])
    document = StringField(_l("Văn bản"), [at_most(120)])
