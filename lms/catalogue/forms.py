"""Forms of catalogue: shape of input only."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField, StringField

from lms.platform.forms import Form, MarkdownField, at_most, between, needed, needed_input


class UploadForm(Form):
    """A course package as a zip."""

    package = FileField(
        _l("Gói khóa học (.zip)"), validators=[FileRequired(_l("Chưa chọn tệp. Hãy chọn gói khóa học dạng .zip."))]
    )


class DocumentForm(Form):
    """A Word or PowerPoint file."""

    document = FileField(
        _l("Tệp Word (.docx) hoặc PowerPoint (.pptx)"),
        validators=[FileRequired(_l("Chưa chọn tệp. Hãy chọn tệp .docx hoặc .pptx."))],
    )


class LessonForm(Form):
    """A lesson of a draft; `seen` is the save that whoever edits looked at."""

    title = StringField(_l("Tên bài"), validators=[needed(), at_most(150)])
    minutes = IntegerField(_l("Số phút học"), validators=[needed_input(), between(1, 300)])
    text = MarkdownField(_l("Nội dung (Markdown)"), validators=[needed(_l("Bài học trống. Hãy viết nội dung."))])
    seen = HiddenField()


class PublishForm(Form):
    """Only the token against forged requests."""
