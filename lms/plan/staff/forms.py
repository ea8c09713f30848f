"""Forms of changes of people: shape and type of input only."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import Optional, Regexp

from lms.plan.labels import CATEGORIES
from lms.platform import clock
from lms.platform.forms import Form, VietnameseDateField, an_email, at_most, needed

CHANGED, WRONG = "thay_doi", "dinh_chinh"
KEEP, NONE = "", "-"
"""Choices of a selection that leaves what is, or clears it."""


class _Edit(Form):
    """What becomes otherwise from a day, or was wrong from the beginning; and on what paper."""

    way = RadioField(
        _l("Đây là"),
        choices=[
            SelectChoice(CHANGED, _l("Thay đổi thật, từ một ngày: trước ngày đó dữ liệu cũ vẫn đúng")),
            SelectChoice(WRONG, _l("Đính chính: dữ liệu cũ ghi sai từ đầu")),
        ],
        default=CHANGED,
    )
    on = VietnameseDateField(_l("Thay đổi từ ngày"), [Optional()])
    source = StringField(_l("Căn cứ"), [at_most(160)])

    @property
    def is_correction(self) -> bool:
        """Whether what stands was never right."""
        return bool(self.way.data == WRONG)

    def validate(self, extra_validators: Any = None) -> bool:
        """A change needs its day; a correction needs to say on what it rests."""
        is_valid = super().validate(extra_validators)
        if not self.is_correction and self.on.data is None and not self.on.errors:
            self.refuse("on", _("Hãy ghi ngày thay đổi có hiệu lực, ví dụ 01/03/2026."))
            is_valid = False
        if self.is_correction and not self.source.data:
            self.refuse("source", _("Đính chính cần căn cứ: giấy tờ nào cho thấy dữ liệu cũ sai."))
            is_valid = False
        return is_valid


class PostingForm(_Edit):
    """What a posting says."""

    title = StringField(_l("Chức vụ, chức danh"), [at_most(160)])
    department = StringField(_l("Phòng, ban"), [at_most(160)])
    category = SelectField(_l("Loại nhân sự"), choices=[SelectChoice(c, word) for c, word in CATEGORIES.items()])
    position = SelectField(_l("Nhóm vị trí"))
    rank_code = SelectField(_l("Ngạch, hạng"))
    shown = HiddenField(validators=[Optional(), Regexp(r"^[0-9a-f]{64}$")])


class PersonForm(_Edit):
    """A person's own fields; the phone stays hidden, so an empty one is left as it is."""

    full_name = StringField(_l("Họ và tên"), [needed(_l("Hãy ghi họ và tên.")), at_most(120)])
    birth_date = VietnameseDateField(_l("Ngày sinh"), [Optional()])
    sex = SelectField(
        _l("Giới tính"),
        choices=[SelectChoice("", _l("Chưa ghi")), SelectChoice("nam", _l("Nam")), SelectChoice("nu", _l("Nữ"))],
    )
    staff_code = StringField(_l("Mã cán bộ"), [at_most(40)])
    email = StringField(_l("Thư điện tử"), [Optional(), an_email(), at_most(160)])
    phone = StringField(_l("Số điện thoại mới"), [at_most(24)])

    def validate_phone(self, field: Any) -> None:
        """Digits, as offices write them."""
        if field.data and not re.fullmatch(r"\+?\d{8,14}", re.sub(r"[ .()-]", "", field.data)):
            field.errors = [*field.errors, _("Số điện thoại gồm 8 đến 14 chữ số, ví dụ 0912 345 678.")]

    def validate_on(self, field: Any) -> None:
        """A field of a person has one value, that of today."""
        if field.data is not None and field.data > clock.today():
            field.errors = [*field.errors, _("Ngày này chưa đến. Hãy ghi khi thay đổi đã có hiệu lực.")]

    def validate_birth_date(self, field: Any) -> None:
        """Nobody is born after today."""
        if field.data is not None and field.data >= clock.today():
            field.errors = [*field.errors, _("Ngày sinh phải trước hôm nay.")]


class ManyForm(Form):
    """What becomes of many postings from a day; what is left empty stays."""

    on = VietnameseDateField(_l("Từ ngày"), [needed(_l("Hãy ghi ngày, ví dụ 01/03/2026. Ngày đã qua cũng được."))])
    department = StringField(_l("Phòng, ban"), [at_most(160)])
    title = StringField(_l("Chức vụ, chức danh"), [at_most(160)])
    category = SelectField(
        _l("Loại nhân sự"),
        choices=[SelectChoice(KEEP, _l("Giữ nguyên")), *(SelectChoice(c, word) for c, word in CATEGORIES.items())],
    )
    position = SelectField(_l("Nhóm vị trí"))
    source = StringField(_l("Căn cứ"), [at_most(160)])

    def changes(self) -> dict[str, str]:
        """What is to be written: name of the field → value."""
        found = {name: self[name].data or "" for name in ("department", "title", "category", "position")}
        return {name: "" if value == NONE else value for name, value in found.items() if value != KEEP}
