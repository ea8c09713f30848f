"""Forms of catalogue: shape of input only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from lms.platform.forms import Form


class UploadForm(Form):
    """A course package as a zip."""

    package = FileField(
        _l("Gói khóa học (.zip)"), validators=[FileRequired(_l("Chưa chọn tệp. Hãy chọn gói khóa học dạng .zip."))]
    )


class PublishForm(Form):
    """Only the token against forged requests."""
