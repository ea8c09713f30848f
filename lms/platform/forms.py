"""Forms: NFC input, Vietnamese messages, days as dd/mm/yyyy, refusals beside the field."""

import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import Enum
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, Field, TextAreaField
from wtforms.validators import Email, InputRequired, Length, NumberRange, StopValidation
from wtforms.widgets import TextInput

from lms.platform import vietnamese


class Refused(Exception):
    """A rule forbids the change; `reason` is an enum member that labels.py turns into a sentence."""

    def __init__(self, reason: Enum) -> None:
        super().__init__(str(reason))
        self.reason = reason


def row_id(value: Any) -> int:
    """Read the key of a row from what was sent; ValueError for anything that no row can have."""
    number = int(value)
    if not 0 <= number < 2**31:
        raise ValueError("no row has this key")
    return number


def _clean(value: Any) -> Any:
    return vietnamese.nfc(value) if isinstance(value, str) else value


NO_DAY = "Not a valid date value."
"""What WTForms says of a day that it cannot read; our sentence for it is below."""


UNCLEANED = frozenset({"PasswordField", "FileField", "MultipleFileField", "FormField", "FieldList", "MarkdownField"})
"""Fields whose data is no text of ours; what stands inside the last two is cleaned by itself."""


class _Messages:
    """WTForms ships no Vietnamese: its own few sentences, said by us."""

    _known: ClassVar[dict[str, Any]] = {
        "This field is required.": lazy_gettext("Cần điền mục này."),
        "Not a valid integer value.": lazy_gettext("Cần một số nguyên, ví dụ 12."),
        "Not a valid decimal value.": lazy_gettext("Cần một số, ví dụ 8,5."),
        NO_DAY: lazy_gettext("Ngày chưa đúng. Hãy ghi ngày/tháng/năm có trong lịch, ví dụ 05/03/2026."),
        "Not a valid choice.": lazy_gettext("Hãy chọn một mục trong danh sách."),
        "'%(value)s' is not a valid choice for this field.": lazy_gettext("Hãy chọn trong danh sách."),
        "'%(value)s' are not valid choices for this field.": lazy_gettext("Hãy chọn trong danh sách."),
        "Invalid Choice: could not coerce.": lazy_gettext("Hãy chọn một mục trong danh sách."),
        "Invalid email address.": lazy_gettext("Địa chỉ thư điện tử chưa đúng dạng, ví dụ ten@example.gov.vn."),
        "CSRF token missing.": lazy_gettext("Trang đã mở quá lâu. Hãy bấm gửi lại."),
        "The CSRF token has expired.": lazy_gettext("Trang đã mở quá lâu. Hãy bấm gửi lại."),
        "The CSRF token is invalid.": lazy_gettext("Trang đã mở quá lâu. Hãy bấm gửi lại."),
        "The CSRF session token is missing.": lazy_gettext(
            "Trình duyệt đang chặn cookie của trang này. Hãy cho phép rồi gửi lại."
        ),
        "The CSRF tokens do not match.": lazy_gettext("Trang đã mở quá lâu. Hãy bấm gửi lại."),
    }

    def gettext(self, text: str) -> str:
        return str(self._known.get(text, text))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


_MESSAGES = _Messages()


class Form(FlaskForm):
    """The base form: every string is NFC and stripped before anybody validates it."""

    class Meta(FlaskForm.Meta):
        """WTForms hooks."""

        def get_translations(self, form: Any) -> Any:
            """Our own Vietnamese messages."""
            return _MESSAGES

        def bind_field(self, form: Any, unbound: Any, options: dict[str, Any]) -> Field:
            """Clean every text field except passwords, where each character counts."""
            if unbound.field_class.__name__ not in UNCLEANED:
                options.setdefault("filters", unbound.kwargs.pop("filters", ()))
                options["filters"] = [_clean, *options["filters"]]
            bound: Field = unbound.bind(form=form, **options)
            return bound

    def refuse(self, field: str, message: str) -> None:
        """Put a sentence beside a field after validation has passed."""
        errors = list(self[field].errors)
        self[field].errors = [*errors, message]

    @contextmanager
    def refusals(self, sentences: Mapping[Any, str], field: str | None = None) -> Iterator[None]:
        """Turn a service's Refused into a sentence on the form (or beside `field`)."""
        try:
            yield
        except Refused as refusal:
            sentence = gettext(sentences[refusal.reason])
            if field:
                self.refuse(field, sentence)
            else:
                self.form_errors: list[str] = [*self.form_errors, sentence]


class VietnameseDateField(DateField):
    """A day typed as dd/mm/yyyy: a plain text box, since the browser's own picker speaks its own language."""

    widget = TextInput()
    data: date | None

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "numeric", "placeholder": "dd/mm/yyyy", **kwargs.get("render_kw", {})}
        super().__init__(label, validators, format=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; a year nobody means (a slip of the keyboard) is refused like any other mistake."""
        super().process_formdata(valuelist)
        if self.data is not None and not 1900 <= self.data.year < 2200:
            self.data = None
            raise ValueError(self.gettext(NO_DAY))


class MarkdownField(TextAreaField):
    """A text whose lines count: NFC, ends of lines as ours, nothing else touched."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the text as it was typed."""
        if valuelist:
            text = unicodedata.normalize("NFC", valuelist[0].replace("\r\n", "\n").replace("\r", "\n"))
            self.data = text.rstrip() + "\n" if text.strip() else ""


class Needed:
    """The field must hold something besides white space; what could not be read keeps its own message."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        """Stop at an empty field."""
        sent = field.raw_data[0] if field.raw_data else None
        if sent is None or (isinstance(sent, str) and not sent.strip()):
            field.errors = []
            raise StopValidation(self.message)


def needed(message: str = "Cần điền mục này.") -> Needed:
    """The field must be filled in."""
    return Needed(message)


def needed_input(message: str = "Cần điền mục này.") -> InputRequired:
    """The field must be sent, 0 included."""
    return InputRequired(message)


def at_most(length: int) -> Length:
    """Text of at most `length` characters."""
    return Length(max=length, message=f"Không quá {length} ký tự.")


def an_email() -> Email:
    """An e-mail address."""
    return Email("Địa chỉ thư điện tử chưa đúng dạng, ví dụ ten@example.gov.vn.")


def between(low: int, high: int) -> NumberRange:
    """A number from `low` to `high`."""
    return NumberRange(low, high, message=f"Cần một số từ {low} đến {high}.")


def attributes(field: Field, described: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The HTML attributes of a field in the form macro: what describes it, and that it is wrong."""
    found = dict(extra)
    if described.strip():
        found["aria-describedby"] = described.strip()
    if field.errors:
        found["aria-invalid"] = "true"
    return found
