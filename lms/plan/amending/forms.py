"""Forms of amendments: shape and type of input only."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from lms.plan import labels as plan_labels
from lms.plan.amending import labels
from lms.plan.planfile import ALWAYS
from lms.platform import vietnamese
from lms.platform.columns import FOREVER
from lms.platform.forms import Form, VietnameseDateField, at_most, needed

MOST_ENTRIES = 60
"""So many lines of an audience at most; a plan has a handful."""


class NumberField(Field):
    """A number as people type it, 8,5 or 8.5, within bounds; nothing is None."""

    widget = TextInput()
    data: Decimal | None

    def __init__(self, label: Any = None, *, low: int, high: int, is_whole: bool = True, **kwargs: Any) -> None:
        """Between `low` and `high`."""
        kwargs["render_kw"] = {"inputmode": "numeric" if is_whole else "decimal", **kwargs.get("render_kw", {})}
        super().__init__(label, [Optional()], **kwargs)
        self.low, self.high, self.is_whole = low, high, is_whole

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else vietnamese.number(Decimal(self.data)).replace(".", "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        self.data = None
        if not valuelist or not valuelist[0].strip():
            return
        kind = _("số nguyên") if self.is_whole else _("số")
        sentence = _("Cần một %(kind)s từ %(low)s đến %(high)s.", kind=kind, low=self.low, high=self.high)
        try:
            amount = vietnamese.parse_decimal(valuelist[0])
        except ValueError:
            raise ValueError(sentence) from None
        is_fit = self.low <= amount <= self.high and amount == round(amount, 0 if self.is_whole else 2)
        if not is_fit:
            raise ValueError(sentence)
        self.data = amount

    @property
    def whole(self) -> int | None:
        """The number without decimals."""
        return None if self.data is None else int(self.data)


class _Checks(SelectMultipleField):
    """Several of some, as boxes to tick; what is offered is told later."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        """Offer nothing yet."""
        super().__init__(
            label, choices=kwargs.pop("choices", []), widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(), **kwargs,
        )  # fmt: skip


class _Line(Form):
    """A part of a form; the form around it is the one that is signed."""

    class Meta(Form.Meta):
        """WTForms hooks."""

        csrf = False


class HeldForm(_Line):
    """An audience entry that has been applied: only its last day may change."""

    last_on = VietnameseDateField(_l("Áp dụng đến hết ngày"), [Optional()])

    @property
    def to_on(self) -> date:
        """The first day on which it no longer holds."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)


