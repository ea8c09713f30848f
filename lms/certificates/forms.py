"""Forms of certificates."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from lms.certificates import labels
from lms.certificates.rules import Ground
from lms.platform.forms import Form, at_most, needed


class RevokeForm(Form):
    """Why a certificate is withdrawn."""

    ground = RadioField(
        _l("Căn cứ thu hồi"),
        [needed("Hãy chọn một trong năm căn cứ thu hồi.")],
        choices=[SelectChoice(ground.value, words) for ground, words in labels.GROUNDS.items()],
    )
    reason = TextAreaField(
        _l("Lý do cụ thể"), [needed("Hãy ghi lý do cụ thể để người đọc sổ sau này hiểu."), at_most(300)]
    )

    @property
    def chosen(self) -> Ground:
        """The chosen ground."""
        return Ground(self.ground.data)


class ReissueForm(Form):
    """Why a certificate is issued anew."""

    reason = TextAreaField(
        _l("Giấy cũ sai ở đâu, vì sao"),
        [needed("Hãy ghi giấy cũ sai ở đâu để người đọc sổ sau này hiểu."), at_most(300)],
    )