class EntryForm(_Line):
    """An audience entry that is new or has not begun."""

    sign = RadioField(
        _l("Dòng này"),
        choices=[SelectChoice("1", _l("thuộc đối tượng")), SelectChoice("-1", _l("trừ ra"))],
        default="1",
    )
    unit = StringField(_l("Đơn vị"), [at_most(200)])
    subtree = BooleanField(_l("cả các đơn vị trực thuộc"), default=True)
    categories = _Checks(
        _l("Loại nhân sự"), choices=[SelectChoice(code, word) for code, word in plan_labels.CATEGORIES.items()]
    )
    positions = _Checks(_l("Nhóm vị trí"))
    kinds = _Checks(_l("Loại đơn vị"))
    from_on = VietnameseDateField(_l("Áp dụng từ ngày"), [Optional()])
    last_on = VietnameseDateField(_l("Đến hết ngày"), [Optional()])

    @property
    def is_blank(self) -> bool:
        """Whether nothing was filled in."""
        chosen = (self.unit, self.categories, self.positions, self.kinds, self.from_on, self.last_on)
        return not any(field.data for field in chosen) and not any(field.errors for field in chosen)

    @property
    def first_on(self) -> date:
        """The first day on which it holds."""
        return self.from_on.data or ALWAYS

    @property
    def to_on(self) -> date:
        """The first day on which it no longer holds."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)

    def validate_last_on(self, field: Any) -> None:
        """The last day may not lie before the first."""
        if field.data is not None and self.from_on.data is not None and field.data < self.from_on.data:
            field.errors = [*field.errors, _("Ngày cuối phải từ ngày bắt đầu trở đi.")]


class _Paper(Form):
    """The paper that orders the amendment, and the plan as it was when the form was opened."""

    basis = HiddenField(validators=[Regexp(r"^[0-9a-f]{64}$")])
    decision = StringField(
        _l("Số văn bản sửa đổi"), [needed(_l("Hãy ghi số văn bản sửa đổi, ví dụ 12/QĐ-UBND.")), at_most(120)]
    )
    decided_on = VietnameseDateField(
        _l("Ngày văn bản"), [needed(_l("Hãy ghi ngày của văn bản sửa đổi, ví dụ 05/03/2026."))]
    )
    note = StringField(_l("Nội dung sửa đổi, ghi ngắn"), [at_most(240)])


class EndForm(_Paper):
    """From when a requirement holds no more."""

    last_on = VietnameseDateField(
        _l("Ngày áp dụng cuối cùng"), [needed(_l("Hãy ghi ngày áp dụng cuối cùng, ví dụ 31/12/2026."))]
    )


class RequirementForm(_Paper):
    """A requirement as it shall be. What may not be changed any more is not on the page and not read."""

    code = StringField(
        _l("Mã yêu cầu"),
        [
            Optional(),
            Regexp(
                r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$", message=_l("Mã chỉ gồm chữ không dấu, số, dấu “-”, “.” hoặc “_”.")
            ),
        ],
    )
    clause = SelectField(_l("Thuộc nhiệm vụ"), validate_choice=False)
    title = StringField(_l("Tên yêu cầu"), [needed(_l("Hãy ghi tên yêu cầu.")), at_most(300)])
    short_title = StringField(_l("Tên ngắn"), [needed(_l("Hãy ghi tên ngắn, dùng ở bảng và biểu.")), at_most(60)])
    rule = RadioField(
        _l("Phải làm gì"),
        choices=[SelectChoice(*pair) for pair in labels.RULES.items()],
        validate_choice=False,
        default="any_of",
    )
    courses = _Checks(_l("Khóa học"), validate_choice=False)
    hours_needed = NumberField(_l("Số tiết"), low=0, high=1000, is_whole=False)
    content_group = SelectField(_l("Chỉ tính nhóm nội dung"), validate_choice=False)
    due_rule = RadioField(
        _l("Hạn là"),
        choices=[SelectChoice(*pair) for pair in labels.DUE_RULES.items()],
        validate_choice=False,
        default="fixed",
    )
    fixed_on = VietnameseDateField(_l("Hạn"), [Optional()])
    posting_days = NumberField(_l("Số ngày kể từ ngày thuộc đối tượng"), low=0, high=3650)
    year_day = StringField(_l("Hạn hằng năm"), [at_most(5)], render_kw={"placeholder": "dd/mm", "inputmode": "numeric"})
    late_joiners = NumberField(_l("Người vào sau có ít nhất (ngày)"), low=0, high=3650)
    late_days = NumberField(_l("Học bù sau năm vẫn tính cho năm (ngày)"), low=0, high=366)
    minimum_days = NumberField(_l("Cần ít nhất bao nhiêu ngày để học"), low=1, high=3650)
    accept_before_days = NumberField(_l("Nhận kết quả có trước không quá (ngày)"), low=0, high=36500)
    absence_effect = SelectField(
        _l("Khi tạm vắng"), choices=[SelectChoice(*pair) for pair in labels.EFFECTS.items()], default="pause"
    )
    repeat_months = NumberField(_l("Phải học lại sau (tháng)"), low=1, high=600)
    repeat_base = SelectField(
        _l("Tính từ"), choices=[SelectChoice(*pair) for pair in labels.BASES.items()], validate_choice=False
    )
    window_months = NumberField(_l("Được học lại trước khi hết hạn (tháng)"), low=0, high=600)
    minimum_months = NumberField(_l("Hiệu lực ít nhất (tháng)"), low=0, high=600)
    target_percent = NumberField(_l("Chỉ tiêu (%)"), low=0, high=100, is_whole=False)
    from_on = VietnameseDateField(_l("Bắt đầu từ ngày"), [Optional()])
    last_on = VietnameseDateField(_l("Đến hết ngày"), [Optional()])
    held = FieldList(FormField(HeldForm), max_entries=MOST_ENTRIES)
    entries = FieldList(FormField(EntryForm), max_entries=MOST_ENTRIES)
    shorten = BooleanField(_l("Rút ngắn cả hạn đã báo cho người học"))

    @property
    def to_on(self) -> date:
        """The first day on which it no longer holds."""
        return FOREVER if self.last_on.data is None else self.last_on.data + timedelta(days=1)
